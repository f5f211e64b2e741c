"""Keys of programs: made, used, taken back."""

from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.routing import uppermost
from tinhso.blocks.directory.models import Person
from tinhso.blocks.forms.engine.values import clean_line
from tinhso.blocks.identity.tokens import new_secret, secret_of
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.permissions import require
from tinhso.services.reports.open311.tables import ApiKey

_MOST = 100_000
_MINUTE = timedelta(minutes=1)
_LONGEST = ApiKey._meta.get_field("owner").max_length or 0


@action
def add_key(
    owner: str,
    *,
    by: Person | None,
    sends: bool = True,
    per_minute: int = 60,
    reads_per_minute: int = 600,
    by_token: bool = False,
    text: str = "",
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is never seen again.

    Args:
        sends: it hands in reports; else it only reads, more often than one may without a key.
        by_token: reports are answered with a token instead of their number.
        text: the secret, where it has to be a certain one (the sample's); else a new one.

    Raises:
        Invalid: nobody owns it, or it would let nobody in; `fields` names "owner", "per_minute", "reads_per_minute".
    """
    require_keys(by)
    owner = clean_line(owner)
    wrong: dict[str, object] = {}
    if not 0 < len(owner) <= _LONGEST:
        wrong["owner"] = _("Hãy ghi tên đơn vị dùng khóa, nhiều nhất %(limit)s ký tự.") % {"limit": _LONGEST}
    if sends and not 0 < per_minute <= _MOST:
        wrong["per_minute"] = _("Số phản ánh mỗi phút phải từ 1 đến %(limit)s.") % {"limit": _MOST}
    if not 0 < reads_per_minute <= _MOST:
        wrong["reads_per_minute"] = _("Số lần đọc mỗi phút phải từ 1 đến %(limit)s.") % {"limit": _MOST}
    if wrong:
        raise Invalid(_("Chưa cấp được khóa."), fields=wrong)
    secret = secret_of(text) if text else new_secret()
    key = ApiKey.objects.create(
        owner=owner,
        prefix=secret.prefix,
        digest=secret.digest,
        sends=sends,
        per_minute=per_minute if sends else ApiKey._meta.get_field("per_minute").get_default(),
        reads_per_minute=reads_per_minute,
        by_token=by_token,
    )
    record("reports.api_key_added", by=by, on=key)
    return key, secret.text


@action
def revoke_key(prefix: str, *, by: Person | None) -> ApiKey:
    """Let nobody in by the key any more; what came by it stays.

    Raises:
        NotFound: no living key begins so.
    """
    require_keys(by)
    key = ApiKey.objects.select_for_update().filter(prefix=prefix, revoked_at=None).first()
    if key is None:
        raise NotFound(_("Không có khóa nào đang dùng bắt đầu bằng “%(prefix)s”.") % {"prefix": prefix})
    key.revoked_at = now()
    key.save(update_fields=["revoked_at"])
    record("reports.api_key_revoked", by=by, on=key)
    return key


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Keep when the key was last used; once a minute is enough, and the other uses cost nothing."""
    if key.last_used_at is None or at - key.last_used_at >= _MINUTE:
        _keep_use(key, at=at)


@action
def _keep_use(key: ApiKey, *, at: datetime) -> None:
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def require_keys(by: Person | None) -> None:
    """A key opens the whole province, so that the power over keys has to be held at its uppermost agency.

    Raises:
        NotAllowed: `by` does not hold it there.
    """
    if by is not None:
        require(by, "reports.keys", at=uppermost())
