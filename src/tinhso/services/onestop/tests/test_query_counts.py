"""Pages ask the database as often for fifty rows as for five. A number here may fall; when it rises somebody has looked away."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_process import department
from tinhso.blocks.directory.models import Agency, Person

__all__ = ["department"]  # a fixture

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]


def queries_of(client: Client, address: str) -> int:
    """How many queries the page makes once the process is warm."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def at_five_and_at_fifty(more: Callable[[], object], client: Client, address: str) -> tuple[int, int]:
    for _ in range(5):
        more()
    few = queries_of(client, address)
    for _ in range(45):
        more()
    return few, queries_of(client, address)


def test_the_work_list(town: Town, submitted: Submit, desk: Desk) -> None:
    def more() -> None:
        accept_case(submitted(), by=town.clerk, at=MONDAY)

    # a page that is not full looks once more, for steps without a due date
    assert at_five_and_at_fifty(more, desk(town.specialist), "/mot-cua/") == (9, 8)


def test_the_list_of_what_waits_elsewhere_and_of_opinions_asked(
    town: Town, submitted: Submit, desk: Desk, department: tuple[Agency, Person]
) -> None:
    def more() -> None:
        case = accept_case(submitted(), by=town.clerk, at=MONDAY)
        step = case.steps.select_related("case", "agency").get(node="review")
        ask_opinion(step, department[0], by=town.specialist, question="Có quy hoạch không?", at=MONDAY)

    assert at_five_and_at_fifty(more, desk(town.specialist), "/mot-cua/dang-cho/") == (12, 12)
    assert queries_of(desk(department[1]), "/mot-cua/y-kien/") == 9


def test_reception(town: Town, submitted: Submit, desk: Desk) -> None:
    assert at_five_and_at_fifty(submitted, desk(town.clerk), "/mot-cua/tiep-nhan/") == (6, 6)


@pytest.mark.parametrize("address", ["/mot-cua/ho-so/", "/mot-cua/ho-so/?q=anh", "/mot-cua/ho-so/?q=082190000123"])
def test_the_list_of_cases(town: Town, submitted: Submit, desk: Desk, address: str) -> None:
    assert at_five_and_at_fifty(submitted, desk(town.clerk), address) == (8, 8)


def test_the_heap_to_sign(town: Town, submitted: Submit, desk: Desk) -> None:
    def more() -> None:
        case = accept_case(submitted(), by=town.clerk, at=MONDAY)
        for node in ("review", "check", "draft"):
            step = case.steps.select_related("case").get(node=node, done_at=None)
            complete_step(step, by=town.specialist, at=MONDAY)

    assert at_five_and_at_fifty(more, desk(town.chairman), "/mot-cua/ky/") == (7, 7)


def test_the_page_of_a_case_whatever_else_waits(town: Town, submitted: Submit, desk: Desk) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    assert at_five_and_at_fifty(submitted, desk(town.specialist), f"/mot-cua/ho-so/{case.code}/") == (19, 19)
