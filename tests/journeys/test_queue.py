"""From the kiosk to the counter: a number is drawn, called, shown, heard of on the telephone, served."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.commune import Commune
from tests.journeys.people import PATIENCE, Visitor

from tinhso.services.queueing.actions.setup import add_device, set_counters, set_line
from tinhso.services.queueing.models import Device, Ticket

pytestmark = pytest.mark.browser


def test_a_number_is_drawn_called_shown_and_served(
    commune: Commune, at_a_desk: Callable[[str], Visitor], on_a_phone: Visitor, open_browser: Callable[..., Page]
) -> None:
    agency = commune.town.agency
    set_line(agency, "A", title="Hộ tịch", by=None)
    set_counters(agency, 2, by=None)
    _kiosk, kiosk_token = add_device(agency, Device.Kind.KIOSK, "Cửa chính", by=None)
    _screen, screen_token = add_device(agency, Device.Kind.SCREEN, "Phòng chờ", by=None)
    screen = open_browser(viewport={"width": 1920, "height": 1080})
    screen.goto(f"/hang-cho/man-hinh/{screen_token}/")
    expect(screen.locator("#board")).to_contain_text("Chưa có số nào được gọi")

    kiosk = open_browser(viewport={"width": 1080, "height": 1400})
    kiosk.goto(f"/hang-cho/may/{kiosk_token}/")
    kiosk.get_by_text("Người từ đủ 60 tuổi").click()
    kiosk.get_by_role("button", name="Hộ tịch").dblclick()
    expect(kiosk.locator(".slip-number")).to_have_text("A001")
    ticket = Ticket.objects.get()
    assert ticket.priority == "elderly"
    on_a_phone.opens(f"/hang-cho/phieu/{ticket.key}/").sees("A001", "0 người")

    clerk = at_a_desk("tiepnhan").opens("/hang-cho/")
    clerk.page.get_by_label("Quầy 2").check()
    clerk.presses("Mở quầy").sees("Đang chờ", "A001")
    clerk.strikes("g")
    clerk.sees("Đã gọi")
    expect(screen.locator(".board-now")).to_contain_text("A001", timeout=PATIENCE)
    expect(screen.locator(".board-now .board-counter")).to_have_text("2")
    on_a_phone.page.reload()
    on_a_phone.sees("Đến lượt bạn", "quầy 2")

    clerk.strikes("b")
    clerk.sees_title("Nhận hồ sơ tại quầy")
    clerk.page.get_by_role("link", name="A001 · Về quầy").click()
    clerk.sees("Đang phục vụ")
    clerk.strikes("x")
    clerk.sees("Chưa gọi ai")
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.DONE

    screen.context.set_offline(True)
    expect(screen.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    screen.context.set_offline(False)
    expect(screen.get_by_role("alert")).to_be_hidden(timeout=PATIENCE)
