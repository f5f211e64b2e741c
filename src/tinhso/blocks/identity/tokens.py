"""API tokens: how they are made and recognised. A token is 256 random bits, so a plain digest is enough to keep it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tinhso.blocks.identity.models import Account, ApiToken
from tinhso.kernel.fixed_query import FixedQuery, Param

_MARK = "tso_"  # lets scanners recognise a leaked token
PREFIX_LENGTH = 10


@dataclass(frozen=True)
class NewSecret:
    text: str
    prefix: str
    digest: bytes


def new_secret() -> NewSecret:
    return secret_of(_MARK + secrets.token_urlsafe(32))


def secret_of(text: str) -> NewSecret:
    """What is kept of a secret."""
    return NewSecret(text, text[:PREFIX_LENGTH], digest_of(text))


def token_for(secret: str, *, at: datetime) -> ApiToken | None:
    """The living token with this secret, its account and person loaded; None when there is none. One query."""
    if not secret.startswith(_MARK):
        return None
    return _LIVING.first(digest=digest_of(secret), at=at)


_LIVING = FixedQuery(
    lambda: ApiToken.objects.select_related("account__person").filter(
        digest=Param("digest"),
        revoked_at=None,
        expires_at__gt=Param("at"),
        account__is_active=True,
        account__kind=Account.Kind.STAFF,
    )
)


def digest_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
