"""The commune of the cases' tests, and the sample portal over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.request import urlopen

import pytest

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, submitted, town, version  # noqa: F401
from tinhso.services.national_portal import client
from tinhso.services.national_portal.actions.demo import behave
from tinhso.services.national_portal.actions.queueing import queue_case
from tinhso.services.national_portal.actions.sending import Sent, send_due
from tinhso.services.national_portal.models import DemoBehaviour, DemoCase
from tinhso.services.national_portal.options import Options, options


@dataclass
class Line:
    """The line to the sample portal, with a watch of its own."""

    now: datetime

    @property
    def options(self) -> Options:
        found = options()
        assert found
        return found

    def send(self, case: Case | None = None) -> Sent:
        """Make the messages of a case and send what is due."""
        if case:
            queue_case(case.pk, at=self.now)
        return send_due(self.options, clock=lambda: self.now)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def fault(self, fault: str, times: int = 1) -> None:
        behave(DemoBehaviour.Fault(fault), times, by=None)

    def there(self, case: Case) -> DemoCase:
        return DemoCase.objects.get(pk=case.code)


@pytest.fixture
def line(transactional_db: None, live_server: Any, settings: Any) -> Iterator[Line]:
    settings.PUBLIC_URL = live_server.url
    settings.NATIONAL_PORTAL = {**settings.NATIONAL_PORTAL, "adapter": "demo", "timeout": 3.0}
    urlopen(f"{live_server.url}/healthz", timeout=60).close()  # a first request loads much, which is no failure of the line
    client._sessions.clear()
    yield Line(MONDAY)
    client._sessions.clear()


@pytest.fixture
def accepted(line: Line, submitted: Callable[..., Case], town: Town) -> Case:  # noqa: F811
    from tinhso.blocks.cases.actions.intake import accept_case

    return accept_case(submitted(), by=town.clerk, at=MONDAY)
