"""What goes wrong in real life: the session ends, people press twice, files are too large or of the wrong kind."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import expect
from tests.journeys.commune import COPIES, Commune
from tests.journeys.conftest import blank_pdf
from tests.journeys.people import Visitor

from tinhso.blocks.cases.models import Case

pytestmark = pytest.mark.browser


def begins(visitor: Visitor) -> Visitor:
    """An application for certified copies, on its first section."""
    visitor.signs_in("congdan").opens(f"/thu-tuc/{COPIES}/nop/").presses("Tiếp tục").follows("Người yêu cầu")
    return visitor.sees_title("Người yêu cầu")


def fills_everything(visitor: Visitor) -> Visitor:
    """All sections, up to the last check."""
    visitor.presses("Lưu và tiếp tục")
    visitor.answers("Tên giấy tờ", "Bằng tốt nghiệp").answers("Cơ quan, tổ chức cấp", "Sở Giáo dục")
    visitor.answers("Do cơ quan, tổ chức nước ngoài cấp?", "Không").answers("Số trang", "1").answers("Số bản sao", "1")
    visitor.answers("Bản sao", "Tôi nộp bản chụp sẵn").presses("Lưu và tiếp tục")
    visitor.answers("Cách nhận bản giấy", "Tại Bộ phận Một cửa").answers("Tôi cam đoan", "có").presses("Lưu và tiếp tục")
    return visitor.follows("Kiểm tra và nộp").sees_title("Kiểm tra trước khi nộp")


def everybody_is_signed_out() -> None:
    Session.objects.all().delete()
    cache.clear()


def test_nothing_is_lost_when_the_session_ends_in_the_middle_of_a_form(commune: Commune, on_a_phone: Visitor) -> None:
    citizen = begins(on_a_phone).answers("Địa chỉ chi tiết", "Số 7, ấp Bình Thành")
    section = citizen.page.url
    everybody_is_signed_out()

    citizen.presses("Lưu và tiếp tục").sees("Phiên đăng nhập đã hết")
    with citizen.page.expect_popup() as tab:
        citizen.follows("Đăng nhập lại")
    elsewhere = Visitor(tab.value).signs_in("congdan").sees("Có bản chưa gửi")
    citizen.presses("Lưu lại").sees("Đã lưu lúc")

    assert elsewhere.page.url == section
    elsewhere.opens(section)
    expect(elsewhere.question("Địa chỉ chi tiết").get_by_role("textbox")).to_have_value("Số 7, ấp Bình Thành")


def test_without_script_the_form_comes_back_after_signing_in(commune: Commune, open_browser: Callable) -> None:
    citizen = begins(Visitor(open_browser(java_script_enabled=False)))
    section = citizen.page.url
    everybody_is_signed_out()

    citizen.presses("Lưu và tiếp tục").sees("Hãy đăng nhập để tiếp tục").signs_in("congdan")

    assert citizen.page.url == section


def test_a_question_answered_after_the_session_has_ended_leads_nobody_away(commune: Commune, on_a_phone: Visitor) -> None:
    citizen = begins(on_a_phone).presses("Lưu và tiếp tục").answers("Tên giấy tờ", "Bằng tốt nghiệp")
    everybody_is_signed_out()

    citizen.answers("Do cơ quan, tổ chức nước ngoài cấp?", "Có").sees("Phiên đăng nhập đã hết")

    expect(citizen.question("Tên giấy tờ").get_by_role("textbox")).to_have_value("Bằng tốt nghiệp")


def test_a_clerk_whose_session_has_ended_loses_nothing_of_the_form(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    clerk = at_a_desk("tiepnhan").opens(f"/mot-cua/tiep-nhan/quay/{COPIES}/").answers("Tên giấy tờ", "Bằng tốt nghiệp")
    everybody_is_signed_out()

    clerk.presses("Tiếp nhận và lập giấy hẹn").sees("Phiên đăng nhập đã hết")
    with clerk.page.expect_popup() as tab:
        clerk.follows("Đăng nhập lại")
    Visitor(tab.value).signs_in("tiepnhan")
    clerk.presses("Tiếp nhận và lập giấy hẹn").sees("Còn vài chỗ cần sửa")

    expect(clerk.question("Tên giấy tờ").get_by_role("textbox")).to_have_value("Bằng tốt nghiệp")


def test_pressing_twice_makes_one_case(commune: Commune, on_a_phone: Visitor) -> None:
    citizen = fills_everything(begins(on_a_phone))
    citizen.page.get_by_role("button", name="Nộp hồ sơ").dblclick()
    citizen.sees("Đã nộp hồ sơ")
    code = commune.only_case().code

    citizen.page.go_back()
    citizen.page.reload()

    citizen.sees_title("Chứng thực bản sao")
    assert citizen.page.url.endswith(f"/ho-so/{code}/")
    assert Case.objects.count() == 1


def test_pressing_twice_without_script_makes_one_case(commune: Commune, open_browser: Callable) -> None:
    citizen = fills_everything(begins(Visitor(open_browser(java_script_enabled=False))))
    citizen.presses("Nộp hồ sơ").sees("Đã nộp hồ sơ")
    citizen.page.go_back()
    citizen.page.reload()
    citizen.sees_title("Chứng thực bản sao")
    assert Case.objects.count() == 1


def documents_page(visitor: Visitor) -> Visitor:
    section = begins(visitor).page.url
    return visitor.opens(re.sub("phan/.*", "giay-to/", section)).sees_title("Giấy tờ kèm theo")


def test_a_50_mb_file_is_refused_before_it_is_sent(commune: Commune, on_a_phone: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "quet-600-dpi.pdf"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    citizen = documents_page(on_a_phone)
    citizen.page.locator("main input[type=file]").first.set_input_files(large)
    citizen.sees("quet-600-dpi.pdf: lớn hơn 20 MB. Hãy chụp lại ở cỡ nhỏ hơn")


def test_a_50_mb_file_that_is_sent_all_the_same_is_refused_in_plain_words(
    commune: Commune, open_browser: Callable, tmp_path: Path
) -> None:
    large, good = tmp_path / "quet-600-dpi.pdf", blank_pdf(tmp_path / "ban-chinh.pdf")
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    citizen = documents_page(Visitor(open_browser(java_script_enabled=False)))
    files = citizen.page.locator("main input[type=file]").first
    files.set_input_files(good)
    citizen.presses("Tải lên").sees("ban-chinh.pdf")
    here = citizen.page.url

    files.set_input_files(large)
    citizen.presses("Tải lên").sees("Tệp gửi lên quá lớn", "mỗi tệp tối đa 20 MB", "Những gì bạn đã lưu vẫn còn")

    citizen.opens(here).sees("ban-chinh.pdf")


def test_a_file_of_the_wrong_kind_is_named_and_the_good_one_kept(commune: Commune, on_a_phone: Visitor, tmp_path: Path) -> None:
    wrong, good = tmp_path / "anh.pdf", blank_pdf(tmp_path / "ban-chinh.pdf")
    wrong.write_bytes(b"MZ\x90\x00" + bytes(4000))
    citizen = documents_page(on_a_phone)
    citizen.page.locator("main input[type=file]").first.set_input_files([good, wrong])

    citizen.presses("Tải lên").sees("anh.pdf: ", "PDF").sees("ban-chinh.pdf")


def test_a_wrong_answer_is_explained_beside_it_and_everything_typed_stays(commune: Commune, on_a_phone: Visitor) -> None:
    citizen = begins(on_a_phone).answers("Số định danh", "12345").answers("Địa chỉ chi tiết", "Số 9")

    citizen.presses("Lưu và tiếp tục").sees("Còn vài chỗ cần sửa")

    expect(citizen.page.locator(".error-summary")).to_be_focused()
    expect(citizen.question("Số định danh").locator(".field-error")).to_contain_text("12 chữ số")
    expect(citizen.question("Số định danh").get_by_role("textbox")).to_have_value("12345")
    expect(citizen.question("Địa chỉ chi tiết").get_by_role("textbox")).to_have_value("Số 9")
