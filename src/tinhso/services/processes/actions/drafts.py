"""The life of a draft: begun, saved often, sent, approved by somebody who did not write it."""

from datetime import date, datetime

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.procedures import replace_version
from tinhso.blocks.cases.bpmn.parse import process_id
from tinhso.blocks.cases.loading import DECLARATION, LAW_SAYS, PROCESS, VERSION, ProcedureDefinition, has_article
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.processes.actions.four_eyes import (
    ChangedMeanwhile,
    give_back,
    put_aside,
    refuse_unless_read_by_another,
)
from tinhso.services.processes.checking import check, lacks_law
from tinhso.services.processes.diagram import with_diagram
from tinhso.services.processes.models import ProcessDraft

State = ProcessDraft.State
_LONGEST_BASIS = 300


@action
def begin_draft(base: ProcedureVersion, *, by: Person, at: datetime) -> ProcessDraft:
    """Begin to change a version's process."""
    require(by, "processes.draft")
    xml = with_diagram(base.files[PROCESS])
    draft = ProcessDraft.objects.create(base=base, xml=xml, begun_by=by, saved_by=by, saved_at=at)
    draft.authors.add(by)
    record("processes.draft_begun", by=by, on=draft, procedure=base.procedure.code, version=base.version)
    return draft


@action
def save_draft(draft: ProcessDraft, xml: str, *, revision: int, by: Person, at: datetime) -> ProcessDraft:
    """Keep what was drawn; it need not be right yet.

    Args:
        revision: the one the change was begun from.

    Raises:
        ChangedMeanwhile: that is not the last one any more.
        Invalid: the text is no BPMN file at all.
    """
    require(by, "processes.draft")
    draft = _locked(draft, State.OPEN)
    if draft.xml == xml:
        return draft
    if draft.revision != revision:
        text = _("{person} đã lưu bản nháp này lúc {time}. Hãy tải lại trang trước khi sửa tiếp.")
        raise ChangedMeanwhile(text.format(person=draft.saved_by.full_name, time=f"{localtime(draft.saved_at):%H:%M %d/%m/%Y}"))
    if not process_id(xml.encode()):
        raise Invalid(_("Tệp không phải là một quy trình BPMN 2.0 đọc được."))
    draft.xml, draft.revision, draft.saved_by, draft.saved_at = xml, revision + 1, by, at
    draft.save(update_fields=["xml", "revision", "saved_by", "saved_at"])
    draft.authors.add(by)
    record("processes.draft_saved", by=by, on=draft, revision=draft.revision)
    return draft


@action
def say_law(draft: ProcessDraft, *, law_says: str, basis: str, by: Person, at: datetime) -> ProcessDraft:
    """Add what a version made before it was asked for does not tell: the law's word for its term, and the article.

    Raises:
        Invalid: the base tells it itself, there is no such word, or no article is named.
    """
    require(by, "processes.draft")
    draft = _locked(draft, State.OPEN)
    basis = " ".join(basis.split())
    if not lacks_law(draft.base.files[DECLARATION]):
        raise Invalid(_("Phiên bản gốc đã ghi luật đếm thời hạn bằng gì; ở đây không đổi được."))
    if law_says not in LAW_SAYS:
        raise Invalid(_("Hãy chọn luật đếm thời hạn bằng gì."))
    if not has_article(basis) or len(basis) > _LONGEST_BASIS:
        raise Invalid(_("Hãy ghi cả điều, khoản nói về thời hạn; ví dụ “Nghị định 123/2015/NĐ-CP, điều 22”."))
    draft.law_says, draft.basis = law_says, basis
    draft.revision, draft.saved_by, draft.saved_at = draft.revision + 1, by, at
    draft.save(update_fields=["law_says", "basis", "revision", "saved_by", "saved_at"])
    draft.authors.add(by)
    record("processes.draft_law_said", by=by, on=draft)
    return draft


@action
def send_draft(draft: ProcessDraft, *, version: str, valid_from: date, reason: str, by: Person) -> ProcessDraft:
    """Ask for approval.

    Raises:
        Invalid: it has faults, or number, day or reason are missing.
    """
    require(by, "processes.draft")
    draft = _locked(draft, State.OPEN)
    if not reason.strip():
        raise Invalid(_("Hãy ghi nội dung và lý do thay đổi."))
    if not VERSION.fullmatch(version):
        raise Invalid(_("Số phiên bản ghi như 2026.2."))
    if draft.base.procedure.versions.filter(version=version).exists():
        raise Invalid(_("Thủ tục đã có phiên bản số {version}; hãy đặt số khác.").format(version=version))
    _not_past(valid_from)
    asked = version, valid_from, reason.strip()
    if asked != (draft.version, draft.valid_from, draft.reason):  # an approver may still look at what was asked before
        draft.revision += 1
    draft.version, draft.valid_from, draft.reason = asked
    _must_be_good(draft)
    draft.state, draft.answer = State.SENT, ""
    draft.save(update_fields=["version", "valid_from", "reason", "state", "answer", "revision"])
    record("processes.draft_sent", by=by, on=draft, version=version, valid_from=valid_from.isoformat())
    return draft


@action
def take_back_draft(draft: ProcessDraft, *, reason: str, by: Person) -> ProcessDraft:
    """Open a sent draft again: an author thinks again, or an approver sends it back with a reason."""
    draft = _locked(draft, State.SENT)
    give_back(draft, reason=reason, by=by, event="processes.draft_taken_back")
    return draft


@action
def approve_draft(draft: ProcessDraft, *, revision: int, by: Person, at: datetime) -> ProcedureVersion:
    """Make it a version of the procedure, in force from its day on. Running cases keep theirs.

    Args:
        revision: the one that was read.

    Raises:
        ChangedMeanwhile: that is not the last one any more.
        NotAllowed: `by` has written a part of it.
        Invalid: it has faults, or its day is past.
    """
    require(by, "processes.approve")
    draft = _locked(draft, State.SENT)
    refuse_unless_read_by_another(draft, revision=revision, by=by)
    assert draft.valid_from  # noqa: S101 - a sent draft has one
    _not_past(draft.valid_from)
    became = replace_version(_must_be_good(draft), by=by)
    draft.state, draft.decided_by, draft.decided_at, draft.became = State.APPROVED, by, at, became
    draft.save(update_fields=["state", "decided_by", "decided_at", "became"])
    record("processes.draft_approved", by=by, on=draft, procedure=became.procedure.code, version=became.version)
    return became


@action
def drop_draft(draft: ProcessDraft, *, by: Person) -> None:
    """Put it aside for good; it stays on record."""
    require(by, "processes.draft")
    draft = _locked(draft, State.OPEN)
    put_aside(draft, by=by, event="processes.draft_dropped")


def _locked(draft: ProcessDraft, state: State) -> ProcessDraft:
    locked = ProcessDraft.objects.select_for_update(of=("self",)).select_related("base__procedure", "saved_by").get(pk=draft.pk)
    if locked.state != state:
        raise WrongState(_("Bản nháp này đang ở trạng thái “{state}”.").format(state=locked.get_state_display()))
    return locked


def _not_past(day: date) -> None:
    if day < localdate():
        raise Invalid(_("Ngày có hiệu lực không được ở trong quá khứ."))


def _must_be_good(draft: ProcessDraft) -> ProcedureDefinition:
    checked = check(draft)
    if checked.definition is None or not checked.good:
        raise Invalid(_("Quy trình còn lỗi; hãy sửa hết các lỗi được nêu."))
    return checked.definition
