"""Reporters and followers are told how their report goes on; nobody's silence stops it."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tinhso.blocks.cases.models import Case, CaseLink, Party
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.queries import messages_about
from tinhso.kernel.events import Event, subscribe
from tinhso.kernel.jobs import periodic
from tinhso.kernel.time import VIETNAM
from tinhso.services.reports.actions import escalating  # noqa: F401 - offers its service task to processes
from tinhso.services.reports.actions.asking import go_on_where_silent
from tinhso.services.reports.actions.following import leaving_token
from tinhso.services.reports.actions.recounting import MOST_MARKS, recount_figures, settle_figures
from tinhso.services.reports.actions.sending import adopt_report
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Follower, Report
from tinhso.services.reports.open311 import pictures  # noqa: F401 - brings its job

log = structlog.get_logger(__name__)
_MOST_BATCHES = 50

TO_REPORTER = ("submitted", "supplement_asked", "transferred", "joined", "answered", "reopened", "rescheduled")
TO_OTHERS = frozenset({"answered", "reopened"})
"""Told besides to those whose report was joined to it, and to followers."""


@subscribe(*(f"reports.{event}" for event in TO_REPORTER))
def tell_reporter(event: Event) -> None:
    """Tell who sent it, and of the answer all whom it concerns: all of them or, when the job breaks off, nobody yet.

    Delivered twice, the event is told once.
    """
    case = all_cases(REPORTS).select_related("applicant", "procedure", "agency").get(pk=int(event.object_id))
    name = event.name.removeprefix("reports.")
    last = case.timeline.filter(event=name).order_by("-at", "-pk").first()
    about, template = f"cases.case:{case.pk}", f"reports_{name}"
    if last and messages_about(about).filter(template__startswith=template, created_at__gte=last.at).exists():
        return
    report = Report.objects.filter(pk=case.pk).first()
    context = {
        "code": case.code,
        "field": case.procedure.name,
        "field_en": case.procedure.name_en or case.procedure.name,
        "agency": case.agency.name,
        "answer": report.answer if report else "",
        "note": last.note if last and last.public else "",
    }
    told: set[Person | str] = set()
    with transaction.atomic():
        for receiver, code, words, more in _receivers(case, report, template, others=name in TO_OTHERS):
            if receiver and receiver not in told:
                told.add(receiver)
                send(words, to=receiver, context=context | more, about=about, link=f"/phan-anh/{code}/")


def _receivers(
    case: Case, report: Report | None, template: str, *, others: bool
) -> Iterator[tuple[Person | str, str, str, dict[str, str]]]:
    """Whom to tell, the code of the report whose page they may open, in which words, and what those need besides."""
    yield _sender(case), case.code, template, {}
    if not others:
        return
    others_words = f"{template}_others"
    joined = all_cases(REPORTS).filter(links__of=case.pk, links__kind=CaseLink.Kind.DUPLICATE).select_related("applicant")
    for one in joined.order_by("pk"):
        yield _sender(one), one.code, others_words, {}
    if report and report.public:
        for row in Follower.objects.filter(report=case.pk).select_related("person").order_by("pk"):
            yield row.person or row.address, case.code, others_words, {"leave": _way_out(row)}


def _way_out(follower: Follower) -> str:
    """The address at which a follower leaves; none in a text message, which it would make twice as long."""
    if "@" not in (follower.person.email if follower.person else follower.address):
        return ""
    return settings.PUBLIC_URL + reverse("reports:leave", args=[leaving_token(follower)])


def _sender(case: Case) -> Person | str:
    """Who sent it, as they are reached; empty where they left nothing."""
    party = case.parties.get(role=Party.Role.APPLICANT)
    return case.applicant or party.phone or party.email


@subscribe("hotline.report_taken")
def adopt_from_line(event: Event) -> None:
    """A report told to the 1022 line is handled like any other."""
    case = all_cases(REPORTS).get(pk=int(event.object_id))
    adopt_report(case, kind=str(event.facts["kind"]), routed=str(event.facts["routed"]))


@periodic("*/30 * * * *", queue="housekeeping")
def wait_no_longer(timestamp: int) -> None:
    """Reports whose sender was asked and keeps silent are worked on."""
    go_on_where_silent(datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("*/2 * * * *", queue="housekeeping")
def keep_figures(timestamp: int) -> None:
    """Until it has run, whoever reads figures counts anew what has changed."""
    for _batch in range(_MOST_BATCHES):
        if settle_figures() < MOST_MARKS:
            return


@periodic("23 3 * * *", queue="housekeeping")
def check_figures(timestamp: int) -> None:
    """Were a trigger switched off, the figures would be right again by morning."""
    if wrong := recount_figures():
        log.warning("report_figures_put_right", sums=wrong)
