"""Without a mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.commune import COPIES, Commune
from tests.journeys.people import Visitor

pytestmark = pytest.mark.browser


def tab_to(page: Page, css: str, at_most: int = 60) -> None:
    """Press Tab until the focus is on what `css` describes."""
    expect(page.locator(css).first).to_be_visible()
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
    raise AssertionError(f"{css} cannot be reached with Tab on {page.url}")


def test_a_procedure_is_found_and_a_section_filled_with_the_keyboard_alone(commune: Commune, page: Page) -> None:
    page.goto("/")
    tab_to(page, "main input[type=search]")
    page.keyboard.type("sao y\n")
    tab_to(page, "main .row-list a")
    page.keyboard.press("Enter")
    tab_to(page, "a.btn-primary")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=username]")
    page.keyboard.type("congdan")
    page.keyboard.press("Tab")
    page.keyboard.type("mot-cau-de-nho\n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bạn muốn nộp hồ sơ ở đâu?")
    tab_to(page, "main form[method=post] button.btn-primary")
    page.keyboard.press("Enter")
    tab_to(page, ".task-list a")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Người yêu cầu")
    tab_to(page, "input[name='applicant.address']")
    page.keyboard.press("Control+a")
    page.keyboard.type("Số 15, ấp Bình Thành\n")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Giấy tờ cần chứng thực")


def test_a_clerk_opens_the_next_case_by_keyboard(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    case = commune.case()
    clerk = at_a_desk("tiepnhan").opens("/mot-cua/tiep-nhan/")
    clerk.page.keyboard.press("j")
    clerk.page.keyboard.press("o")
    clerk.sees(case.code, "Kiểm tra rồi tiếp nhận")
    clerk.page.keyboard.press("/")
    clerk.page.keyboard.type(f"{case.code}\n")
    clerk.sees("Kiểm tra rồi tiếp nhận")


def test_the_chairman_signs_one_after_the_other(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    first, second = commune.case_to_sign(COPIES), commune.case_to_sign(COPIES)
    chairman = at_a_desk("chutich").opens("/mot-cua/ky/").sees(first.code, second.code)
    expect(chairman.page.locator("iframe.sign-paper")).to_be_visible()

    tab_to(chairman.page, "#detail .btn-primary")
    chairman.page.keyboard.press("Enter")

    chairman.sees(f"Đã ký số kết quả của hồ sơ {first.code}", second.code)
    chairman.page.get_by_label("Chọn tất cả").check()
    chairman.presses("Ký các kết quả đã chọn").sees("Đã ký 1 kết quả", "Không có kết quả nào chờ ký")
