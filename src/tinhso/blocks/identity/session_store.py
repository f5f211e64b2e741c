"""Sessions in the database, as Django keeps them; read by a statement that is made once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from tinhso.kernel.fixed_query import FixedQuery, Param

_LIVING = FixedQuery(lambda: Session.objects.filter(session_key=Param("key"), expire_date__gt=Param("at")))


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = _LIVING.first(key=self.session_key, at=now())
        if found is None:
            self._session_key = None
        return found
