"""An agent's browser is a telephone of the exchange: real Kamailio, real rtpengine, sipp calls, Chromium answers."""

import shutil
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import Locator, Page, expect
from tests.telephony.conftest import Sip, free_port, ready, within

from tinhso.blocks.directory.models import Person
from tinhso.services.hotline.actions.recordings import fetch_recordings
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.health import check_lines
from tinhso.services.hotline.models import Agent, Call, Recording
from tinhso.services.hotline.sip import recordings
from tinhso.services.hotline.tests.conftest import signed_in  # noqa: F401
from tinhso.services.hotline.views.phone import browser_phone

pytestmark = [pytest.mark.setup, pytest.mark.browser]
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
_HEARD = """async () => {
  const found = {};
  for (const one of window.heard ?? []) for (const stat of (await one.getStats()).values())
    if (stat.type === "inbound-rtp" || stat.type === "outbound-rtp") found[stat.type] = stat.packetsReceived ?? stat.packetsSent;
  return found;
}"""
_WATCH = """const made = window.RTCPeerConnection; window.heard = [];
window.RTCPeerConnection = class extends made { constructor(...all) { super(...all); window.heard.push(this); } };"""

_REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"


def _heard(page: Page) -> int:
    """How many packets of sound this browser has received; none while a held call's stream is gone and not yet back."""
    return int(page.evaluate(_HEARD).get("inbound-rtp", 0))


def _says(page: Page) -> Locator:
    """The one sentence of the telephone that is shown."""
    return page.locator("[data-says]:not([hidden])")


@pytest.fixture
def at_the_desk(
    open_browser: Callable[..., Page],
    signed_in: Callable[[Person], Client],  # noqa: F811
    settings: Any,
) -> Callable[..., Page]:
    """`at_the_desk(agent)`: the agent's desk in a browser of their own, the telephone on, ready for calls."""

    def sit_down(agent: Agent, script: str = _WATCH) -> Page:
        agent.line.refresh_from_db()
        if not browser_phone(agent.line):
            pytest.skip("JsSIP is not installed: npm ci")
        page = open_browser(permissions=["microphone"])
        page.set_default_timeout(PATIENCE)
        cookie = signed_in(agent.person).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": settings.PUBLIC_URL}])
        page.add_init_script(script)
        ready(agent)
        page.goto("/tong-dai/")
        page.get_by_role("button", name="Bật điện thoại").click()
        return page

    return sit_down


def test_a_call_rings_in_the_browser_is_answered_heard_and_hung_up(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    expect(_says(page)).to_contain_text("sẵn sàng")
    caller = sip.call("hears_echo", seconds=30)
    expect(_says(page)).to_contain_text("Đang gọi đến: 0912345678")
    page.keyboard.press("n")
    expect(_says(page)).to_contain_text("Đang nói chuyện")
    expect(page.locator("#call")).to_contain_text("Đang nói chuyện")
    assert within(lambda: _heard(page) > 20), page.evaluate(_HEARD)
    page.keyboard.press("k")
    expect(_says(page)).to_contain_text("sẵn sàng")
    assert sip.ends(caller)
    call = sip.becomes("ended")
    assert (call.agent, call.cause, Call.objects.count()) == (sip.hotline.agent, "normalClearing", 1)


def test_the_telephone_goes_on_while_the_desk_is_drawn_anew_and_a_ticket_is_written(
    sip_with_voice: Sip, at_the_desk: Callable[..., Page]
) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    phone, card = page.locator("[data-phone]"), page.locator("#call")
    expect(_says(page)).to_contain_text("sẵn sàng")
    caller = sip.call("hears_echo")
    phone.get_by_role("button", name="Nghe máy").click()
    expect(card).to_contain_text("Đang nói chuyện")
    page.get_by_label("1. Việc gì").select_option("TD-YC.late")
    page.get_by_label("2. Ở đâu").select_option(index=1)
    page.get_by_label("3. Nội dung").fill("Hồ sơ trễ ba ngày.")
    phone.get_by_role("button", name="Giữ máy").click()
    expect(_says(page)).to_contain_text("Đang giữ máy")
    page.get_by_role("button", name="Lập phiếu").click()
    expect(card).to_contain_text("Đã lập phiếu TD-")
    phone.get_by_role("button", name="Giữ máy").click()
    expect(_says(page)).to_contain_text("Đang nói chuyện: 0912345678")
    phone.get_by_role("button", name="Tắt micro").click()
    expect(phone.get_by_role("button", name="Tắt micro")).to_have_attribute("aria-pressed", "true")
    phone.get_by_text("Bàn phím số").click()
    phone.get_by_role("button", name="5", exact=True).click()
    expect(phone.locator("[data-ended]")).to_be_hidden()
    sent = _heard(page)
    assert within(lambda: _heard(page) > sent), page.evaluate(_HEARD)
    phone.get_by_role("button", name="Gác máy").click()
    assert sip.ends(caller)
    assert CallTicket.objects.get().call == sip.becomes("ended")


def test_the_caller_hangs_up_and_the_browser_hears_of_it(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    expect(_says(page)).to_contain_text("sẵn sàng")
    caller = sip.call(seconds=2)
    page.get_by_role("button", name="Nghe máy").click()
    assert sip.ends(caller)
    expect(_says(page)).to_contain_text("sẵn sàng")
    assert sip.becomes("ended").agent == sip.hotline.agent


def test_browser_and_desk_telephone_ring_together_and_the_first_takes_the_call(
    sip_with_voice: Sip, at_the_desk: Callable[..., Page]
) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    expect(_says(page)).to_contain_text("sẵn sàng")
    assert sip.register("202")
    ready(sip.hotline.colleague)
    desk, caller = sip.phone("202", "answers"), sip.call(seconds=1.5)
    assert sip.ends(caller)
    assert sip.ends(desk)
    expect(_says(page)).to_contain_text("sẵn sàng")
    assert sip.becomes("ended").agent == sip.hotline.colleague


def test_a_number_on_the_desk_is_called_by_a_press(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    phone = page.locator("[data-phone]")
    expect(_says(page)).to_contain_text("sẵn sàng")
    carrier = sip.sipp("answers", sip.trunk, "-rtp_echo", "-mp", str(free_port()))
    phone.get_by_label("Gọi số").fill("0987 654 321")
    page.keyboard.press("Enter")
    expect(_says(page)).to_contain_text("Đang nói chuyện: 0987654321")
    assert within(lambda: _heard(page) > 20)
    page.locator("body").click()
    page.keyboard.press("k")
    assert sip.ends(carrier)
    call = sip.becomes("ended")
    assert (call.direction, call.number, call.agent) == ("out", "+84987654321", sip.hotline.agent)


def test_one_tab_has_the_telephone_and_another_may_take_it(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    first = at_the_desk(sip_with_voice.hotline.agent)
    expect(_says(first)).to_contain_text("sẵn sàng")
    second = first.context.new_page()
    second.goto("/tong-dai/")  # was on: it turns itself on
    expect(_says(second)).to_contain_text("thẻ khác")
    second.get_by_role("button", name="Dùng ở thẻ này").click()
    expect(_says(second)).to_contain_text("sẵn sàng")
    expect(_says(first)).to_contain_text("thẻ khác")


def test_a_lost_connection_is_told_and_mended_by_itself(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    sip, page = sip_with_voice, at_the_desk(sip_with_voice.hotline.agent)
    expect(_says(page)).to_contain_text("sẵn sàng")
    assert [check.state for check in check_lines()] == ["ok"]
    sip.stop_exchange()
    expect(_says(page)).to_contain_text("Mất kết nối với tổng đài")
    sip.start_exchange()
    expect(_says(page)).to_contain_text("sẵn sàng", timeout=60_000)
    sip.running[0].terminate()
    sip.running[0].wait(10)
    (check,) = check_lines()
    assert (check.state, "rtpengine" in check.detail) == ("failed", True)


def test_a_refused_microphone_is_explained(sip_with_voice: Sip, at_the_desk: Callable[..., Page]) -> None:
    page = at_the_desk(sip_with_voice.hotline.agent, _REFUSED)
    expect(_says(page)).to_contain_text("không cho dùng micro")
    expect(page.get_by_role("button", name="Bật điện thoại")).to_be_enabled()


def test_a_call_is_recorded_after_the_notice_and_bound_to_it(sip_that_records: Sip, at_the_desk: Callable[..., Page]) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    sip, page = sip_that_records, at_the_desk(sip_that_records.hotline.agent)
    line = sip.hotline.line
    expect(_says(page)).to_contain_text("sẵn sàng")
    begun = monotonic()
    caller = sip.call("hears_echo")
    expect(_says(page)).to_contain_text("Đang gọi đến")
    assert monotonic() - begun > 2  # nobody can answer before the notice is said
    page.keyboard.press("n")
    assert within(lambda: _heard(page) > 100)
    page.keyboard.press("k")
    assert sip.ends(caller)
    call = sip.becomes("ended")
    assert within(lambda: fetch_recordings(line, at=now())) == 1
    kept = Recording.objects.select_related("file").get()
    assert (kept.call, kept.prompted) == (call, True)
    assert kept.file.size > 2 * 8000  # a second of both sides
    assert [path for path in recordings(line).rglob("*") if path.is_file()] == []
