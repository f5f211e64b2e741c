"""What an action records is written with it, once, or not at all."""

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from tinhso.kernel.actions import action, record, update_at_end, write_at_end
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid
from tinhso.kernel.events import Event, subscribe

pytestmark = pytest.mark.django_db


@subscribe("tests.opened", "tests.shut")
def listen(event: Event) -> None:
    pass


@action
def open_session(key: str, *, refused: bool = False) -> Session:
    session = Session.objects.create(session_key=key, session_data="", expire_date=now())
    record("tests.opened", by=None, on=session, key=key)
    if refused:
        raise Invalid("no")
    return session


@action
def shut(session: Session) -> None:
    record("tests.shut", by=None, on=session, key=session.pk)
    session.delete()


def recorded() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("event", "object_id"))


def announced() -> list[tuple[str, str]]:
    jobs = ProcrastinateJob.objects.filter(args__name__startswith="tests.").order_by("id")
    return [(job.args["name"], job.args["object_id"]) for job in jobs]


def test_actions_within_an_action_are_recorded_in_their_order() -> None:
    @action
    def there_and_back() -> None:
        session = open_session("a")
        record("tests.between", by=None, on=session)
        shut(session)

    there_and_back()
    assert recorded() == [("tests.opened", "a"), ("tests.between", "a"), ("tests.shut", "a")]
    assert announced() == [("tests.opened", "a"), ("tests.shut", "a")]


def test_rows_put_off_are_written_with_what_is_recorded_or_not_at_all() -> None:
    @action
    def put_off(many: int, *, refused: bool = False) -> None:
        for number in range(many):
            write_at_end(Session(session_key=f"{number}", session_data="", expire_date=now()))
            record("tests.put_off", by=None, on=Session(session_key=f"{number}"))
        assert not Session.objects.exists()
        if refused:
            raise Invalid("no")

    with pytest.raises(Invalid):
        put_off(2, refused=True)
    assert not Session.objects.exists()
    put_off(2)
    assert Session.objects.count() == len(recorded()) == 2
    Session.objects.all().delete()
    put_off(70)
    assert Session.objects.count() == 70
    assert recorded()[2:] == [("tests.put_off", str(number)) for number in range(70)]
    with pytest.raises(RuntimeError):
        write_at_end(Session(session_key="z"))


def test_a_change_put_off_is_written_at_the_end_with_what_is_recorded() -> None:
    there = Session.objects.create(session_key="a", session_data="before", expire_date=now())

    @action
    def put_off(*, silent: bool) -> None:
        there.session_data += "+"
        update_at_end(there, "session_data")
        if not silent:
            record("tests.opened", by=None, on=there)
        assert Session.objects.get().session_data + "+" == there.session_data

    put_off(silent=False)
    put_off(silent=True)
    assert Session.objects.get().session_data == "before++"
    assert recorded() == announced() == [("tests.opened", "a")]
    with pytest.raises(RuntimeError):
        update_at_end(there, "session_data")


def test_an_action_that_fails_within_another_and_is_let_go_leaves_no_trace() -> None:
    @action
    def one_of_two() -> None:
        open_session("good")
        with pytest.raises(Invalid), transaction.atomic():
            open_session("bad", refused=True)

    one_of_two()
    assert recorded() == announced() == [("tests.opened", "good")]
    assert Session.objects.count() == 1


def test_an_action_that_fails_records_nothing_and_the_next_starts_anew() -> None:
    with pytest.raises(Invalid):
        open_session("bad", refused=True)
    open_session("good")
    assert recorded() == announced() == [("tests.opened", "good")]


def test_recording_outside_an_action_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="outside an @action"):
        record("tests.opened", by=None, on=Session(pk="a"))
