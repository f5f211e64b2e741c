"""Keys of programs: recognised, counted; and which reports came by one."""

from datetime import datetime, timedelta
from random import SystemRandom

from django.conf import settings
from django.utils.crypto import get_random_string, salted_hmac

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.identity.throttle import spend_try
from tinhso.blocks.identity.tokens import digest_of
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.ids import derived_code
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.open311.tables import ApiKey

READS_PER_MINUTE = 120
"""So many questions a minute one network address asks without a key."""
_MINUTE = timedelta(minutes=1)
_WRONG_KEYS = 30
_ROWS, _READS_A_ROW = 16, 1_000


def living_key(secret: str) -> ApiKey | None:
    """The key with this secret, unless it was taken back."""
    return _LIVING.first(digest=digest_of(secret)) if secret else None


_LIVING = KeptQuery(lambda: ApiKey.objects.filter(digest=Param("digest"), revoked_at=None), of=[ApiKey])


def spend_reading(key: ApiKey | None, address: str, *, at: datetime) -> None:
    """Count a question: of the key, or of the network address where there is no key.

    The questions of a busy key are counted in several rows, drawn by lot, so that its readers do not wait for one another.

    Raises:
        TooManyTries: more than may be asked in a minute.
    """
    if key:
        rows = min(_ROWS, 1 + key.reads_per_minute // _READS_A_ROW)
        row, limit = SystemRandom().randrange(rows), -(-key.reads_per_minute // rows)
        spend_try("open311.read", str(key.pk), str(row), limit=limit, window=_MINUTE, at=at)
    else:
        spend_try("open311.read.address", address, limit=READS_PER_MINUTE, window=_MINUTE, at=at)


def spend_key(key: ApiKey, *, at: datetime) -> None:
    """Count a report of the key.

    Raises:
        TooManyTries: more than it may send in a minute.
    """
    spend_try("open311.key", str(key.pk), limit=key.per_minute, window=_MINUTE, at=at)


def spend_wrong_key(address: str, *, at: datetime) -> None:
    """Count a key that is none, by the network address it came from."""
    spend_try("open311.wrong", address, limit=_WRONG_KEYS, window=_MINUTE, at=at)


def submission_key(key: ApiKey, idempotency_key: str) -> str:
    """What a report that came by the key is handed in under. The same key of the client's leads to the same report."""
    said = idempotency_key or get_random_string(32)
    return f"{_marked(key)}{salted_hmac('tinhso.open311', f'{key.pk} {said}', algorithm='sha256').hexdigest()[:40]}"


def token_of(case: Case) -> str:
    """The token that leads to a report handed in by a key; nobody can guess it."""
    return (case.submission_key or "").removeprefix("open311:").replace(":", "-")


def case_of_token(token: str) -> Case | None:
    number, _dash, rest = token.partition("-")
    return all_cases(REPORTS).filter(submission_key=f"open311:{number}:{rest}").first() if rest else None


def came_by(submission_key: str | None, key: ApiKey | None) -> bool:
    """Whether a case handed in under `submission_key` came by the key."""
    return key is not None and (submission_key or "").startswith(_marked(key))


def _marked(key: ApiKey) -> str:
    return f"open311:{key.pk}:"


def sample_secret() -> str:
    """The secret of the sample's key: another one in every installation."""
    return "tso_mau_" + derived_code(settings.LOOKUP_KEY, "open311 sample", 24)
