"""Every component in every state, in both rooms, on desk and phone, light and dark; and the helpers in a real browser."""

import brotli
import pytest
from playwright.sync_api import Page, Response, Route, expect
from tests.accessibility.axe import colour_violations, overflow, violations
from tests.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOMS = ["/he-thong-thiet-ke/", "/he-thong-thiet-ke/noi-lam-viec/"]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_no_component_hinders_anybody(open_browser, viewport):
    page = open_browser(viewport=viewport)
    for address in [*ROOMS, "/khong-co-trang-nay/", "/trang-thai/", "/ngoai-tuyen/"]:
        page.emulate_media(color_scheme="dark")
        page.goto(address)
        assert colour_violations(page) == []
        page.emulate_media(color_scheme="light")
        page.goto(address)
        assert violations(page) == []
        assert overflow(page) == 0, address


@pytest.mark.parametrize("address", ROOMS)
def test_text_made_twice_as_large_still_fits_a_phone(open_browser, address):
    # WCAG 1.4.4 and 1.4.10: a window of 320 CSS pixels is a 1280 one at 400 %
    page = open_browser(viewport={"width": 320, "height": 640})
    page.goto(address)

    assert overflow(page) == 0


def test_a_form_clicked_twice_is_sent_once_and_can_be_sent_again_after_going_back(page: Page):
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.method)
        page.wait_for_timeout(300)
        route.fulfill(body="<p>ok</p>", content_type="text/html")

    page.route("**/ngon-ngu/", answer)
    page.goto(ROOMS[0])
    button = page.get_by_role("button", name="Lưu và tiếp tục")
    page.locator("#id_kind").select_option("me")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    page.wait_for_url("**/ngon-ngu/")
    assert sent == ["POST"]

    page.go_back()
    expect(button).not_to_have_attribute("aria-busy", "true")
    button.click()
    page.wait_for_url("**/ngon-ngu/")
    assert sent == ["POST", "POST"]


def test_a_form_sent_without_connection_stays_on_the_screen_with_everything_in_it(page: Page):
    page.goto(ROOMS[0])
    page.get_by_label("Số căn cước").fill("082190001234")
    page.context.set_offline(True)

    page.get_by_role("button", name="Lưu và tiếp tục").click()

    expect(page.get_by_text("Đang mất kết nối mạng")).to_be_visible()
    expect(page.get_by_label("Số căn cước")).to_have_value("082190001234")
    expect(page.get_by_role("button", name="Lưu và tiếp tục")).not_to_have_attribute("aria-busy", "true")


def test_the_error_summary_has_the_focus_and_leads_to_the_field(page: Page):
    page.goto(ROOMS[0])
    expect(page.locator(".error-summary")).to_be_focused()

    page.locator(".error-summary a").first.click()

    assert page.url.endswith("#id_kind")


def test_the_workspace_is_walked_by_keyboard(page: Page):
    page.goto(ROOMS[1])
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()

    page.keyboard.press("/")
    expect(page.locator("#filter-q")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.locator("#filter-q")).to_have_value("j?")
    page.locator("#filter-q").blur()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_hidden()


def test_an_act_that_asks_once_more_can_be_called_off_by_keyboard(page: Page):
    page.goto(ROOMS[0])
    opener = page.locator("details.confirm > summary")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Rút hồ sơ này?")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("heading", name="Rút hồ sơ này?")).to_be_hidden()
    expect(opener).to_be_focused()


def test_menus_and_the_drawer_open_without_script(open_browser):
    page = open_browser(viewport=PHONE, java_script_enabled=False)
    page.goto(ROOMS[0])
    page.locator(".site-nav-toggle > summary").click()
    expect(page.get_by_role("link", name="Thủ tục hành chính").first).to_be_visible()

    page.goto(ROOMS[1])
    page.get_by_role("link", name="Mở danh mục").click()
    expect(page.get_by_role("link", name="Việc của tôi")).to_be_visible()
    page.get_by_role("link", name="Đóng danh mục").click()
    expect(page.get_by_role("link", name="Việc của tôi")).to_be_hidden()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(page: Page):
    page.goto("/trang-thai/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_paper_shows_the_content_without_the_frame(page: Page):
    page.goto(ROOMS[1])
    page.emulate_media(media="print")

    expect(page.locator(".workspace-menu")).to_be_hidden()
    expect(page.locator(".workspace-top")).to_be_hidden()
    expect(page.get_by_role("heading", name="Trần Văn Phúc")).to_be_visible()


def test_the_first_page_is_transferred_in_under_200_kb(page: Page):
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright cannot wrap a builtin
    page.goto("/", wait_until="networkidle")

    sizes = {answer.url: _transferred(answer) for answer in answers if answer.ok}
    assert sum(sizes.values()) < 200_000, sizes


def _transferred(answer: Response) -> int:
    """Bytes on the wire as production sends them: text by brotli, fonts as they are."""
    body = answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(brotli.compress(body))
