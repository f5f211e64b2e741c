"""The form in a real chromium: with JavaScript, without it, and when the connection or the session goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Route, expect

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.tests import sample_site
from tinhso.blocks.forms.tests.support import FewUnits

pytestmark = [pytest.mark.browser, pytest.mark.urls("tinhso.blocks.forms.tests.sample_site")]
AXE = Path(settings.ROOT) / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(autouse=True)
def clean_site() -> None:
    sample_site.draft.clear()
    sample_site.stored.clear()
    sample_site.signed_in["yes"] = True


def open_form(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(8000)
    page.goto(f"{address}/to-khai/")
    return page


@pytest.fixture
def page(chromium, live_server) -> Iterator[Page]:
    context = chromium.new_context(locale="vi-VN", viewport={"width": 360, "height": 800})
    yield open_form(context, live_server.url)
    context.close()


@pytest.fixture
def plain_page(chromium, live_server) -> Iterator[Page]:
    context = chromium.new_context(locale="vi-VN", java_script_enabled=False)
    yield open_form(context, live_server.url)
    context.close()


def fill(page: Page) -> None:
    page.get_by_label("Họ và tên").fill("  trần   Văn An")
    for label, value in (("Ngày", "27"), ("Tháng", "3"), ("Năm", "2026")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Nam", exact=True).check()


def test_without_javascript_the_whole_form_can_be_filled_in(plain_page: Page):
    page = plain_page
    fill(page)
    page.locator("#f-child-place").fill("mỹ")
    page.get_by_role("button", name="Tìm").first.click()
    page.get_by_label("Phường Mỹ Phong").check()
    page.get_by_role("button", name="Thêm người con").click()
    page.get_by_label("Tên", exact=True).fill("Bình")
    page.get_by_role("button", name="Thêm người con").click()
    page.get_by_role("button", name="Xóa người con 2").click()
    page.locator("input[type=file]").set_input_files({"name": "gcs.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    page.get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()  # a new question has appeared, nothing is called wrong
    expect(page.locator(".error-summary")).to_have_count(0)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("link", name="Hãy nhập người làm chứng").click()
    page.get_by_label("Người làm chứng").fill("Lan")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_role("heading", name="Kiểm tra câu trả lời")).to_be_visible()
    for text in ("trần Văn An", "27/03/2026", "Phường Mỹ Phong, Tỉnh Đồng Tháp", "Bình", "gcs.pdf", "Lan"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()


class SlowRedraws:
    """Keeps what the page asks for waiting until it is let through."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.page = page
        page.route("**/to-khai/", self._arrived)

    def _arrived(self, route: Route) -> None:
        if "_render" in (route.request.post_data or ""):
            self.waiting.append(route)
        else:
            route.continue_()

    def let_through(self, how: str = "continue_") -> None:
        for _ in range(200):
            if self.waiting:
                break
            self.page.wait_for_timeout(20)
        getattr(self.waiting.pop(0), how)()


def test_what_is_typed_while_a_redraw_is_under_way_stays_and_so_does_the_cursor(page: Page):
    slow = SlowRedraws(page)
    fill(page)
    page.get_by_label("Không", exact=True).check()
    page.locator("#f-child-born-year").fill("2025")
    page.locator("#f-child-place-province").select_option("82")
    name = page.get_by_label("Họ và tên")
    name.fill("gõ trong")
    box = name.element_handle()
    slow.let_through()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()
    name.press_sequentially(" lúc chờ")
    expect(name).to_have_value("gõ trong lúc chờ")
    assert box.evaluate("box => box.isConnected && box === document.activeElement")
    expect(page.locator("#f-child-born")).to_have_value("27")
    expect(page.locator("#f-child-born-year")).to_have_value("2025")
    expect(page.locator("#f-child-place-province")).to_have_value("82")


def test_a_place_chosen_while_a_redraw_is_under_way_stays_chosen(page: Page):
    page.route("**/bieu-mau/don-vi/?*", lambda route: route.fulfill(body=OPTIONS, content_type="text/html"))
    slow = SlowRedraws(page)
    page.get_by_label("Không", exact=True).check()
    page.locator("#f-child-place").press_sequentially("my")
    page.get_by_role("option", name="Phường Mỹ Phong").click()
    page.get_by_label("Ghi chú").focus()
    slow.let_through()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()
    expect(page.locator("#f-child-place")).to_have_value("Phường Mỹ Phong")
    expect(page.locator("input[name='child.place']")).to_have_value("28270")


def test_an_answer_changed_while_a_redraw_is_under_way_is_drawn_next(page: Page):
    slow = SlowRedraws(page)
    page.get_by_label("Không", exact=True).check()
    page.get_by_label("Có", exact=True).check()
    page.get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Thêm người con").click()
    for _ in range(4):
        slow.let_through()
    expect(page.get_by_label("Tên", exact=True)).to_be_focused()
    expect(page.get_by_label("Không", exact=True)).to_be_checked()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()


def test_a_redraw_that_fails_leaves_the_page_as_it_is(page: Page):
    slow = SlowRedraws(page)
    page.get_by_label("Ghi chú").fill("đang viết")
    page.get_by_role("button", name="Thêm người con").click()
    slow.let_through("abort")
    expect(page.get_by_role("button", name="Thêm người con")).to_be_focused()
    expect(page.get_by_label("Ghi chú")).to_have_value("đang viết")


def test_a_question_that_asks_for_a_file_is_no_longer_wrong_once_one_is_chosen(page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sample_site.SCHEMA["properties"]["child"], "required", ["paper", "note"])
    monkeypatch.setattr(sample_site, "form", Form(sample_site.SCHEMA, units=FewUnits()))
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.locator(".tsf-form .field-error")).to_have_count(2)
    page.locator("input[type=file]").set_input_files({"name": "gcs.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(page.locator(".tsf-form .field-error")).to_have_count(1)
    page.get_by_label("Không", exact=True).check()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()
    expect(page.locator(".tsf-form .field-error")).to_have_count(1)
    expect(page.locator("#f-child-note-error")).to_be_visible()


def test_marks_of_what_is_wrong_stay_over_a_redraw_and_go_where_it_is_mended(page: Page):
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.locator(".tsf-form .field-error")).to_have_count(5)
    page.get_by_label("Họ và tên").fill("Trần Văn An")
    page.get_by_label("Không", exact=True).check()
    expect(page.get_by_label("Người làm chứng")).to_be_visible()
    expect(page.locator(".tsf-form .field-error")).to_have_count(3)
    expect(page.locator("#f-child-born-error")).to_be_visible()
    assert page.get_by_label("Họ và tên").get_attribute("aria-invalid") is None
    assert page.locator("fieldset:has(> .tsf-choices):has-text('Cha mẹ có đăng ký')").get_attribute("aria-describedby") is None


def test_units_are_chosen_with_the_keyboard(page: Page):
    page.route("**/bieu-mau/don-vi/?*", lambda route: route.fulfill(body=OPTIONS, content_type="text/html"))
    box = page.locator("#f-child-place")
    expect(box).to_have_role("combobox")
    box.press_sequentially("my")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    box.press("ArrowDown")
    box.press("ArrowDown")
    assert page.locator("[role=option][aria-selected=true]").get_attribute("id") == box.get_attribute("aria-activedescendant")
    box.press("Enter")
    expect(box).to_have_value("Phường Mỹ Phong")
    expect(page.locator("#f-child-place-province")).to_have_value("82")
    expect(page.locator("input[name='child.place']")).to_have_value("28270")
    expect(page.get_by_role("listbox")).to_have_count(0)


OPTION = '<li role="option" aria-selected="false" data-code="{0}" data-name="{1}" data-province="82">{1}</li>'
OPTIONS = OPTION.format("28261", "Phường Mỹ Tho") + OPTION.format("28270", "Phường Mỹ Phong")


def test_entries_are_added_and_removed_in_place_and_the_cursor_follows(page: Page):
    page.get_by_role("button", name="Thêm người con").click()
    expect(page.get_by_label("Tên", exact=True)).to_be_focused()
    page.get_by_label("Tên", exact=True).fill("Bình")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xóa người con 1").click()
    expect(page.get_by_label("Tên", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Thêm người con")).to_be_focused()


def test_a_chosen_file_survives_a_redraw(page: Page):
    page.locator("input[type=file]").set_input_files({"name": "gcs.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    for answer in ("Không", "Có"):
        page.get_by_label(answer, exact=True).check()
        expect(page.get_by_label("Người làm chứng")).to_have_count(int(answer == "Không"))
    page.get_by_role("button", name="Thêm người con").click()
    page.get_by_label("Tên", exact=True).fill("Bình")
    assert page.locator("input[type=file]").evaluate("box => box.files[0].name") == "gcs.pdf"
    assert not sample_site.stored, "a redraw carries no files"
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_text("gcs.pdf")).to_be_visible()
    assert sample_site.draft["answers"]["child"]["paper"] == 1


def test_the_draft_saves_itself(page: Page):
    page.get_by_label("Ghi chú").fill("đang viết dở")
    expect(page.get_by_role("status").filter(has_text="Đã lưu lúc 10:32")).to_be_visible()
    assert sample_site.draft["answers"]["child"]["note"] == "đang viết dở"


def test_without_a_connection_the_text_is_kept_and_offered_back(page: Page):
    page.route("**/to-khai/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Ghi chú").fill("viết khi mất mạng")
    expect(page.get_by_text("Chưa lưu được vì mất kết nối")).to_be_visible()
    page.unroute("**/to-khai/")
    page.reload()
    expect(page.get_by_text("Có bản chưa gửi lúc")).to_be_visible()
    page.get_by_role("button", name="Dùng bản này").click()
    expect(page.get_by_label("Ghi chú")).to_have_value("viết khi mất mạng")
    expect(page.get_by_text("Có bản chưa gửi lúc")).to_have_count(0)


def test_an_expired_session_does_not_take_the_form_away(page: Page):
    sample_site.signed_in["yes"] = False
    page.get_by_label("Ghi chú").fill("phiên đã hết")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_text("Phiên đăng nhập đã hết")).to_be_visible()
    expect(page.get_by_label("Ghi chú")).to_have_value("phiên đã hết")
    sample_site.signed_in["yes"] = True
    page.get_by_role("button", name="Lưu lại").click()
    expect(page.get_by_text("Đã lưu lúc")).to_be_visible()


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page: Page):
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Hãy nhập ngày sinh").click()
    expect(page.locator("#f-child-born")).to_be_focused()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is installed by npm ci")
@pytest.mark.parametrize("state", ["fresh", "wrong", "filled"])
def test_accessibility(page: Page, state: str):
    if state == "filled":
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Thêm người con").click()
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        page.locator("#f-child-place").fill("mỹ")
        expect(page.get_by_text("Không tìm thấy. Hãy thử tên khác.").last).to_be_visible()
    elif state == "wrong":
        page.get_by_role("button", name="Lưu và tiếp tục").click()
        page.locator(".error-summary").wait_for()
    session = page.context.new_cdp_session(page)  # the content policy refuses an injected <script>
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    found = page.evaluate("() => axe.run('main', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
