"""The reporter is asked while the clock stands still; who keeps silent does not hold the report up for ever."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.appointments import run_on
from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Party, Status
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import WrongState
from tinhso.kernel.jobs import for_each
from tinhso.kernel.permissions import require
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report

WAIT = timedelta(days=5)
"""So long is an answer waited for."""


@action
def ask_reporter(report: Report, *, by: Person, question: str, at: datetime | None = None) -> Case:
    """Ask who sent it; the clock stands still until the answer, or until `WAIT` is over.

    Raises:
        NotAllowed, Invalid: as `ask_supplement`.
        WrongState: there is no way to reach the sender.
    """
    if report.case.applicant_id is None:
        party = report.case.parties.get(role=Party.Role.APPLICANT)
        if not (party.phone or party.email):
            raise WrongState(_("Người gửi không để lại tài khoản, số điện thoại hay thư điện tử nên không hỏi được."))
    return ask_supplement(report.case, by=by, content=question, at=at)


@action
def go_on(report: Report, *, by: Person | None, at: datetime | None = None) -> Case:
    """Work on without the answer; the clock runs on. `by` is None when `WAIT` is over.

    Raises:
        NotAllowed: `by` does not work on reports there.
        WrongState: no question waits.
    """
    at = at or now()
    require(by, power(report.case, "work"), at=report.case.agency)
    with transition(report.case, Deed.ANSWER_SUPPLEMENT) as case:
        case.supplements.filter(answered_at=None).update(answered_at=at)
        run_on(case, at=at)
        case.status = Status.IN_PROGRESS
        tell(case, "supplement_unanswered", by=by, at=at)
    return case


def go_on_where_silent(at: datetime) -> None:
    """Every report whose sender was asked longer than `WAIT` ago; each in a transaction of its own."""
    silent = all_cases(REPORTS).filter(
        status=Status.SUPPLEMENT_ASKED, supplements__answered_at=None, supplements__asked_at__lte=at - WAIT
    )

    def one(report: Report) -> None:
        with suppress(WrongState):  # answered since
            go_on(report, by=None, at=at)

    for_each(Report.objects.filter(case__in=silent).select_related("case__agency").order_by("case"), one)
