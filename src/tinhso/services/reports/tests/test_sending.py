from collections.abc import Callable
from datetime import datetime

import pytest

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.models import Case, CaseFacts, Status
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.queries import cases_of, cases_visible_to, find_procedures, work_of
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.identity.policy import NO_GRANTS, limit_grants
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound
from tinhso.kernel.time import VIETNAM, local
from tinhso.services.reports.actions import me_too, send_report
from tinhso.services.reports.actions.answering import approve_answer, return_answer, write_answer
from tinhso.services.reports.actions.moderating import hide, publish
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import fields_open, nearby, public_report, report_for_staff, reporter_of
from tinhso.services.reports.tests.conftest import HERE, Staff

Send = Callable[..., Report]
TO_THE_COMMUNE = [Rule('case.field == "PA-ANTT"', "place")]


@pytest.fixture
def routed(town: Town, staff: Staff) -> None:
    draft = draft_routing(REPORTS, TO_THE_COMMUNE, fallback=town.province, by=staff.desk, at=MONDAY.replace(hour=7))
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY.replace(hour=7))


def test_a_report_is_received_when_it_is_sent(sent: Send, town: Town, routed: None) -> None:
    case = sent().case
    assert (case.status, case.family, case.agency) == (Status.IN_PROGRESS, "report", town.agency)
    assert case.received_at == MONDAY
    assert [step.role for step in case.steps.all()] == ["report_handler"]
    assert case.papers.count() == 0


def test_the_clock_of_a_report_sent_on_a_sunday_starts_on_monday(sent: Send, routed: None) -> None:
    case = sent(at=datetime(2026, 11, 15, 20, 0, tzinfo=VIETNAM)).case
    assert case.received_at
    assert local(case.received_at).date() == MONDAY.date()


def test_what_no_rule_fits_goes_to_the_default_desk(sent: Send, town: Town, routed: None) -> None:
    report = sent(field="PA-TNMT", kind="garbage")
    assert (report.case.agency, report.routed) == (town.province, "default")


def test_without_any_rules_reports_go_to_the_uppermost_agency(sent: Send, town: Town) -> None:
    assert sent().case.agency == town.province


def test_a_rule_that_cannot_be_carried_out_leads_to_the_default_desk(sent: Send, town: Town, routed: None) -> None:
    report = sent(place=Place(None, "Ấp 3"))
    assert (report.case.agency, report.routed) == (town.province, "failed:1")


def test_sending_twice_with_one_key_is_sending_once(sent: Send) -> None:
    assert sent(key="a" * 20).case == sent(key="a" * 20).case
    assert Report.objects.count() == 1


def test_somebody_unknown_may_send_with_a_telephone(sent: Send) -> None:
    party = sent(by=None, phone="+84 912 345 678").case.parties.get()
    assert (party.person, party.phone, party.name) == (None, "0912345678", "Người dân")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"place": Place()}, "place"),
        ({"place": Place((0.0, 0.0))}, "place"),
        ({"text": " "}, "matter.text"),
        ({"kind": "nonsense"}, "matter.kind"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_is_named(sent: Send, changes: dict[str, object], wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        sent(**changes)
    assert wrong in error.value.fields


def test_an_unknown_field_is_not_found(town: Town, staff: Staff) -> None:
    with pytest.raises(NotFound):
        send_report("9.000001", {"kind": "x"}, place=Place(HERE), text="abc", by=None)


def test_the_one_stop_shop_neither_lists_nor_finds_reports(sent: Send, town: Town, routed: None) -> None:
    case = sent().case
    assert not cases_visible_to(town.manager).exists()
    assert not cases_visible_to(town.clerk).exists()
    assert not work_of(town.specialist).exists()
    assert not cases_of(town.citizen).exists()
    assert not find_procedures("giao thông", MONDAY).exists()
    assert not CaseFacts.objects.filter(case=case).exists()
    with pytest.raises(NotFound):
        report_for_staff(case.code, town.clerk)


def test_who_sees_to_reports_sees_them_and_no_application(sent: Send, staff: Staff, routed: None) -> None:
    report = sent()
    assert report_for_staff(report.case.code, staff.handler) == report
    assert [step.case for step in work_of(staff.handler, REPORTS)] == [report.case]
    assert not work_of(staff.handler).exists()
    assert not cases_visible_to(staff.handler).exists()


def test_only_those_who_need_to_know_see_who_sent_it(sent: Send, staff: Staff, town: Town, routed: None) -> None:
    case = sent().case
    assert reporter_of(case, staff.handler) is None
    found = reporter_of(case, staff.approver)
    assert found
    assert found.name == town.citizen.full_name
    stored = Case.objects.get(pk=case.pk)
    assert stored.applicant_name == ""
    assert "anh" not in stored.search.split()


def test_an_answer_is_written_returned_written_again_and_approved(sent: Send, staff: Staff, routed: None) -> None:
    report = sent()
    write_answer(report, by=staff.handler, text="Đã vá.", at=MONDAY)
    return_answer(report, by=staff.approver, reason="Ghi rõ ngày vá.", at=MONDAY)
    write_answer(report, by=staff.handler, text="Đã vá ngày 16/11.", at=MONDAY)
    with pytest.raises(NotAllowed):
        approve_answer(report, by=staff.handler, at=MONDAY)
    case = approve_answer(report, by=staff.approver, at=MONDAY)
    report.refresh_from_db()
    assert (case.status, report.answer) == (Status.RETURNED, "Đã vá ngày 16/11.")
    assert not case.waits.filter(ended_at=None).exists()


def test_nothing_is_public_before_a_moderator_has_read_it(sent: Send, staff: Staff, routed: None) -> None:
    report = sent()
    with pytest.raises(NotFound):
        public_report(report.case.code)
    with pytest.raises(NotAllowed):
        publish(report, by=staff.handler, text="Ổ gà")
    publish(report, by=staff.desk, text="Ổ gà trước chợ", at=MONDAY)
    assert public_report(report.case.code).text == "Ổ gà trước chợ"
    hide(report, by=staff.desk, why="Có tên người khác")
    with pytest.raises(NotFound):
        public_report(report.case.code)


def test_open_reports_close_by_are_suggested(sent: Send, staff: Staff, town: Town, routed: None) -> None:
    from django.utils.timezone import now

    near = publish(sent(at=now()), by=staff.desk, text="Ổ gà")
    publish(sent(at=now(), place=Place((106.40, 10.36))), by=staff.desk, text="Xa")
    assert list(nearby((106.3603, 10.36), "PA-ANTT")) == [near]
    assert me_too(near, person=town.stranger) == 1
    assert me_too(near, person=town.stranger) == 1


def test_five_fields_are_open(staff: Staff) -> None:
    fields = fields_open(MONDAY)
    assert [field.code for field in fields] == ["PA-ANTT", "PA-CT", "PA-TNMT", "PA-TTTT", "PA-VHTTDL"]
    assert all(field.kinds for field in fields)


def test_without_powers_nobody_sees_a_report(sent: Send, town: Town) -> None:
    limit_grants(town.stranger, NO_GRANTS)
    with pytest.raises(NotFound):
        report_for_staff(sent().case.code, town.stranger)
