"""Against bursts of what is written to the desk. Called before the action, so that refusals count too."""

from datetime import datetime, timedelta

from tinhso.blocks.identity.throttle import refuse_spent, spend_try

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


def spend_question(*, contact: str, address: str, at: datetime) -> None:
    """A question by the form: 10 an hour from one place; 5 of one contact, since a message goes there."""
    spend_try("hotline.question", address, limit=10, window=_HOUR, at=at)
    if contact:
        spend_try("hotline.question.contact", contact, limit=5, window=_HOUR, at=at)


def spend_chat(*, address: str, at: datetime) -> None:
    """A chat begun: 12 an hour from one place."""
    spend_try("hotline.chat", address, limit=12, window=_HOUR, at=at)


def spend_line(*, code: str, address: str, at: datetime) -> None:
    """Something written on: 12 a minute in one conversation, 40 from one place."""
    spend_try("hotline.line", code, limit=12, window=_MINUTE, at=at)
    spend_try("hotline.line.address", address, limit=40, window=_MINUTE, at=at)


def spend_files(count: int, *, address: str, at: datetime) -> None:
    """Files sent along: 60 an hour from one place."""
    for _file in range(count):
        spend_try("hotline.files", address, limit=60, window=_HOUR, at=at)


def spend_contact(*, contact: str, address: str, at: datetime) -> None:
    """A contact left in a chat: 5 an hour of one contact, 10 from one place."""
    spend_try("hotline.question.contact", contact, limit=5, window=_HOUR, at=at)
    spend_try("hotline.contact.address", address, limit=10, window=_HOUR, at=at)


def spend_wrong_code(*, address: str, at: datetime) -> None:
    """A code that opens nothing: 20 an hour from one place."""
    spend_try("hotline.code", address, limit=20, window=_HOUR, at=at)


def refuse_guesser(*, address: str, at: datetime) -> None:
    """Before a code is looked at: from a place of too many wrong ones a right one opens nothing either."""
    refuse_spent("hotline.code", address, limit=20, at=at)


def spend_letter(*, sender: str, at: datetime) -> None:
    """An e-mail of one sender: 20 an hour; 1,000 of all together, for senders are easily made up."""
    spend_try("hotline.letter.all", "all", limit=1000, window=_HOUR, at=at)
    spend_try("hotline.letter", sender, limit=20, window=_HOUR, at=at)


def spend_bounce(*, at: datetime) -> None:
    """Notices of non-delivery: 100 an hour, whoever they say they are of."""
    spend_try("hotline.bounce", "all", limit=100, window=_HOUR, at=at)


def spend_receipt(*, sender: str, at: datetime) -> None:
    """Telling a sender that an e-mail has come: 3 an hour; 200 to all together."""
    spend_try("hotline.receipt.all", "all", limit=200, window=_HOUR, at=at)
    spend_try("hotline.receipt", sender, limit=3, window=_HOUR, at=at)
