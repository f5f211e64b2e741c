"""Paper made digital in a real browser, with Chromium's make-believe camera: a green wheel, too dark for the check."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.conftest import PHONE
from tests.journeys.commune import Commune
from tests.journeys.people import Visitor

from tinhso.blocks.cases.models import PartFile
from tinhso.services.scanning.models import Digitised, Page
from tinhso.services.scanning.tests.conftest import as_file, sheet

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Visitor]
SLOW = 30_000


def test_pages_from_the_camera_and_from_a_file_become_one_copy(commune: Commune, at_a_desk: SignIn, tmp_path: Path) -> None:
    case = commune.accepted_case()
    (tmp_path / "trang.jpg").write_bytes(as_file(sheet()).getvalue())
    clerk = at_a_desk("tiepnhan").opens("/so-hoa/").follows(str(case.procedure.name))
    page, pile = clerk.page, clerk.page.locator(".scan-pile").first

    pile.get_by_role("button", name="Chụp").click()
    camera = page.get_by_role("dialog")
    expect(camera.get_by_role("button", name="Chụp trang")).to_be_focused()
    expect(page.locator("#camera[data-ready]")).to_be_visible(timeout=SLOW)
    camera.get_by_role("button", name="Chụp trang").click()
    expect(camera.get_by_text("Ảnh quá tối")).to_be_visible(timeout=SLOW)
    camera.get_by_role("button", name="Chụp lại trang này").click()
    expect(page.locator(".scan-page")).to_have_count(0, timeout=SLOW)
    camera.get_by_role("button", name="Chụp trang").click()
    expect(camera.get_by_text("Ảnh quá tối")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    expect(camera).to_be_hidden()

    pile.locator("input[type=file]").first.set_input_files(tmp_path / "trang.jpg")
    expect(pile.locator(".scan-page-good")).to_have_count(1, timeout=SLOW)
    assert list(Page.objects.order_by("position").values_list("origin", flat=True)) == ["camera", "upload"]
    clerk.presses("Ghép thành bản số hóa").sees("Trang 1 của")
    pile.get_by_text("Vẫn giữ trang này").click()
    pile.get_by_label("Lý do").fill("Máy ảnh của phép thử")
    pile.get_by_role("button", name="Giữ", exact=True).click()
    clerk.sees("Giữ, có lý do").presses("Ghép thành bản số hóa").sees("Đã tạo bản số hóa")
    assert (Digitised.objects.get().pages, PartFile.objects.count()) == (2, 1)


def test_a_page_taken_without_a_connection_is_sent_when_it_is_back(commune: Commune, at_a_desk: SignIn, tmp_path: Path) -> None:
    case = commune.accepted_case()
    (tmp_path / "trang.jpg").write_bytes(as_file(sheet()).getvalue())
    clerk = at_a_desk("tiepnhan").opens(f"/so-hoa/{case.code}/")
    clerk.page.context.set_offline(True)
    clerk.page.locator(".scan-pile input[type=file]").first.set_input_files(tmp_path / "trang.jpg")
    clerk.sees("Mất kết nối")
    assert not Page.objects.exists()
    clerk.page.context.set_offline(False)
    expect(clerk.page.locator(".scan-page-good")).to_have_count(1, timeout=SLOW)
    assert Page.objects.count() == 1


def test_on_a_phone_the_camera_fills_the_screen(commune: Commune, open_browser: Callable[..., object]) -> None:
    case = commune.accepted_case()
    phone = Visitor(open_browser(viewport=PHONE, is_mobile=True, has_touch=True)).signs_in("tiepnhan")  # type: ignore[arg-type]
    phone.opens(f"/so-hoa/{case.code}/").page.locator("[data-camera]").first.click()
    box = phone.page.get_by_role("dialog").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (PHONE["width"], PHONE["height"])
    assert phone.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
