"""Recordings: bound to their call, played with a trace, deleted on their day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import structlog
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import remove_unused_file, store_upload
from tinhso.blocks.files.content import SOUNDS
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound
from tinhso.kernel.jobs import for_each
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.time import local
from tinhso.services.hotline.captures import LARGEST, sound_of
from tinhso.services.hotline.models import Call, Line, Recording
from tinhso.services.hotline.sip import recordings

log = structlog.get_logger(__name__)
_UNHEARD_OF = timedelta(days=1)


@action
def keep_recording(
    line: Line, call_id: str, upload: UploadedFile, *, prompted: bool, max_size: int | None = None, at: datetime | None = None
) -> Recording:
    """Bind a recording to its call. A second one for the same call changes nothing.

    Args:
        max_size: bytes, where it is not what others may hand in.

    Raises:
        NotFound: the line knows no such call.
        Invalid: not a sound, or too large.
    """
    at = at or now()
    call = Call.objects.select_for_update(of=("self",)).select_related("line__agency").filter(line=line, call_id=call_id).first()
    if call is None:
        raise NotFound(_("Không có cuộc gọi nào mang mã này."))
    if kept := Recording.objects.filter(call=call).first():
        return kept
    file = store_upload(upload, by=None, allowed=SOUNDS, max_size=max_size)
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


def fetch_recordings(line: Line, *, at: datetime) -> int:
    """Take in what the line's own exchange has recorded and has finished: its captures become recordings and are deleted.
    Those of calls the product has not heard of wait for a day. Returns how many were taken in.

    Raises:
        RuntimeError: some could not be taken in; the others are. What can never be read is set aside, its notes as `.broken`.
    """
    taken, failed = 0, []
    for notes in sorted((recordings(line) / "metadata").glob("*.txt")):
        try:
            taken += _fetch(line, notes, at)
        except Exception as error:
            failed.append(notes.name)
            log.exception("recording_not_taken_in", line=line.pk)
            if isinstance(error, ValueError | Invalid):
                notes.rename(notes.with_suffix(".broken"))
    if failed:
        raise RuntimeError(f"{len(failed)} recordings could not be taken in")
    return taken


def _fetch(line: Line, notes: Path, at: datetime) -> bool:
    """The notes name the capture, which is named after the call."""
    capture = recordings(line) / "pcaps" / Path(notes.read_text().partition("\n")[0].strip()).name
    call_id = unquote(capture.stem).rpartition("-")[0].rpartition("-")[0]
    sound = sound_of(capture) if capture.is_file() else None
    kept = False
    if sound:
        try:
            upload = SimpleUploadedFile("ghi-am.wav", sound, "audio/wav")
            keep_recording(line, call_id, upload, prompted=True, max_size=LARGEST, at=at)
            kept = True
        except NotFound:
            if at.timestamp() - notes.stat().st_mtime < _UNHEARD_OF.total_seconds():
                return False
    if capture.is_file():
        capture.unlink()
    notes.unlink()
    return kept


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
