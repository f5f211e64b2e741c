"""What applicants are told when their case moves."""

from datetime import UTC, datetime

import structlog

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.actions import duties  # noqa: F401 - offers its service tasks to processes
from tinhso.blocks.cases.actions.facts import gather_all_facts
from tinhso.blocks.cases.actions.intake import move_to_person
from tinhso.blocks.cases.actions.sweeping import sweep
from tinhso.blocks.cases.families import family_named
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Party, Reappointment
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.queries import messages_about
from tinhso.kernel.events import Event, enqueue_subscribers, subscribe
from tinhso.kernel.jobs import periodic
from tinhso.kernel.time import local

log = structlog.get_logger(__name__)

TOLD = (
    "submitted",
    "accepted",
    "refused",
    "supplement_asked",
    "supplement_answered",
    "paused",
    "resumed",
    "extended",
    "rescheduled",
    "term_shortened",
    "result_signed",
    "returned",
    "withdrawn",
    "withdrawal_denied",
    "stopped",
    "corrected",
    "transferred",
    "complaint_denied",
    "reopened",
)


@subscribe(*(f"cases.{event}" for event in TOLD))
def tell_applicant(event: Event) -> None:
    """Send the message of the same name. Delivered twice, the event is told once."""
    cases = Case.objects.select_related("applicant", "procedure", "version", "agency").defer(*CONTENTS)
    case = cases.get(pk=int(event.object_id))
    party = case.parties.get(role=Party.Role.APPLICANT)
    receiver = case.applicant or party.email
    if not receiver:
        return
    last = case.timeline.filter(event=event.name.removeprefix("cases.")).order_by("-at", "-pk").first()
    template, about = event.name.replace(".", "_"), f"cases.case:{case.pk}"
    if last and messages_about(about).filter(template=template, created_at__gte=last.at).exists():
        return
    send(
        template,
        to=receiver,
        context={
            "code": case.code,
            "lookup_code": lookup_code(case),
            "name": party.name,
            "procedure": case.version.definition["name"],
            "procedure_en": case.version.definition.get("name_en") or case.version.definition["name"],
            "agency": case.agency.name,
            "due": f"{local(case.due_at):%H:%M %d/%m/%Y}" if case.due_at else "",
            "note": last.note if last else "",
        },
        about=about,
        link=f"/ho-so/{case.code}/",
    )


@periodic("*/5 * * * *", queue="housekeeping")
def attend_to_time(timestamp: int) -> None:
    """Timers that have run out, steps that are late. Failed cases make the job fail, where the status page shows it; the others
    are done all the same."""
    if failed := sweep(datetime.fromtimestamp(timestamp, UTC)).failed:
        raise RuntimeError(f"cases that could not be swept: {failed}")


@periodic("41 3 * * *", queue="housekeeping")
def check_facts(timestamp: int) -> None:
    """The facts that figures count are kept by triggers. Were one switched off, the figures would be right again by morning."""
    if wrong := gather_all_facts():
        log.warning("facts_put_right", cases=wrong)


@subscribe("identity.account_verified")
def follow_verified_person(event: Event) -> None:
    """When reception finds that a self-registered citizen is somebody in the register, their cases go along."""
    declared, person = event.facts.get("declared_person"), event.facts.get("person")
    if declared and person and declared != person:
        move_to_person(Person.objects.get(pk=declared), Person.objects.get(pk=person))


@subscribe("cases.calendar_changed")
def tell_rescheduled(event: Event) -> None:
    """One message a case: each is a job of its own, so that one that fails does not keep the others from being told."""
    moved = Reappointment.objects.filter(cause=Reappointment.Cause.CALENDAR, at=datetime.fromisoformat(str(event.facts["at"])))
    for case, family in moved.values_list("case", "case__family").distinct().iterator():
        enqueue_subscribers([Event(f"{family_named(family).area}.rescheduled", "cases.case", str(case), None)])
