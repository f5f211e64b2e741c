"""Recordings: bound to their call, played with a trace, deleted on their day."""

from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import remove_unused_file, store_upload
from tinhso.blocks.files.content import SOUNDS
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import NotAllowed, NotFound
from tinhso.kernel.jobs import for_each
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.time import local
from tinhso.services.hotline.models import Call, Line, Recording


@action
def keep_recording(line: Line, call_id: str, upload: UploadedFile, *, prompted: bool, at: datetime | None = None) -> Recording:
    """Bind a recording to its call. A second one for the same call changes nothing.

    Raises:
        NotFound: the line knows no such call.
        Invalid: not a sound.
    """
    at = at or now()
    call = Call.objects.select_for_update(of=("self",)).select_related("line__agency").filter(line=line, call_id=call_id).first()
    if call is None:
        raise NotFound(_("Không có cuộc gọi nào mang mã này."))
    if kept := Recording.objects.filter(call=call).first():
        return kept
    file = store_upload(upload, by=None, allowed=SOUNDS)
    until = local(at).date() + timedelta(days=line.recording_days)
    kept = Recording.objects.create(call=call, file=file, prompted=prompted, received_at=at, keep_until=until)
    record(
        "hotline.recording_kept", by=None, on=kept, agency=line.agency, call=call.pk, until=until.isoformat(), prompted=prompted
    )
    return kept


@action
def play(recording: Recording, *, by: Person) -> StoredFile:
    """The sound, for whoever answered the call or leads the line; that it was heard is written down.

    Raises:
        NotAllowed: it is a colleague's call.
        NotFound: it was deleted on its day.
    """
    call = recording.call
    require(by, "hotline.serve", at=call.line.agency)
    mine = call.agent is not None and call.agent.person_id == by.pk
    if not mine and not allowed(by, "hotline.lead", at=call.line.agency):
        raise NotAllowed(_("Chỉ người đã nghe cuộc gọi và trưởng ca được nghe lại."))
    if recording.file is None:
        raise NotFound(_("Bản ghi âm đã được xóa theo thời hạn lưu."))
    record("hotline.recording_played", by=by, on=recording, agency=call.line.agency, call=call.pk)
    return recording.file


def delete_due_recordings(today: date, *, at: datetime | None = None) -> int:
    """Delete what has been kept long enough. Returns how many.

    Raises:
        RuntimeError: some could not be deleted; the others are.
    """
    due = Recording.objects.filter(deleted_at=None, keep_until__lt=today).order_by("keep_until")
    return for_each(due, lambda recording: delete_recording(recording.pk, at=at or now()))


@action
def delete_recording(pk: int, *, at: datetime) -> bool:
    """One whose day has come; False where it is deleted already."""
    found = Recording.objects.select_for_update(of=("self",), skip_locked=True).select_related("call__line__agency")
    recording = found.filter(pk=pk, deleted_at=None).first()
    if recording is None:
        return False
    file_id = recording.file_id
    recording.file, recording.deleted_at = None, at
    recording.save(update_fields=["file", "deleted_at"])
    record("hotline.recording_deleted", by=None, on=recording, agency=recording.call.line.agency, call=recording.call_id)
    if file_id:
        remove_unused_file(file_id)
    return True
