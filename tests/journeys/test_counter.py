"""At the counter: a returning citizen is served in under a minute."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.commune import COPIES, Commune
from tests.journeys.papers import text_of
from tests.journeys.people import Visitor

from tinhso.kernel.time import local

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Visitor]


def test_a_returning_citizen_pays_cash_and_leaves_with_the_slip(commune: Commune, at_a_desk: SignIn) -> None:
    clerk = at_a_desk("tiepnhan").opens("/mot-cua/tiep-nhan/").follows("Nhận hồ sơ tại quầy")
    expect(clerk.page.locator("input[name=nguoi]").first).to_be_focused()
    clerk.page.keyboard.type("082194000456\n")
    clerk.sees("Trần Thị Bích", "Đổi người").follows("Chứng thực bản sao")
    expect(clerk.question("Họ và tên").get_by_role("textbox")).to_have_value("Trần Thị Bích")
    expect(clerk.question("Tên giấy tờ").get_by_role("textbox")).to_be_focused()

    clerk.page.keyboard.type("Bằng tốt nghiệp")
    clerk.page.keyboard.press("Tab")
    clerk.page.keyboard.type("Sở Giáo dục")
    clerk.answers("Do cơ quan, tổ chức nước ngoài cấp?", "Không").answers("Số trang", "3").answers("Số bản sao", "2")
    clerk.answers("Bản sao", "Tôi nộp bản chụp sẵn").sees("10.000 ₫")
    clerk.answers("Cách nhận bản giấy", "Tại Bộ phận Một cửa").answers("Tôi cam đoan", "có")
    clerk.page.locator(".counter-part").get_by_role("checkbox").first.check()
    clerk.presses("Tiếp nhận và lập giấy hẹn").sees("Hãy thu phí rồi đánh dấu đã thu tiền mặt")
    expect(clerk.question("Tên giấy tờ").get_by_role("textbox")).to_have_value("Bằng tốt nghiệp")

    clerk.page.get_by_label("Đã thu tiền mặt").check()
    clerk.presses("Tiếp nhận và lập giấy hẹn").sees("Đã tiếp nhận", "Hẹn trả kết quả lúc", "Biên lai số", "Trực tiếp")
    case = commune.only_case()
    assert case.applicant == commune.citizen
    slip = text_of(clerk.fetches(clerk.address_of("In giấy hẹn")))
    assert case.code in slip
    assert case.due_at
    assert f"ngày {local(case.due_at):%d} tháng {local(case.due_at):%m} năm {local(case.due_at):%Y}" in slip, slip
    clerk.follows("Nhận hồ sơ tiếp theo").sees_title("Nhận hồ sơ tại quầy")


def test_a_newcomer_is_found_the_next_time(commune: Commune, at_a_desk: SignIn) -> None:
    clerk = at_a_desk("tiepnhan").opens("/mot-cua/tiep-nhan/quay/").follows("Chứng thực bản sao")
    clerk.answers("Họ và tên", "Lâm Thị Mới").answers("Số định danh", "082190000777").answers("Điện thoại", "0913000777")
    clerk.answers("Nơi cư trú", "Phường Đạo Thạnh").answers("Địa chỉ", "Ấp 3")
    clerk.answers("Tên giấy tờ", "Học bạ").answers("Cơ quan, tổ chức cấp", "Trường Nguyễn Đình Chiểu")
    clerk.answers("Do cơ quan, tổ chức nước ngoài cấp?", "Không").answers("Số trang", "1").answers("Số bản sao", "1")
    clerk.answers("Bản sao", "Tôi nộp bản chụp sẵn")
    clerk.answers("Cách nhận bản giấy", "Tại Bộ phận Một cửa").answers("Tôi cam đoan", "có")
    clerk.page.get_by_label("Đã thu tiền mặt").check()
    clerk.presses("Tiếp nhận và lập giấy hẹn").sees("Đã tiếp nhận")

    clerk.opens("/mot-cua/tiep-nhan/quay/")
    clerk.page.keyboard.type("0913000777 lam thi moi\n")
    clerk.sees("Lâm Thị Mới", "082190000777", "Đổi người")


def test_what_depends_on_an_answer_appears_at_the_counter_without_losing_what_was_chosen(
    commune: Commune, at_a_desk: SignIn, scan: Path
) -> None:
    clerk = at_a_desk("tiepnhan").opens(f"/mot-cua/tiep-nhan/quay/{COPIES}/")
    clerk.page.locator(".counter-part").get_by_role("checkbox").first.check()
    clerk.unfolds("Thêm bản quét").page.locator(".counter-part input[type=file]").first.set_input_files(scan)
    clerk.answers("Tên giấy tờ", "Bằng lái").answers("Do cơ quan, tổ chức nước ngoài cấp?", "Có").sees(
        "Đã được hợp pháp hóa lãnh sự"
    )

    expect(clerk.page.locator(".counter-part").get_by_role("checkbox").first).to_be_checked()
    expect(clerk.question("Tên giấy tờ").get_by_role("textbox")).to_have_value("Bằng lái")
    box = clerk.page.locator(".counter-part input[type=file]").first
    expect(box).to_be_visible()
    assert box.evaluate("box => box.files[0].name") == scan.name
