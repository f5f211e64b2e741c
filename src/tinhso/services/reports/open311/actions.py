"""Keys of programs: made, taken back."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.tokens import new_secret, secret_of
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.permissions import require
from tinhso.services.reports.open311.tables import ApiKey

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
