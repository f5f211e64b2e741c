"""Keys of programs: made, recognised, taken back; and which reports came by one."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.throttle import spend_try
from tinhso.blocks.identity.tokens import digest_of, new_secret, secret_of
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.ids import derived_code
from tinhso.kernel.permissions import require
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.open311.tables import ApiKey

_MINUTE = timedelta(minutes=1)
_WRONG_KEYS = 30
_MOST = 100_000
_LONGEST = ApiKey._meta.get_field("owner").max_length or 0


@action
def add_key(owner: str, *, by: Person | None, per_minute: int = 60, by_token: bool = False, text: str = "") -> tuple[ApiKey, str]:
    """A new key and its secret, which is never seen again.

    Args:
        by_token: reports are answered with a token instead of their number.
        text: the secret, where it has to be a certain one (the sample's); else a new one.

    Raises:
        Invalid: nobody owns it, or it would let nobody in; `fields` names "owner", "per_minute".
    """
    require(by, "reports.arrange")
    owner = " ".join(owner.split())
    if not 0 < len(owner) <= _LONGEST:
        problem = _("Hãy ghi tên đơn vị dùng khoá, nhiều nhất %(limit)s ký tự.") % {"limit": _LONGEST}
        raise Invalid(problem, fields={"owner": problem})
    if not 0 < per_minute <= _MOST:
        problem = _("Số phản ánh mỗi phút phải từ 1 đến %(limit)s.") % {"limit": _MOST}
        raise Invalid(problem, fields={"per_minute": problem})
    secret = secret_of(text) if text else new_secret()
    key = ApiKey.objects.create(owner=owner, prefix=secret.prefix, digest=secret.digest, per_minute=per_minute, by_token=by_token)
    record("reports.api_key_added", by=by, on=key)
    return key, secret.text


@action
def revoke_key(prefix: str, *, by: Person | None) -> ApiKey:
    """Let nobody in by the key any more; what came by it stays.

    Raises:
        NotFound: no living key begins so.
    """
    require(by, "reports.arrange")
    key = ApiKey.objects.select_for_update().filter(prefix=prefix, revoked_at=None).first()
    if key is None:
        raise NotFound(_("Không có khoá nào đang dùng bắt đầu bằng “%(prefix)s”.") % {"prefix": prefix})
    key.revoked_at = now()
    key.save(update_fields=["revoked_at"])
    record("reports.api_key_revoked", by=by, on=key)
    return key


def living_key(secret: str) -> ApiKey | None:
    """The key with this secret, unless it was taken back."""
    return ApiKey.objects.filter(digest=digest_of(secret), revoked_at=None).first() if secret else None


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


def came_by(case: Case, key: ApiKey | None) -> bool:
    return key is not None and (case.submission_key or "").startswith(_marked(key))


def _marked(key: ApiKey) -> str:
    return f"open311:{key.pk}:"


def sample_secret() -> str:
    """The secret of the sample's key: another one in every installation."""
    return "tso_mau_" + derived_code(settings.LOOKUP_KEY, "open311 sample", 24)
