"""Paper made digital in a real browser, with Chromium's make-believe camera: a green wheel, too dark for the check."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect
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


def leaf(folder: Path, name: str = "trang.jpg") -> Path:
    """A written page as a file."""
    (folder / name).write_bytes(as_file(sheet()).getvalue())
    return folder / name


def chooses(tab: Tab, *files: Path) -> None:
    tab.locator(".scan-pile input[type=file]").first.set_input_files(files)


@pytest.fixture
def board(commune: Commune, at_a_desk: SignIn) -> Visitor:
    return at_a_desk("tiepnhan").opens(f"/so-hoa/{commune.accepted_case().code}/")


def test_a_page_that_a_proxy_finds_too_large_is_told_once_and_holds_up_no_other(board: Visitor, tmp_path: Path) -> None:
    refused: list[str] = []

    def proxy(route: Route) -> None:
        if refused:
            return route.fallback()
        refused.append(route.request.url)
        return route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")

    board.page.route("**/trang/", proxy)
    chooses(board.page, leaf(tmp_path, "to.jpg"), leaf(tmp_path))
    board.sees("to.jpg: tệp quá lớn")
    expect(board.page.locator(".scan-page")).to_have_count(1, timeout=SLOW)
    assert len(refused) == 1


def test_a_page_taken_after_the_session_ended_goes_when_one_has_signed_in_again(board: Visitor, tmp_path: Path) -> None:
    context = board.page.context
    kept = context.cookies()
    context.clear_cookies()
    chooses(board.page, leaf(tmp_path))
    board.sees("Phiên làm việc đã hết")
    assert not Page.objects.exists()
    context.add_cookies(kept)  # type: ignore[arg-type]
    expect(board.page.locator(".scan-page")).to_have_count(1, timeout=SLOW)


def test_a_page_whose_answer_was_lost_is_kept_once(board: Visitor, tmp_path: Path) -> None:
    sent: list[str] = []

    def lost(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    board.page.route("**/trang/", lost)
    chooses(board.page, leaf(tmp_path))
    expect(board.page.locator(".scan-page")).to_have_count(1, timeout=SLOW)
    assert (len(sent), Page.objects.count()) == (2, 1)


def test_a_file_dropped_on_a_pile_is_taken_once_also_after_the_board_was_drawn_anew(board: Visitor, tmp_path: Path) -> None:
    drop = """async (pile, bytes) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(bytes)], "trang.jpg", { type: "image/jpeg" }));
      pile.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
    }"""
    picture = list(leaf(tmp_path).read_bytes())
    for pages in (1, 2):
        board.page.locator("[data-drop]").first.evaluate(drop, picture)
        expect(board.page.locator(".scan-page")).to_have_count(pages, timeout=SLOW)
        expect(board.page.locator("#scan-sending")).to_be_hidden(timeout=SLOW)
    assert Page.objects.count() == 2


def test_what_is_said_of_an_earlier_photo_does_not_stand_beside_a_later_one(board: Visitor) -> None:
    page = board.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/trang/", hold)
    page.locator("[data-camera]").first.click()
    camera = page.get_by_role("dialog")
    expect(page.locator("#camera[data-ready]")).to_be_visible(timeout=SLOW)
    for number in (1, 2):
        camera.get_by_role("button", name="Chụp trang").click()
        expect(camera.locator("[data-count]")).to_have_text(f"({number})", timeout=SLOW)
    held[0].continue_()
    expect(page.locator(".scan-page")).to_have_count(1, timeout=SLOW)
    expect(camera.locator("[data-verdict]")).to_have_text("Đang kiểm tra…")
    while len(held) < 2:
        page.wait_for_timeout(100)
    held[1].continue_()
    expect(camera.get_by_text("Ảnh quá tối")).to_be_visible(timeout=SLOW)
    expect(page.locator(".scan-page")).to_have_count(2, timeout=SLOW)
