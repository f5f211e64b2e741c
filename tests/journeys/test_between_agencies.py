"""A piece of garden becomes building land: commune, land registry, tax office; the clock stands still while the tax is paid."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils.timezone import localdate
from tests.journeys.commune import Commune, open_accounts
from tests.journeys.people import Visitor

from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.blocks.identity.models import Account

pytestmark = pytest.mark.browser


def test_a_change_of_land_use_goes_through_the_registry_and_the_tax_office(
    commune: Commune, at_a_desk: Callable[[str], Visitor]
) -> None:
    _found_partners(commune)
    case = commune.accepted_case("1.013949")
    page = f"/mot-cua/ho-so/{case.code}/"
    specialist, registry, tax = at_a_desk("chuyenvien"), at_a_desk("dangky"), at_a_desk("thue")

    registry.opens("/mot-cua/").sees(case.code, "Cung cấp trích lục bản đồ địa chính")
    registry.opens(page).sees("làm bước này cho hồ sơ của").presses("Hoàn thành bước").sees("Đã hoàn thành bước")
    for _step in ("review", "draft"):
        specialist.opens(page).presses("Hoàn thành bước").sees("Đã hoàn thành bước")
    at_a_desk("chutich").opens(page).sees("Ký quyết định cho phép chuyển mục đích").presses("Hoàn thành bước").sees(
        "Đã hoàn thành bước"
    )
    specialist.opens(page).presses("Hoàn thành bước").sees("Đã hoàn thành bước")
    specialist.opens("/mot-cua/dang-cho/").sees("Xác định nghĩa vụ tài chính", "Thuế tỉnh")
    tax.opens(page).presses("Hoàn thành bước").sees("Đã hoàn thành bước")

    specialist.opens(page).sees("Yêu cầu thực hiện nghĩa vụ tài chính", "Chứng từ nộp tiền sử dụng đất, lệ phí")
    specialist.follows("Ghi nhận văn bản đã đến").answers("Số, ký hiệu văn bản", "0412/GNT").answers("Ngày văn bản", "31/02/2026")
    specialist.presses("Ghi nhận, cho hồ sơ đi tiếp").sees("Hãy ghi ngày như 02/12/2026.")
    assert specialist.page.get_by_label("Số, ký hiệu văn bản").input_value() == "0412/GNT"
    specialist.answers("Ngày văn bản", f"{localdate():%d/%m/%Y}").presses("Ghi nhận, cho hồ sơ đi tiếp").sees("Đang xử lý")

    registry.opens(page).presses("Hoàn thành bước").sees("Đã hoàn thành bước")
    at_a_desk("truongdangky").opens(page).presses("Ký số").sees("Đã ký số")
    at_a_desk("tiepnhan").opens(page).presses("Trả kết quả").sees("Đã trả kết quả")
    assert Case.objects.get(pk=case.pk).status == Status.RETURNED


def _found_partners(commune: Commune) -> None:
    province = commune.town.province
    land = _office("Sở Nông nghiệp và Môi trường", "H20.06", province)
    registry = _office("Văn phòng Đăng ký đất đai", "H20.06.01", land)
    tax = _office("Thuế tỉnh", "H20.T1", province)
    open_accounts(
        {
            "dangky": (_seat(registry, "Viên chức", "specialist", "Lý Đăng Ký"), Account.Kind.STAFF),
            "truongdangky": (_seat(registry, "Giám đốc", "signer", "Tạ Văn Trưởng"), Account.Kind.STAFF),
            "thue": (_seat(tax, "Công chức thuế", "specialist", "Kim Thu Thuế"), Account.Kind.STAFF),
        }
    )


def _office(name: str, code: str, parent: Agency) -> Agency:
    return create_agency(name=name, code=code, kind=AgencyKind.DEPARTMENT, unit=parent.unit, parent=parent, by=None)


def _seat(agency: Agency, title: str, role: str, name: str) -> Person:
    person = register_person(name, by=None)
    post = create_post(agency, title, roles=[role], signs="GIÁM ĐỐC" if role == "signer" else "", by=None)
    appoint(person, post, valid_from=date(2025, 1, 1), by=None)
    return person
