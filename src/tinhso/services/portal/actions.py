"""Writing an application: drafts."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, submit_case
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Agency, Business, Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound
from tinhso.kernel.time import local
from tinhso.services.portal.models import KEPT_FOR, WARNED_BEFORE, Draft, DraftFile

FILES_A_PART = 10


def prefill_context(person: Person) -> dict[str, Any]:
    """What is known of the person, for the form's `x-prefill`."""
    return {
        "applicant": {
            "full_name": person.full_name,
            "date_of_birth": person.date_of_birth.isoformat() if person.date_of_birth else "",
            "sex": person.sex,
            "identity_number": person.identity_number or "",
            "phone": person.phone,
            "email": person.email,
            "address": person.address,
            "residence": person.residence.code if person.residence else "",
        }
    }


@action
def start_draft(version: ProcedureVersion, *, agency: Agency, by: Person) -> Draft:
    """Begin an application, filled in with what is known; an earlier draft for the same agency is taken up again."""
    present = Draft.objects.filter(person=by, version=version, agency=agency).order_by("-saved_at").first()
    if present:
        _touch(present)
        return present
    draft = Draft.objects.create(
        key=token_hex(16),
        person=by,
        version=version,
        agency=agency,
        answers=form_of(version).prefill(prefill_context(by)),
    )
    record("portal.draft_started", by=by, on=draft, agency=agency)
    return draft


def _own(draft: Draft, by: Person) -> Draft:
    """The draft, locked.

    Raises:
        NotFound: it was sent or thrown away in the meantime, perhaps by a second click.
    """
    if draft.person_id != by.pk:
        raise NotAllowed(_("Đây là hồ sơ của người khác."))
    drafts = Draft.objects.select_for_update(of=("self",)).select_related("version", "agency")
    found = drafts.filter(pk=draft.pk).first()
    if found is None:
        raise NotFound(_("Không tìm thấy hồ sơ đang soạn này. Có thể hồ sơ đã được nộp hoặc đã bị xóa."))
    return found


@action
def save_section(draft: Draft, section: str, answers: Mapping[str, Any], *, finished: bool, by: Person) -> Draft:
    """Keep what was entered in a section, complete or not.

    Args:
        answers: the answers of the whole form as they now are.
        finished: the section has no errors.
    """
    draft = _own(draft, by)
    done = set(draft.finished_sections) - {section}
    draft.finished_sections = sorted(done | {section}) if finished else sorted(done)
    draft.answers = dict(answers)
    draft.save(update_fields=["answers", "finished_sections"])
    _touch(draft)
    return draft


def _touch(draft: Draft) -> None:
    """Its author goes on with it."""
    Draft.objects.filter(pk=draft.pk).update(saved_at=Now(), warned_at=None)


@action
def attach_to_draft(draft: Draft, part_code: str, file: StoredFile, *, by: Person) -> None:
    """Add a file to a part of the application."""
    draft = _own(draft, by)
    if draft.files.filter(part_code=part_code).count() >= FILES_A_PART:
        raise Invalid(_("Mỗi giấy tờ có thể có tối đa %(n)s tệp.") % {"n": FILES_A_PART})
    DraftFile.objects.get_or_create(draft=draft, part_code=part_code, file=file)
    _touch(draft)


@action
def detach_from_draft(draft: Draft, file_id: int, *, by: Person) -> None:
    """Take a file out again."""
    _own(draft, by).files.filter(pk=file_id).delete()


@action
def discard_draft(draft: Draft, *, by: Person) -> None:
    """Throw an application away that was not sent."""
    draft = _own(draft, by)
    record("portal.draft_discarded", by=by, on=draft, agency=draft.agency)
    draft.delete()


@action
def warn_or_delete(draft: Draft, *, at: datetime) -> None:
    """Tell the author of an application nobody goes on with that it will be deleted; two weeks later delete it.

    It is looked at again under a lock: who goes on with it at this moment keeps it.
    """
    fresh = Draft.objects.select_for_update(of=("self",)).select_related("version__procedure", "agency", "person")
    draft_now = fresh.filter(pk=draft.pk, saved_at__lte=at - KEPT_FOR + WARNED_BEFORE).first()
    if draft_now is None:
        return
    if draft_now.deleted_after is None:
        draft_now.warned_at = at
        draft_now.save(update_fields=["warned_at"])
        record("portal.draft_warned", by=None, on=draft_now, agency=draft_now.agency)
        _write_warning(draft_now)
    elif draft_now.deleted_after <= at:
        record("portal.draft_lapsed", by=None, on=draft_now, agency=draft_now.agency)
        draft_now.delete()


def _write_warning(draft: Draft) -> None:
    assert draft.deleted_after  # noqa: S101 - just set
    day = f"{local(draft.deleted_after):%d/%m/%Y}"
    procedure = draft.version.procedure
    context = {"procedure": procedure.name, "procedure_en": procedure.name_en or procedure.name, "day": day}
    link = reverse("portal:tasks", args=[draft.key])
    send("portal_draft_warned", to=draft.person, context=context, about=f"portal.draft:{draft.pk}", link=link)


@action
def submit_draft(draft: Draft, *, by: Person, business: Business | None = None) -> Case:
    """Hand the application in. Sent twice, it returns the same case.

    Raises:
        Invalid: something is missing or wrong; the draft stays as it is.
    """
    try:
        draft = _own(draft, by)
    except NotFound:
        if present := all_cases().filter(submission_key=draft.key, submitted_by=by).first():
            return present
        raise
    parts: dict[str, list[StoredFile]] = {}
    for row in draft.files.select_related("file").order_by("pk"):
        parts.setdefault(row.part_code, []).append(row.file)
    case = submit_case(
        draft.version,
        draft.answers,
        agency=draft.agency,
        applicant=Applicant(
            name=business.name if business else by.full_name,
            identity_number=by.identity_number or "",
            phone=by.phone,
            email=by.email,
            address=by.address,
            person=by,
            business=business,
        ),
        by=by,
        parts={code: HandedIn(files=files) for code, files in parts.items()},
        submission_key=draft.key,
    )
    draft.delete()
    return case
