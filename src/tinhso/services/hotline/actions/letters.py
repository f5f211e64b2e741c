"""E-mails to the desk: each is taken once, into the conversation it belongs to; machines are never answered."""

from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr
from hashlib import sha256

import structlog
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.content import DOCUMENTS
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.identity.throttle import TooManyTries
from tinhso.blocks.messaging.adapters.mail import message_number
from tinhso.blocks.messaging.threads import Thread
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import local
from tinhso.kernel.web.templatetags.ui import moment
from tinhso.services.hotline.actions.alone import one_at_a_time, unless_busy
from tinhso.services.hotline.actions.answering import write_to
from tinhso.services.hotline.actions.conversations import (
    AGAIN,
    Channel,
    Contact,
    Side,
    Written,
    begin,
    can_write,
    locked,
    wait_again,
    write,
)
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, Letter, Mailbox
from tinhso.services.hotline.limits import spend_bounce, spend_letter, spend_receipt
from tinhso.services.hotline.mail import reading
from tinhso.services.hotline.mail.boxes import Box
from tinhso.services.hotline.mail.found import Found
from tinhso.services.hotline.mail.tokens import bare_subject, conversation_number, mailbox_address, token_of
from tinhso.services.hotline.models import Line

log = structlog.get_logger(__name__)
Outcome = Letter.Outcome


def read_mailbox(line: Line, box: Box, at: datetime) -> int:
    """Take in what has come. A letter that cannot be read stops no other. Returns how many were looked at.

    One process at a time; a letter that ended the process which read it is passed over the next time.

    Raises:
        OSError: the mailbox cannot be read; that is kept for the status page.
    """
    with unless_busy(f"mailbox {line.pk}") as free:
        return _read(line, box, at) if free else 0


def _read(line: Line, box: Box, at: datetime) -> int:
    state, count = _place_in(line), 0
    try:
        for found in box.letters(state.validity, state.last_uid, local(at).date()):
            if found.uid and found.uid == state.trying_uid:
                keep_unreadable(line, found, at=at)
            else:
                _remember(state, trying_uid=found.uid)
                take_in(line, found, at=at)
            _remember(state, validity=found.validity, last_uid=found.uid, trying_uid=0)
            box.done(found)
            count += 1
    except OperationalError:  # the database, not the letter: it is read again
        with suppress(DatabaseError):
            _remember(state, trying_uid=0)
        raise
    except (OSError, ValueError) as error:
        _remember(state, error=type(error).__name__)
        raise
    _remember(state, read_at=at, error="")
    return count


@action
def _place_in(line: Line) -> Mailbox:
    return Mailbox.objects.get_or_create(line=line)[0]


@action
def _remember(state: Mailbox, **values: object) -> None:
    """How far the mailbox was read, or why it was not."""
    Mailbox.objects.filter(pk=state.pk).update(**values)


def take_in(line: Line, found: Found, *, at: datetime) -> Letter | None:
    """Take one letter; None where it was taken before, or is gone. The limits are spent outside of its transaction."""
    if found.refused:
        return keep_unreadable(line, found, at=at)
    if not found.content:
        return None
    try:
        letter = reading.read_letter(found.content)
        outcome, receipt = _outcome(letter, at), _may_be_told(letter, at)
        return take_letter(line, found, letter, outcome=outcome, receipt=receipt, at=at)
    except OperationalError:
        raise
    except Exception:
        log.exception("letter_not_read", line=line.pk, place=found.place)
        return keep_unreadable(line, found, at=at)


def _outcome(letter: reading.Letter, at: datetime) -> Letter.Outcome:
    if letter.bounce:
        try:
            spend_bounce(at=at)
        except TooManyTries:
            return Outcome.TOO_MANY
        return Outcome.BOUNCE
    if letter.sender in {mailbox_address().lower(), parseaddr(settings.MAIL_FROM)[1].lower()}:
        return Outcome.OWN
    if letter.automatic or not letter.sender:
        return Outcome.AUTOMATIC
    try:
        spend_letter(sender=letter.sender, at=at)
    except TooManyTries:
        return Outcome.TOO_MANY
    return Outcome.TAKEN


def _may_be_told(letter: reading.Letter, at: datetime) -> bool:
    """Whether the sender is told that the letter has come: never a machine, and nobody without end."""
    if letter.automatic or not letter.sender:
        return False
    try:
        spend_receipt(sender=letter.sender, at=at)
    except TooManyTries:
        return False
    return True


@action
def take_letter(
    line: Line, found: Found, letter: reading.Letter, *, outcome: Letter.Outcome, receipt: bool, at: datetime
) -> Letter | None:
    """Take a letter once: into the conversation it answers, else as a new one. What came back undelivered waits again."""
    one_at_a_time(f"letter {line.pk} {letter.key}")
    if Letter.objects.filter(line=line, key=letter.key).exists():
        return None
    kept = Letter(line=line, key=letter.key, outcome=outcome, uid=found.place, received_at=at)
    if outcome == Outcome.TAKEN:
        kept.message = _written(line, found, letter, receipt=receipt, at=at)
    elif outcome == Outcome.BOUNCE:
        _came_back(line, letter, at=at)
    kept.save()
    record("hotline.letter_taken", by=None, on=kept, agency=line.agency, outcome=outcome)
    return kept


@action
def keep_unreadable(line: Line, found: Found, *, at: datetime) -> Letter:
    """A letter nothing can be made of: the status page says where it lies, so that somebody reads it there."""
    key = sha256(found.content or f"{found.validity} {found.place}".encode()).hexdigest()
    kept, _made = Letter.objects.get_or_create(
        line=line, key=key, defaults={"outcome": Outcome.UNREADABLE, "uid": found.place, "received_at": at}
    )
    return kept


def _written(line: Line, found: Found, letter: reading.Letter, *, receipt: bool, at: datetime) -> ConversationMessage:
    files, left_out = _files(letter, cut=found.cut)
    text = letter.text or ("" if files else bare_subject(letter.subject))
    written = Written(text or "–", files=files, mail_id=letter.message_id, left_out=left_out, quoted=letter.quoted)
    conversation = belongs_to(line, letter)
    if conversation and can_write(conversation, at):
        conversation = write(conversation, written, at=at)
    else:
        contact = Contact(letter.sender_name, email=letter.sender)
        conversation = begin(line, Channel.EMAIL, written, contact, subject=bare_subject(letter.subject), at=at)
        if receipt:
            _tell_received(conversation, letter)
    return conversation.messages.filter(side=Side.IN).latest("pk")


def _files(letter: reading.Letter, *, cut: bool) -> tuple[list[StoredFile], str]:
    """What is kept of the attachments, and the names of the rest."""
    files, left_out = [], []
    for place, one in enumerate(letter.attachments):
        try:
            if cut or place >= reading.MOST_FILES:
                raise Invalid
            with transaction.atomic():
                files.append(store_photo(SimpleUploadedFile(one.name, one.content), by=None, allowed=DOCUMENTS))
        except Invalid:
            left_out.append(one.name)
    return files, ", ".join(left_out)[:500]


def belongs_to(line: Line, letter: reading.Letter) -> Conversation | None:
    """The conversation a letter goes on with: by the token in its subject or the letters it names; only of the same sender."""
    found = Conversation.objects.filter(line=line, email=letter.sender).select_related("line__agency", "agent")
    if number := conversation_number(letter.subject):
        return found.filter(pk=number).first()
    known = ConversationMessage.objects.filter(mail_id__in=letter.references)
    sent = [number for one in letter.references if (number := message_number(one)) is not None]
    ours = ConversationMessage.objects.filter(sent__in=sent)
    ids = {*known.values_list("conversation", flat=True), *ours.values_list("conversation", flat=True)}
    return found.filter(pk__in=ids).order_by("-last_at").first() if ids else None


def _tell_received(conversation: Conversation, letter: reading.Letter) -> None:
    thread = Thread(reply_to=mailbox_address(), in_reply_to=letter.message_id)
    with override(conversation.language):
        due = moment(conversation.due_at)
    subject = f"{conversation.line.title} {token_of(conversation)}"  # no word of the letter: its sender may be another's
    context = {"subject": subject, "line": conversation.line.title, "due": due}
    write_to(conversation, "hotline_received", conversation.email, context, thread)


def _came_back(line: Line, letter: reading.Letter, *, at: datetime) -> None:
    """An answer of the last month did not arrive: its open matter waits again, once, with a note that says so."""
    numbers = [number for one in letter.bounced if (number := message_number(one)) is not None]
    rows = ConversationMessage.objects.filter(sent__in=numbers, conversation__line=line, written_at__gt=at - AGAIN)
    row = rows.select_related("conversation").first()
    if row is None:
        return
    conversation, key = locked(row.conversation), f"bounce {row.pk}"
    if not conversation.open or conversation.messages.filter(key=key).exists():
        return
    words = _("Thư trả lời không đến được địa chỉ của người hỏi.")
    ConversationMessage.objects.create(conversation=conversation, side=Side.NOTE, text=words, key=key, written_at=at)
    wait_again(conversation, at)
    record("hotline.answer_came_back", by=None, on=conversation, agency=line.agency)
