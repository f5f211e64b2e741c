"""An office with two lines, three counters and two clerks."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tinhso.blocks.cases.tests.conftest import MONDAY, Town, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Agency, Person
from tinhso.services.queueing.actions.counters import open_counter
from tinhso.services.queueing.actions.setup import add_device, set_counters, set_line
from tinhso.services.queueing.models import Counter, Device, Line, Sitting


@dataclass(frozen=True)
class Office:
    agency: Agency
    births: Line
    collecting: Line
    counters: list[Counter]
    clerk: Person
    colleague: Person
    head: Person
    kiosk: Device
    kiosk_token: str
    screen: Device
    screen_token: str

    def sits(self, clerk: Person, number: int = 1, *lines: Line) -> Sitting:
        """Somebody opens a counter, at nine."""
        return open_counter(self.counters[number - 1], by=clerk, lines=list(lines) or [self.births, self.collecting], at=MONDAY)


def make_office(town: Town) -> Office:  # noqa: F811
    colleague = register_person("Ngô Thị Tư", by=None)
    post = create_post(town.agency, "Cán bộ một cửa 2", roles=["reception"], by=None)
    appoint(colleague, post, valid_from=MONDAY.date().replace(month=1), by=None)
    kiosk, kiosk_token = add_device(town.agency, Device.Kind.KIOSK, "Cửa chính", by=town.chairman)
    screen, screen_token = add_device(town.agency, Device.Kind.SCREEN, "Phòng chờ", by=town.chairman)
    return Office(
        agency=town.agency,
        births=set_line(town.agency, "A", title="Hộ tịch", by=town.chairman),
        collecting=set_line(town.agency, "C", title="Nhận kết quả", purpose="collect", by=town.chairman),
        counters=set_counters(town.agency, 3, by=town.chairman),
        clerk=town.clerk,
        colleague=colleague,
        head=town.chairman,
        kiosk=kiosk,
        kiosk_token=kiosk_token,
        screen=screen,
        screen_token=screen_token,
    )


@pytest.fixture
def office(town: Town) -> Office:  # noqa: F811
    return make_office(town)


@pytest.fixture
def minute() -> Callable[[float], object]:
    """`minute(5)`: five past nine on the tests' Monday."""
    from datetime import timedelta

    return lambda number: MONDAY + timedelta(minutes=number)
