"""The browser as a telephone, as far as the product goes. That it rings and is heard: tests/telephony/test_browser.py."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed
from tinhso.services.hotline.actions.agents import LENT, lend_phone, remove_agent
from tinhso.services.hotline.actions.setup import join_exchange
from tinhso.services.hotline.sip import Exchange, browser_name, digest, require_possible, write_settings
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db
SERVER = "wss://1022.example/may-dien-thoai"
EXCHANGE = Exchange("127.0.0.1:5060", "203.0.113.8:5060", ("203.0.113.8/32",), voice="10.1.2.3", browser=SERVER)


def joined(hotline: Hotline) -> Hotline:
    join_exchange(hotline.line, "127.0.0.1:9", by=None, voice="127.0.0.1:9", browser_url=SERVER)
    hotline.line.refresh_from_db()
    hotline.agent.line.refresh_from_db()
    return hotline


def test_settings_for_browsers_need_the_voice_and_good_addresses() -> None:
    require_possible(EXCHANGE)
    listen = (EXCHANGE.listen, EXCHANGE.trunk, EXCHANGE.networks)
    for wrong, fields in (
        ({"browser": SERVER}, {"voice"}),
        ({"voice": "10.1.2.3", "browser": 'wss://x/"; evil'}, {"browser"}),
        ({"voice": "nhà", "web": "x", "control": "y"}, {"voice", "web", "control"}),
    ):
        with pytest.raises(Invalid) as refused:
            require_possible(Exchange(*listen, **wrong))  # type: ignore[arg-type]
        assert refused.value.fields.keys() == fields


def test_the_voice_has_settings_of_its_own_and_pages_of_ours_alone_may_connect(
    hotline: Hotline, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR, settings.PUBLIC_URL = tmp_path, "https://1022.example/x"
    program = write_settings(hotline.line, EXCHANGE, "http://127.0.0.1:8000/x/", Path("/x/kamailio.cfg"))
    text = program.read_text()
    assert "#!define WITH_VOICE" in text
    assert '"!SIP_ORIGIN!https://1022.example!g"' in text
    assert "interface = 10.1.2.3\n" in (program.parent / "rtpengine.conf").read_text()


def test_a_password_is_lent_for_a_quarter_of_an_hour_and_only_its_digest_is_kept(
    hotline: Hotline,
    signed_in: Callable[[Person], Client],
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.DATA_DIR = tmp_path
    agent = joined(hotline).agent
    table = write_settings(agent.line, EXCHANGE, "http://127.0.0.1:8000/x/", Path("/x")).parent / "phones" / "subscriber"
    client = signed_in(agent.person)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/tong-dai/may/")
    lent = answer.json()
    assert (answer.status_code, lent["server"], lent["extension"], lent["name"]) == (200, SERVER, "201", "201~web")
    assert "no-store" in answer["Cache-Control"]
    name, realm, ha1, until = table.read_text().splitlines()[1].split(":")
    assert (name, realm, ha1) == ("201~web", "tinhso", digest(browser_name(agent), lent["password"]))
    assert abs(int(until) - (now() + LENT).timestamp()) < 60
    assert lent["password"] not in table.read_text()
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post("/tong-dai/may/").json()
        client.post("/tong-dai/may/")
    assert again["password"] != lent["password"]
    assert AuditEntry.objects.filter(event="hotline.phone_lent").count() == 1  # once a shift, not every ten minutes
    with django_capture_on_commit_callbacks(execute=True):
        remove_agent(agent, by=None)
    assert len(table.read_text().splitlines()) == 1


def test_nobody_borrows_a_colleagues_telephone_or_where_browsers_are_none(
    hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    assert signed_in(hotline.agent.person).post("/tong-dai/may/").status_code == 409
    assert signed_in(hotline.lead).post("/tong-dai/may/").status_code == 404
    with pytest.raises(NotAllowed):
        lend_phone(joined(hotline).agent, by=hotline.colleague.person, at=now() + timedelta(minutes=1))


def test_the_desk_alone_may_use_the_microphone_and_connect_to_the_exchange(
    hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    client = signed_in(hotline.agent.person)
    page = client.get("/tong-dai/")
    assert "data-phone" not in page.text
    assert ("microphone=()" in page["Permissions-Policy"], "wss:" in page["Content-Security-Policy"]) == (True, False)
    joined(hotline)
    page = client.get("/tong-dai/")
    assert "data-phone" in page.text
    assert "connect-src 'self' wss://1022.example;" in page["Content-Security-Policy"]
    assert "microphone=(self)" in page["Permissions-Policy"]
    assert "microphone=()" in client.get("/tong-dai/cuoc-goi/")["Permissions-Policy"]
