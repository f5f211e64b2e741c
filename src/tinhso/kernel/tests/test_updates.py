"""Fields written by statements made once are as Django would write them."""

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.kernel.updates import update

pytestmark = pytest.mark.django_db


def test_the_fields_named_are_written_and_no_others() -> None:
    there = Session.objects.create(session_key="a", session_data="first", expire_date=now())
    there.session_data, moment = "100 %s", there.expire_date
    there.expire_date = now()
    with CaptureQueriesContext(connection) as asked:
        update(there, "session_data")
    assert len(asked) == 1
    there.refresh_from_db()
    assert (there.session_data, there.expire_date) == ("100 %s", moment)


def test_a_row_that_is_gone_is_told() -> None:
    with pytest.raises(DatabaseError, match="gone"):
        update(Session(session_key="none", session_data="x", expire_date=now()), "session_data")
