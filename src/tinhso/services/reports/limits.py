"""Against bursts: how often somebody may send, ask for a code, try one. Called before the action, so that refusals count too."""

from datetime import datetime, timedelta

from tinhso.blocks.identity.throttle import spend_try

HOUR, _QUARTER = timedelta(hours=1), timedelta(minutes=15)


def spend_report(*, who: str, address: str, at: datetime, unproven: str = "") -> None:
    """
    Args:
        who: the sender: telephone in its national form, "person:<id>", or the address again.
        address: the sender's network address.
        unproven: the telephone, when nobody has proved it: a message goes there that its owner may not have asked for.

    Raises:
        TooManyTries: more than 10 an hour by one sender, or 60 from one address (a market, a school may share one); of an
            unproven telephone more than 3 an hour, or 20 from one address.
    """
    if unproven:
        spend_try("reports.unproven", unproven, limit=3, window=HOUR, at=at)
        spend_try("reports.unproven.address", address, limit=20, window=HOUR, at=at)
    spend_try("reports.send", who, limit=10, window=HOUR, at=at)
    spend_try("reports.send.address", address, limit=60, window=HOUR, at=at)


def spend_code(*, phone: str, address: str, at: datetime) -> None:
    """A code to a telephone: 3 in a quarter of an hour; 20 from one address."""
    spend_try("reports.code", phone, limit=3, window=_QUARTER, at=at)
    spend_try("reports.code.address", address, limit=20, window=_QUARTER, at=at)


def spend_guess(*, phone: str, at: datetime) -> None:
    """A try of a code: 6 in a quarter of an hour."""
    spend_try("reports.guess", phone, limit=6, window=_QUARTER, at=at)


def spend_answer(*, code: str, address: str, at: datetime) -> None:
    """An answer to the agency's question, with photos: 10 an hour to one report; 30 from one address."""
    spend_try("reports.answer", code, limit=10, window=HOUR, at=at)
    spend_try("reports.answer.address", address, limit=30, window=HOUR, at=at)


def spend_download(*, address: str, at: datetime) -> None:
    """A whole dataset: 20 an hour for one address."""
    spend_try("reports.data", address, limit=20, window=HOUR, at=at)
