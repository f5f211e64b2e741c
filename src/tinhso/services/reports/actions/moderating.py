"""What the public sees of a report: nothing until somebody has read it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Case, Q, When
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import announce
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.places import MOST_WORDS
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.files.content import JPEG, MP4
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.forms.engine.values import clean_line
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.inserts import insert_all
from tinhso.kernel.permissions import require
from tinhso.services.reports.blurring import Box, as_lines, blurred
from tinhso.services.reports.models import Photo, Report

MOST_STILLS = 10


@action
def publish(
    report: Report,
    *,
    by: Person | None,
    text: str,
    where: str = "",
    photos: Collection[int] = (),
    films: Collection[int] = (),
    at: datetime | None = None,
) -> Report:
    """Let everybody see the report: the text as the moderator leaves it, and the photos chosen. May be done again.

    Args:
        text: without names, numbers and abuse.
        where: the address as everybody may read it; empty: the name of the unit alone.
        photos: ids of the photos that show nobody's face or number plate, or whose released copy does not.
        films: ids of the films the moderator has watched to the end; nothing in them can be covered, so that each is named apart.
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
    film = Q(file__content_type=MP4.content_type)
    kept = Photo.objects.filter(report=fresh)
    shown = kept.filter((Q(pk__in=photos) & ~film) | (Q(pk__in=films) & film)).values_list("pk", flat=True)
    kept.update(public=Case(When(pk__in=list(shown), then=True), default=False))
    announce(fresh.case, "published", by=by, photos=len(photos), films=len(films))
    return fresh


@action
def blur(photo: Photo, boxes: Sequence[Box], *, by: Person) -> Photo:
    """Make a copy for the public in which the boxes are unreadable. The photo as it was sent stays for those who see to it.

    Raises:
        Invalid: it is a film; stills are taken out of it (`keep_stills`).
    """
    report = Report.objects.select_related("case__agency").get(pk=photo.report_id)
    require(by, power(report.case, "moderate"), at=report.case.agency)
    if photo.file.content_type == MP4.content_type:
        raise Invalid(_("Video không che được từng chỗ. Hãy giữ kín và lấy khung hình để công khai."))
    photo.released = store_bytes(f"anh-{photo.pk}.jpg", blurred(read_file(photo.file), boxes), JPEG.content_type, by=by)
    photo.boxes = as_lines(boxes)  # covered anew, it begins with what was covered
    photo.save(update_fields=["released", "boxes"])
    announce(report.case, "photo_blurred", by=by, photo=photo.pk, boxes=len(boxes))
    return photo


@action
def keep_stills(film: Photo, files: Sequence[StoredFile], *, by: Person) -> None:
    """Keep stills of a film as photos of the report, to be covered and published like the others. The film stays as it is.

    Raises:
        Invalid: it is no film, a file is no picture, there is none, or they are too many; `fields` names "stills".
    """
    report = Report.objects.select_related("case__agency").get(pk=film.report_id)
    require(by, power(report.case, "moderate"), at=report.case.agency)
    film = Photo.objects.select_for_update(of=("self",)).select_related("file").get(pk=film.pk)  # two who take stills at once
    there = film.stills.count()
    problem: object = ""
    if not files:
        problem = _("Hãy lấy ít nhất một khung hình.")
    elif there + len(files) > MOST_STILLS:
        problem = _("Nhiều nhất %(limit)s khung hình của một video.") % {"limit": MOST_STILLS}
    elif film.file.content_type != MP4.content_type or any(file.content_type == MP4.content_type for file in files):
        problem = _("Khung hình phải là ảnh lấy từ một video.")
    if problem:
        raise Invalid(problem, fields={"stills": problem})
    insert_all(Photo(report=report, file=file, stage=film.stage, still_of=film) for file in files)
    announce(report.case, "stills_kept", by=by, photo=film.pk, stills=len(files))


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
