"""How Django finds the account of a session. Passwords are checked by `credentials`, where tries are counted."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tinhso.blocks.identity.models import Account
from tinhso.kernel.fixed_query import FixedQuery, Param

_ACTIVE = FixedQuery(lambda: Account.objects.select_related("person", "business").filter(pk=Param("pk"), is_active=True))


class SessionBackend(BaseBackend):
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: Any) -> Account | None:
        """The account with its person and business: one query a request."""
        return _ACTIVE.first(pk=user_id)
