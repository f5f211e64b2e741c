"""The SIP exchange that comes along: its settings and telephones. That it works: tests/telephony."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.services.hotline.actions.agents import add_agent, new_phone_password, remove_agent
from tinhso.services.hotline.actions.setup import join_exchange, set_line
from tinhso.services.hotline.health import check_lines
from tinhso.services.hotline.live import mark
from tinhso.services.hotline.models import Call
from tinhso.services.hotline.sip import Exchange, digest, require_possible, write_phones, write_settings
from tinhso.services.hotline.tests.conftest import MONDAY, SECRET, Hotline

pytestmark = pytest.mark.django_db
EXCHANGE = Exchange("127.0.0.1:5060", "203.0.113.8:5060", ("203.0.113.8/32",))


def test_what_cannot_be_an_exchange_is_refused_by_name() -> None:
    require_possible(EXCHANGE)
    with pytest.raises(Invalid) as refused:
        require_possible(Exchange("đâu đó", 'nhà"mạng:5060', ("203.0.113.8/8",), longest=600, also=("x",)))
    assert refused.value.fields.keys() == {"listen", "trunk", "networks", "longest", "also"}


def test_telephones_are_a_table_of_digests_that_follows_the_agents(
    hotline: Hotline, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DATA_DIR = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        password = new_phone_password(hotline.agent, by=None)
    assert not (tmp_path / "sip").exists()  # no exchange on this machine
    program = write_settings(hotline.line, EXCHANGE, "http://127.0.0.1:8000/x/", Path("/x/kamailio.cfg"))
    table = program.parent / "phones" / "subscriber"
    assert table.read_text().splitlines()[1:] == [f"201:tinhso:{digest('201', password)}:0"]
    assert (program.stat().st_mode & 0o777, table.stat().st_mode & 0o777) == (0o600, 0o600)
    with django_capture_on_commit_callbacks(execute=True):
        new_phone_password(hotline.colleague, by=None)
        add_agent(hotline.line, hotline.agent.person, "205", by=None)  # another telephone wants another password
    assert [row[:4] for row in table.read_text().splitlines()[1:]] == ["202:"]
    with django_capture_on_commit_callbacks(execute=True):
        remove_agent(hotline.colleague, by=None)
    assert write_phones(hotline.line) == 0
    assert len(table.read_text().splitlines()) == 1


def test_an_extension_is_what_a_telephone_can_be_called(hotline: Hotline) -> None:
    with pytest.raises(Invalid):
        add_agent(hotline.line, hotline.lead, "2:0\n1", by=None)


def test_the_exchange_is_told_who_has_been_ready_longest(hotline: Hotline, client: Client) -> None:
    hotline.ready(hotline.colleague, at=MONDAY)
    hotline.ready(hotline.agent, at=now())
    form = {"event": "newCall", "callId": "x", "direction": "in", "from": "0912345678"}
    assert client.post(f"/tong-dai/cti/{SECRET}/", form).json() == {}
    assert client.post(f"/tong-dai/cti/{SECRET}/", form | {"wants": "users"}).json() == {"users": "202,201"}
    again = form | {"wants": "users", "rung": "202,"}
    assert client.post(f"/tong-dai/cti/{SECRET}/", again).json() == {"users": "201,202"}  # a busy one does not come first again


@pytest.mark.parametrize(("seconds", "kept"), [(30, True), (90_000, False), (-30, False)])
def test_an_event_happened_when_the_exchange_says_within_reason(
    hotline: Hotline, client: Client, seconds: int, kept: bool
) -> None:
    form = {"event": "newCall", "callId": "x", "direction": "in", "at": str(now().timestamp() - seconds)}
    client.post(f"/tong-dai/cti/{SECRET}/", form)
    assert (abs((now() - Call.objects.get().started_at).total_seconds() - seconds) < 5) is kept


@pytest.mark.parametrize("text", ["", "hôm qua", "nan", "inf", "1e400", "-1e18"])
def test_a_moment_that_is_none_is_the_moment_of_hearing(hotline: Hotline, client: Client, text: str) -> None:
    client.post(f"/tong-dai/cti/{SECRET}/", {"event": "newCall", "callId": "x", "direction": "in", "at": text})
    assert abs((now() - Call.objects.get().started_at).total_seconds()) < 5


def test_a_line_without_its_exchange_says_what_to_do(hotline: Hotline) -> None:
    join_exchange(hotline.line, "", by=None)
    (check,) = check_lines()
    assert (check.state, "tinhso hotline exchange 1022" in check.advice) == ("not configured", True)


def test_who_moves_to_another_line_is_registered_at_the_first_no_more(
    hotline: Hotline, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DATA_DIR = tmp_path
    program = write_settings(hotline.line, EXCHANGE, "http://127.0.0.1:8000/x/", Path("/x/kamailio.cfg"))
    other, _secret = set_line(hotline.line.agency, "1023", by=None, title="Khác")
    with django_capture_on_commit_callbacks(execute=True):
        new_phone_password(hotline.agent, by=None)
        add_agent(other, hotline.agent.person, "201", by=None)
    assert len((program.parent / "phones" / "subscriber").read_text().splitlines()) == 1


def test_whatever_changes_on_the_desk_changes_its_mark(hotline: Hotline) -> None:
    seen = {mark(hotline.agent.person, now())}
    hotline.hears("newCall", at=now())
    seen.add(mark(hotline.agent.person, now()))
    hotline.ready(hotline.colleague, at=now())
    seen.add(mark(hotline.agent.person, now()))
    seen.add(mark(hotline.agent.person, now() + timedelta(minutes=4)))  # it was lost on the way
    assert len(seen) == 4
    with pytest.raises(NotFound):
        mark(hotline.lead, now())


def test_asking_costs_one_statement_beside_who_asks(
    hotline: Hotline, signed_in: Callable[[Person], Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(hotline.agent.person)
    tag = client.get("/tong-dai/tin-hieu/")["ETag"]
    with django_assert_max_num_queries(5):
        assert client.get("/tong-dai/tin-hieu/", headers={"If-None-Match": tag}).status_code == 304
