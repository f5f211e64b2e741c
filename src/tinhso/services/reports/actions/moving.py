"""Where a report goes when it is not for the agency that has it: to another one, together with its double, in two."""

from datetime import datetime

from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import transition
from tinhso.blocks.cases.actions.linking import join_duplicate, note_split
from tinhso.blocks.cases.actions.transferring import hand_over
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Party
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.queries import agencies_beside
from tinhso.blocks.cases.routing import open_desk, routing_in_force, uppermost
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.reports.actions.sending import Sender, send_report
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Commission, Follower, Report


@action
def forward(report: Report, *, by: Person, reason: str, to: Agency | None = None, at: datetime | None = None) -> Case:
    """Give a report on that came to the wrong address: to the agency named, else to the default desk, which knows.

    What contractors were asked to do by the agency that had it is theirs no longer.

    Raises:
        NotAllowed: `by` does not work on reports at the agency that has it.
        Invalid: no reason, or the agency has it already.
    """
    at, reason = at or now(), free_text(reason, field="reason")
    require(by, power(report.case, "work"), at=report.case.agency)
    to = to or default_desk(at)
    wrong: dict[str, object] = {}
    if not reason:
        wrong["reason"] = _("Hãy ghi lý do chuyển.")
    if not agencies_beside(report.case).filter(pk=to.pk).exists():
        wrong["to"] = _("Hãy chọn cơ quan khác.")
    if wrong:
        raise Invalid(_("Chưa chuyển được phản ánh."), fields=wrong)
    with transition(report.case, Deed.TRANSFER) as case:
        require(by, power(case, "work"), at=case.agency)
        hand_over(case, to, by=by, reason=reason, at=at)
    Report.objects.filter(pk=case.pk).update(draft="")
    Commission.objects.filter(report=case.pk, done_at=None, withdrawn_at=None).update(withdrawn_at=at)
    return case


def default_desk(at: datetime) -> Agency:
    routing = routing_in_force(REPORTS, at)
    return open_desk(routing.fallback) if routing else uppermost()


@action
def join(report: Report, of: Report, *, by: Person, at: datetime | None = None) -> Case:
    """Join a report to another about the same matter: who sent it and who follows it follow the other one, and get its answer."""
    at = at or now()
    case = join_duplicate(report.case, of.case, by=by, at=at)
    chosen = Report.objects.get(case__linked__case=case, case__linked__kind="duplicate")
    party = case.parties.get(role=Party.Role.APPLICANT)
    moving = [(row.person, row.address) for row in Follower.objects.filter(report=report).select_related("person")]
    moving.append((case.applicant, "" if case.applicant else party.phone or party.email))
    moved = 0
    for person, address in moving:
        if person or address:
            _row, new = Follower.objects.get_or_create(
                report=chosen, person=person, address="" if person else address, defaults={"too": True}
            )
            moved += new
    Follower.objects.filter(report=report).delete()
    Report.objects.filter(pk=chosen.pk).update(me_too=F("me_too") + moved)
    return case


@action
def split(report: Report, *, field: str, kind: str, text: str, by: Person, at: datetime | None = None) -> Case:
    """Make a report of its own out of a part of one, at the same place, by the same reporter; it finds its agency itself.

    Raises:
        Invalid: as `send_report`.
    """
    at = at or now()
    case = report.case
    require(by, power(case, "join"), at=case.agency)
    place, party = case.place, case.parties.get(role=Party.Role.APPLICANT)
    point = (place.point.x, place.point.y) if place.point else None
    unit = place.unit.code if place.unit else ""
    new = send_report(
        field,
        {"kind": kind},
        place=Place(point, place.address, place.accuracy_m, unit),
        text=text,
        files=[photo.file for photo in report.photos.filter(stage="before", still_of=None).select_related("file")],
        sender=Sender(party.name, party.phone, party.email),
        by=case.applicant,
        at=at,
    )
    note_split(new, case, by=by, at=at)
    record("reports.split_by_staff", by=by, on=new, agency=new.agency, of=case.code)
    return new
