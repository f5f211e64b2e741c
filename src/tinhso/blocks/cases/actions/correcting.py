"""Correcting what was entered: what stood there before is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.changes import changes_of
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Correction, Part, Party
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.requirements import fee_lines, required_parts
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold

PARTICULARS = ("name", "identity_number", "phone", "email", "address")


@action
def correct_case(
    case: Case,
    answers: Mapping[str, Any],
    *,
    by: Person,
    reason: str,
    particulars: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Case:
    """Put right what was entered: by the applicant before reception, by reception until the result is signed.

    Steps that were done and ways the process took stay as they are; papers issued before keep what they said.

    Args:
        answers: the whole form, already parsed.
        reason: why; the applicant reads it.
        particulars: of the applicant, as printed on papers; for reception only.

    Raises:
        NotAllowed: `by` is neither the applicant nor reception at the case's agency.
        Invalid: answers are wrong, no reason is given, nothing changes, or the fee would.
        WrongState: the applicant is too late, or the case is decided.
    """
    at = at or now()
    own = is_applicant(by, case)
    if not own or particulars:
        require(by, power(case, "receive"), at=case.agency)
    reason = free_text(reason, field="correct_reason")
    with transition(case, Deed.CORRECT) as case:
        if own and case.received_at:
            raise WrongState(_("Hồ sơ đã được tiếp nhận. Hãy liên hệ Bộ phận Một cửa để sửa thông tin."))
        after, party = _checked(case, answers, reason, by=by), case.parties.get(role=Party.Role.APPLICANT)
        before, changed = case.form.answers, _changed(party, particulars or {})
        if after == before and not changed:
            raise Invalid(_("Chưa có gì thay đổi."))
        correction = Correction.objects.create(
            case=case, at=at, by=by, reason=reason, before=before, after=after,
            party_before={name: getattr(party, name) for name in changed}, party_after=changed,
        )  # fmt: skip
        case.form.answers = after
        case.form.save(update_fields=["answers"])
        _give_particulars(case, party, changed)
        _want_more_parts(case, after)
        tell(
            case, "corrected", by=by, at=at, note=reason, correction=correction.pk,
            questions=[line.path for line in changes_of(correction) if line.path], particulars=sorted(changed),
        )  # fmt: skip
    return case


def _checked(case: Case, answers: Mapping[str, Any], reason: str, *, by: Person) -> dict[str, Any]:
    form, before = form_of(case.version), case.form.answers
    cleaned = form.clean(dict(answers))
    wrong: dict[str, object] = dict(cleaned.errors)
    if not reason:
        wrong["correct_reason"] = _("Hãy ghi lý do sửa.")
    new = set(form.file_ids(cleaned.answers)) - set(form.file_ids(before)) if not cleaned.errors else set()
    if new and StoredFile.objects.filter(pk__in=new, uploaded_by=by).count() != len(new):
        wrong["correct_reason"] = _("Hãy tải tệp lên lần nữa.")
    if wrong:
        raise Invalid(_("Chưa sửa được hồ sơ."), fields=wrong)
    if fee_lines(case.version, cleaned.answers) != fee_lines(case.version, before):
        raise Invalid(_("Sửa như vậy làm thay đổi mức phí. Hãy rút hồ sơ và nộp lại."))
    return cleaned.answers


def _changed(party: Party, given: Mapping[str, str]) -> dict[str, str]:
    """The particulars that differ, cleaned."""
    cleaned = {name: " ".join(given[name].split()) for name in PARTICULARS if name in given}
    if cleaned.get("name") == "":
        raise Invalid(_("Hãy nhập họ và tên người nộp."), fields={"name": _("Hãy nhập họ và tên người nộp.")})
    limits = {field.name: field.max_length or 0 for field in Party._meta.fields if field.name in cleaned}
    wrong = {
        name: _("Nhiều nhất là %(limit)s ký tự.") % {"limit": limit}
        for name, limit in limits.items()
        if len(cleaned[name]) > limit
    }
    if wrong:
        raise Invalid(_("Chưa sửa được hồ sơ."), fields=dict(wrong))
    return {name: value for name, value in cleaned.items() if value != getattr(party, name)}


def _give_particulars(case: Case, party: Party, changed: Mapping[str, str]) -> None:
    for name, value in changed.items():
        setattr(party, name, value)
    party.save(update_fields=[*changed])
    if "name" in changed:
        case.applicant_name = changed["name"]
        case.search = f"{fold(case.code)} {fold(case.applicant_name)}"


def _want_more_parts(case: Case, answers: Mapping[str, Any]) -> None:
    """Documents that only the corrected answers ask for; none that was handed in is dropped."""
    there = set(case.parts.values_list("code", flat=True))
    Part.objects.bulk_create(
        Part(case=case, code=part.code, name=part.name, required=part.required, originals=part.originals, copies=part.copies)
        for part in required_parts(case.version, answers)
        if part.code not in there
    )
