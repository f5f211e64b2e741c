"""Files people sent: opened with a trace, given along into a ticket."""

from collections.abc import Collection

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.families import REPORT
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.files.content import PHOTOS
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.catalogue import Group
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.conversations import files_sent_to
from tinhso.services.hotline.models import Call

_AGAIN = 3600
_PHOTOS = {kind.content_type for kind in PHOTOS}


@action
def note_opened(file: StoredFile, *, on: Conversation | Case, agency: Agency, by: Person) -> StoredFile:
    """That a file was opened is written down: once an hour for each who opens it, since pages show photos by themselves."""
    if cache.add(f"hotline.opened.{by.pk}.{on._meta.label}.{on.pk}.{file.pk}", True, _AGAIN):
        record("hotline.file_opened", by=by, on=on, agency=agency, file=file.pk)
    return file


def handed_in(source: Call | Conversation, chosen: Collection[int], group: Group, *, most: int) -> dict[str, HandedIn]:
    """Of what came with a conversation, the files `chosen`, as the part of a ticket that takes them.

    A report takes photos alone, for they may be made public; the rest stays with the conversation, as all does where the
    procedure has no place for files.

    Raises:
        Invalid: more than `most`; `fields` names "files".
    """
    if isinstance(source, Call) or not chosen:
        return {}
    files = [row.file for row in files_sent_to(source) if row.file_id in chosen]
    if group.family.code == REPORT:
        files = [file for file in files if file.content_type in _PHOTOS]
    parts = required_parts(group.version, {})
    if not files or not parts:
        return {}
    if len(files) > most:
        problem = _("Nhiều nhất %(limit)s tệp.") % {"limit": most}
        raise Invalid(problem, fields={"files": problem})
    return {parts[0].code: HandedIn(files=files)}
