"""The board counts what the clock says."""

from collections.abc import Callable
from datetime import timedelta

from tinhso.blocks.cases.actions.clock import begin_pause
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.figures import board
from tinhso.blocks.cases.models import Case, Pause
from tinhso.blocks.cases.tests.conftest import MONDAY, Town

Submit = Callable[..., Case]


def test_a_case_that_waits_for_a_court_is_paused_and_neither_open_nor_overdue(town: Town, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk, at=MONDAY)
    waiting = accept_case(submitted(), by=town.clerk, at=MONDAY)
    submitted()
    begin_pause(waiting, by=town.specialist, reason=Pause.Reason.COURT, note="Tòa đang xét xử", document="12/QĐ-TA", at=MONDAY)
    [line] = board(town.chairman, since=MONDAY - timedelta(days=1), now=MONDAY + timedelta(days=14))
    assert (line.submitted, line.waiting, line.open, line.overdue, line.paused) == (3, 1, 1, 1, 1)
    assert line.on_time_percent is None, "none has ended"
