"""What the public sees of a report: nothing until somebody has read it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import announce
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.places import MOST_WORDS
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.files.content import JPEG, MP4
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.forms.engine.values import clean_line
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.reports.blurring import Box, blurred
from tinhso.services.reports.models import AnswerTemplate, Photo, Report


@action
def publish(
    report: Report, *, by: Person | None, text: str, where: str = "", photos: Collection[int] = (), at: datetime | None = None
) -> Report:
    """Let everybody see the report: the text as the moderator leaves it, and the photos chosen. May be done again.

    Args:
        text: without names, numbers and abuse.
        where: the address as everybody may read it; empty: the name of the unit alone.
        photos: ids of the photos that show nobody's face or number plate, or whose released copy does not.
    """
    at = at or now()
    require(by, power(report.case, "moderate"), at=report.case.agency)
    text = free_text(text, field="text")
    if not text:
        problem = _("Hãy ghi nội dung công khai.")
        raise Invalid(problem, fields={"text": problem})
    fresh = Report.objects.select_for_update(of=("self",)).select_related("case__agency").get(pk=report.pk)
    fresh.shown, fresh.text, fresh.why_hidden = Report.Shown.PUBLIC, text, ""
    fresh.where = clean_line(where)[:MOST_WORDS]
    fresh.moderated_by, fresh.shown_at = by, fresh.shown_at or at
    fresh.save(update_fields=["shown", "text", "where", "why_hidden", "moderated_by", "shown_at"])
    Photo.objects.filter(report=fresh).exclude(pk__in=photos).update(public=False)
    Photo.objects.filter(report=fresh, pk__in=photos).update(public=True)
    announce(fresh.case, "published", by=by, photos=len(photos))
    return fresh


@action
def blur(photo: Photo, boxes: Sequence[Box], *, by: Person) -> Photo:
    """Make a copy for the public in which the boxes are unreadable. The photo as it was sent stays for those who see to it.

    Raises:
        Invalid: it is a film; those are published as they are or not at all.
    """
    report = Report.objects.select_related("case__agency").get(pk=photo.report_id)
    require(by, power(report.case, "moderate"), at=report.case.agency)
    if photo.file.content_type == MP4.content_type:
        raise Invalid(_("Video không che được từng chỗ. Hãy để video không công khai."))
    photo.released = store_bytes(f"anh-{photo.pk}.jpg", blurred(read_file(photo.file), boxes), JPEG.content_type, by=by)
    photo.save(update_fields=["released"])
    announce(report.case, "photo_blurred", by=by, photo=photo.pk, boxes=len(boxes))
    return photo


@action
def hide(report: Report, *, by: Person, why: str) -> Report:
    """Keep the report from the public, or take it back; it is worked on all the same."""
    require(by, power(report.case, "moderate"), at=report.case.agency)
    why = free_text(why, field="why")[:300]
    if not why:
        problem = _("Hãy ghi vì sao không công khai.")
        raise Invalid(problem, fields={"why": problem})
    fresh = Report.objects.select_for_update(of=("self",)).select_related("case__agency").get(pk=report.pk)
    fresh.shown, fresh.why_hidden, fresh.moderated_by = Report.Shown.HIDDEN, why, by
    fresh.save(update_fields=["shown", "why_hidden", "moderated_by"])
    announce(fresh.case, "hidden", by=by)
    return fresh


@action
def keep_template(title: str, text: str, *, by: Person | None, agency: Agency | None = None, field: str = "") -> AnswerTemplate:
    """Keep words an agency often answers with; without an agency, for all of them."""
    require(by, "reports.arrange", at=agency)
    template = AnswerTemplate.objects.create(
        title=title.strip()[:120], text=free_text(text, field="text"), agency=agency, field=field
    )
    record("reports.template_kept", by=by, on=template, agency=agency)
    return template
