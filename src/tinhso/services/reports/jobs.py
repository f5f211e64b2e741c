"""Reporters and followers are told how their report goes on."""

from tinhso.blocks.cases.models import Case, Party
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.queries import messages_about
from tinhso.kernel.events import Event, subscribe
from tinhso.services.reports.actions import escalating  # noqa: F401 - offers its service task to processes
from tinhso.services.reports.actions.sending import adopt_report
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Follower, Report

TO_REPORTER = ("submitted", "supplement_asked", "transferred", "joined", "answered", "reopened", "rescheduled")
TO_FOLLOWERS = frozenset({"answered", "reopened"})


@subscribe(*(f"reports.{event}" for event in TO_REPORTER))
def tell_reporter(event: Event) -> None:
    """Tell who sent it, and of the answer also those who follow it. Delivered twice, the event is told once."""
    case = all_cases(REPORTS).select_related("applicant", "procedure", "agency").get(pk=int(event.object_id))
    name = event.name.removeprefix("reports.")
    last = case.timeline.filter(event=name).order_by("-at", "-pk").first()
    about, template = f"cases.case:{case.pk}", f"reports_{name}"
    if last and messages_about(about).filter(template=template, created_at__gte=last.at).exists():
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
    for receiver in _receivers(case, followers=name in TO_FOLLOWERS):
        send(template, to=receiver, context=context, about=about, link=f"/phan-anh/{case.code}/")


def _receivers(case: Case, *, followers: bool) -> list[Person | str]:
    party = case.parties.get(role=Party.Role.APPLICANT)
    found: list[Person | str] = [case.applicant or party.phone or party.email]
    if followers:
        rows = Follower.objects.filter(report=case.pk).select_related("person").order_by("pk")
        found += [row.person or row.address for row in rows]
    return list(dict.fromkeys(one for one in found if one))


@subscribe("hotline.report_taken")
def adopt_from_line(event: Event) -> None:
    """A report told to the 1022 line is handled like any other."""
    case = all_cases(REPORTS).get(pk=int(event.object_id))
    adopt_report(case, kind=str(event.facts["kind"]), routed=str(event.facts["routed"]))
