from collections.abc import Callable

import pytest
from django.utils.timezone import localdate, now

from tinhso.blocks.cases.tests.conftest import Town
from tinhso.kernel.errors import Invalid, NotAllowed
from tinhso.services.reports.actions.answering import write_answer
from tinhso.services.reports.actions.templates import keep_template, retire_template
from tinhso.services.reports.models import AnswerTemplate, Report
from tinhso.services.reports.tests.conftest import Staff, post
from tinhso.services.reports.tests.test_staff_screens import routed, signed_in  # noqa: F401 - rules that lead to the commune
from tinhso.services.reports.wording import filled, templates_for, templates_of

Send = Callable[..., Report]
PAGE = "/phan-anh/mau-tra-loi/"


def test_a_template_is_filled_with_what_the_report_is_about(sent: Send, town: Town) -> None:
    report = sent(at=now())
    told = filled("{Cơ quan} đã xử lý phản ánh {MA} về {viec} ({lĩnh vực}) ngày {hôm nay}, hạn {hạn}, {xã, phường}.", report)
    assert "{" not in told
    for part in (town.agency.name, report.case.code, f"{localdate():%d/%m/%Y}", town.agency.unit.name):
        assert part in told


@pytest.mark.parametrize("text", ["Ngày {ngay nao}", "Ngày {ngày gửi", "Ngày }", "Họ tên {người gửi}", "{}", ""])
def test_a_template_with_a_place_nobody_knows_is_refused(town: Town, staff: Staff, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        keep_template("Mẫu", text, by=None)
    assert "text" in refused.value.fields


def test_an_agency_is_offered_its_own_templates_of_the_field(sent: Send, town: Town, staff: Staff) -> None:
    report = sent(at=now())
    for title, agency, field in (
        ("chung", None, ""),
        ("của xã", town.agency, "PA-ANTT"),
        ("lĩnh vực khác", town.agency, "PA-CT"),
        ("của tỉnh", town.province, ""),
    ):
        keep_template(title, "Đã xử lý.", by=None, agency=agency, field=field)
    keep_template("cũ", "Đã xử lý.", by=None)
    retire_template(AnswerTemplate.objects.get(title="cũ"), by=town.manager)
    assert [one.title for one in templates_for(report.case)] == ["chung", "của xã"]


def test_those_of_all_agencies_are_kept_at_the_province_only(town: Town, staff: Staff) -> None:
    with pytest.raises(NotAllowed):
        keep_template("Mẫu", "Đã xử lý.", by=staff.approver)
    common = keep_template("Mẫu", "Đã xử lý.", by=staff.desk)
    with pytest.raises(NotAllowed):
        keep_template("Mẫu", "Khác.", by=staff.approver, agency=town.agency, template=common)
    with pytest.raises(NotAllowed):
        retire_template(common, by=staff.approver)
    with pytest.raises(NotAllowed):
        keep_template("Mẫu", "Đã xử lý.", by=staff.handler, agency=town.agency)


def test_an_approver_writes_changes_and_retires_a_template_by_pages(town: Town, staff: Staff) -> None:
    approver = signed_in(staff.approver)
    given = {"title": "Đã vá xong", "text": "Đã vá ngày {hôm nay}", "agency": town.agency.pk, "field": "PA-ANTT"}
    for wrong in ({"title": ""}, {"text": ""}, {"text": "{ten}"}, {"field": "PA-KHONG"}):
        assert approver.post(f"{PAGE}moi/", {**given, **wrong}).status_code == 422
    assert approver.post(f"{PAGE}moi/", {**given, "agency": ""}).status_code == 403
    assert approver.post(f"{PAGE}moi/", {**given, "agency": town.province.pk}).status_code == 404
    assert approver.post(f"{PAGE}moi/", given).status_code == 302
    assert approver.post(f"{PAGE}moi/", given).status_code == 422  # twice the same
    kept = AnswerTemplate.objects.get()
    assert "Đã vá xong" in approver.get(PAGE).content.decode()
    address = f"{PAGE}{kept.pk}/"
    assert "Đã vá ngày {hôm nay}" in approver.get(address).content.decode()
    assert approver.post(address, {**given, "title": "Đã vá"}).status_code == 302
    approver.post(address, {"act": "retire"})
    kept.refresh_from_db()
    assert (kept.title, bool(kept.retired_at)) == ("Đã vá", True)
    approver.post(address, {"act": "restore"})
    kept.refresh_from_db()
    assert kept.retired_at is None
    assert signed_in(staff.handler).get(PAGE).status_code == 403


def test_a_template_is_added_below_what_was_typed(sent: Send, staff: Staff) -> None:
    report = sent(at=now())
    kept = keep_template("Đã xong", "Đã xử lý phản ánh {mã}.", by=None)
    handler = signed_in(staff.handler)
    deed = f"/phan-anh/xu-ly/{report.case.code}/tra-loi/"
    shown = handler.post(deed, {"answer": "Kính gửi ông/bà,", "template": kept.pk})
    assert f"Kính gửi ông/bà,\n\nĐã xử lý phản ánh {report.case.code}." in shown.content.decode()
    report.refresh_from_db()
    assert report.draft == ""
    assert handler.post(deed, {"answer": "x", "template": "999"}).status_code == 404


def test_who_wrote_the_answer_is_told_who_approves_it(sent: Send, town: Town, staff: Staff) -> None:
    both = post(town.agency, "Công chức kiêm nhiệm", ["report_handler", "report_approver"], "Hai Vai Trò")
    report = sent(at=now())
    write_answer(report, by=both, text="Đã vá xong.")
    address = f"/phan-anh/xu-ly/{report.case.code}/"
    mine = signed_in(both).get(address).content.decode()
    assert "/duyet/" not in mine
    assert staff.approver.full_name in mine
    assert "/duyet/" in signed_in(staff.approver).get(address).content.decode()


def test_templates_in_use_stand_above_those_put_out_of_use(town: Town, staff: Staff) -> None:
    for title in ("A", "B"):
        template = keep_template(title, "Đã xử lý.", by=None)
        if title == "A":
            retire_template(template, by=staff.desk)
    assert [one.title for one in templates_of(staff.desk)] == ["B", "A"]


def test_what_was_typed_stays_where_the_template_was_put_out_of_use_meanwhile(
    sent: Send,
    town: Town,
    staff: Staff,
) -> None:
    report = sent(at=now())
    template = keep_template("Mẫu", "Đã xử lý.", by=None)
    retire_template(template, by=staff.desk)
    given = {"template": str(template.pk), "answer": "Đã vá ổ gà trước chợ."}
    answer = signed_in(staff.handler).post(f"/phan-anh/xu-ly/{report.case.code}/tra-loi/", given)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Đã vá ổ gà trước chợ." in page
    assert "Không có mẫu trả lời này." in page


def test_a_template_does_not_come_back_beside_another_of_its_name(town: Town, staff: Staff) -> None:
    old = keep_template("Mẫu", "Đã xử lý.", by=None)
    retire_template(old, by=staff.desk)
    keep_template("Mẫu", "Đã xong.", by=None)
    with pytest.raises(Invalid):
        retire_template(old, by=staff.desk, back=True)
