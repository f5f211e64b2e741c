"""Colleagues at their desks: work shared by a policy, a note that names somebody, steps given together."""

from collections.abc import Callable

import pytest
from tests.journeys.commune import Commune
from tests.journeys.people import Visitor

pytestmark = pytest.mark.browser
POLICIES = "/mot-cua/giao-viec-tu-dong/"


def test_the_chairman_shares_work_and_the_case_says_why(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    chairman = at_a_desk("chutich").opens(POLICIES).follows("Thêm cách giao").presses("Tiếp tục")
    chairman.page.get_by_label("Theo quy tắc").check()
    chairman.answers("Điều kiện 1 (CEL)", "case.chanel == 2").presses("Thử trên 30 ngày qua").sees("Có phải case.channel?")
    chairman.page.get_by_label("Người đang ít việc nhất", exact=True).check()
    chairman.presses("Lưu").sees("Đã lưu.")
    case = commune.accepted_case()
    at_a_desk("chuyenvien").opens(f"/mot-cua/ho-so/{case.code}/").sees("theo khối lượng việc")


def test_a_colleague_named_in_a_note_is_told(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    case = commune.accepted_case()
    specialist = at_a_desk("chuyenvien").opens(f"/mot-cua/ho-so/{case.code}/")
    note = specialist.page.get_by_label("Ghi chú nội bộ")
    note.press_sequentially("Nhờ @tiep")
    specialist.page.locator(".mention-options [role=option]").first.wait_for()
    note.press("Enter")
    note.press_sequentially("gọi lại cho dân")
    assert note.input_value() == "Nhờ @tiepnhan gọi lại cho dân"
    specialist.presses("Thêm ghi chú").sees("Đã thêm ghi chú.")
    clerk = at_a_desk("tiepnhan").opens("/mot-cua/nhac-den-toi/").sees(case.code, "gọi lại cho dân")
    clerk.opens("/thong-bao/").sees(f"nhắc đến bạn ở hồ sơ {case.code}")


def test_steps_ticked_in_the_work_list_are_given_together(commune: Commune, at_a_desk: Callable[[str], Visitor]) -> None:
    cases = [commune.accepted_case() for _ in range(2)]
    specialist = at_a_desk("chuyenvien").opens("/mot-cua/")
    specialist.page.get_by_label("Chọn tất cả").check()
    specialist.presses("Giao các việc đã chọn").sees(*(case.code for case in cases))
    specialist.page.get_by_label("Người nhận").select_option(index=1)
    specialist.presses("Giao các việc đã chọn").sees("Đã giao 2 / 2 việc")
