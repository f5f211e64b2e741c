import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.actions.sweeping import sweep
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.cases.models import CaseLink, Status, Transfer
from tinhso.blocks.cases.queries import cases_visible_to
from tinhso.blocks.cases.routing import Rule, try_rules
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.tests.test_stripping import photo
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.events import Event
from tinhso.services.reports.actions import follow
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.commissioning import commission, commission_by, report_done
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.actions.moving import forward, join, split
from tinhso.services.reports.actions.phones import confirmed, phone_of, send_code
from tinhso.services.reports.actions.reporter import answer_question, rate, reopen
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.jobs import tell_reporter
from tinhso.services.reports.models import Follower, Report
from tinhso.services.reports.tests.conftest import Staff

Send = Callable[..., Report]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def routed(town: Town, staff: Staff) -> None:
    draft = draft_routing(
        REPORTS, [Rule('case.field == "PA-ANTT"', "place")], fallback=town.province, by=staff.desk, at=MONDAY - DAY
    )
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY - DAY)


def answered(report: Report, staff: Staff) -> Report:
    write_answer(report, by=staff.handler, text="Đã vá xong.", at=MONDAY)
    approve_answer(report, by=staff.approver, at=MONDAY)
    return report


def test_a_report_at_the_wrong_address_is_forwarded_never_refused(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    with pytest.raises(Invalid):
        forward(report, by=staff.handler, reason=" ")
    case = forward(report, by=staff.handler, reason="Đường do tỉnh quản lý.", at=MONDAY)
    assert (case.agency, case.status) == (town.province, Status.IN_PROGRESS)
    assert Transfer.objects.get(case=case).of == town.agency
    assert case.steps.filter(done_at=None, cancelled=False).get().agency == town.province
    with pytest.raises(NotAllowed):
        forward(Report.objects.select_related("case__agency").get(pk=report.pk), by=staff.handler, reason="Trả lại")


def test_duplicates_are_joined_and_all_who_sent_get_the_answer(sent: Send, staff: Staff, town: Town) -> None:
    first = publish(sent(), by=staff.desk, text="Ổ gà")
    second, third = sent(by=None, phone="0912345678"), sent(by=town.stranger)
    join(third, second, by=staff.desk, at=MONDAY)
    case = join(second, first, by=staff.desk, at=MONDAY)
    assert case.status == Status.STOPPED
    assert {link.case_id for link in CaseLink.objects.filter(of=first.case)} == {second.pk, third.pk}
    first.refresh_from_db()
    assert first.me_too == 2
    assert {row.address for row in Follower.objects.filter(report=first)} == {"", "0912345678"}
    answered(first, staff)
    tell_reporter(Event("reports.answered", "cases.case", str(first.pk), None))
    told = Message.objects.filter(template__startswith="reports_answered")
    assert {message.address for message in told.filter(channel="sms")} == {"0912345678"}
    assert {message.person for message in told.filter(channel="notice")} == {town.citizen, town.stranger}
    assert told.get(channel="sms").link == f"/phan-anh/{second.case.code}/"


def test_joining_follows_on_and_never_in_a_circle(sent: Send, staff: Staff) -> None:
    first, second = sent(), sent()
    join(second, first, by=staff.desk, at=MONDAY)
    with pytest.raises(Invalid):
        join(first, second, by=staff.desk, at=MONDAY)
    with pytest.raises(Invalid):
        join(first, first, by=staff.desk, at=MONDAY)
    with pytest.raises(NotAllowed):
        join(sent(), first, by=staff.handler, at=MONDAY)


def test_a_report_about_two_things_is_split(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    new = split(report, field="PA-TNMT", kind="garbage", text="Rác đổ cạnh ổ gà.", by=staff.approver, at=MONDAY)
    assert (new.agency, new.applicant) == (town.province, town.citizen)
    assert new.place.point == report.case.place.point
    assert CaseLink.objects.get(case=new).kind == "split"


def test_the_reporter_is_asked_and_the_clock_waits(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    case = ask_supplement(report.case, by=staff.handler, content="Ổ gà ở làn nào?", at=MONDAY)
    assert (case.status, case.due_at) == (Status.SUPPLEMENT_ASKED, None)
    with pytest.raises(NotAllowed):
        answer_question(report, by=town.stranger, text="Làn trái")
    case = answer_question(report, by=town.citizen, text="Làn trái", at=MONDAY + DAY)
    assert case.status == Status.IN_PROGRESS
    assert case.due_at


def test_the_reporter_opens_it_again_within_ten_days_and_twice_at_most(sent: Send, staff: Staff, town: Town) -> None:
    report = answered(sent(), staff)
    rate(report, by=town.citizen, stars=2, at=MONDAY)
    with pytest.raises(WrongState):
        reopen(report, by=town.citizen, why="Vẫn còn", at=MONDAY + 11 * DAY)
    with pytest.raises(NotAllowed):
        reopen(report, by=town.stranger, why="Vẫn còn", at=MONDAY + DAY)
    case = reopen(report, by=town.citizen, why="Vẫn còn ổ gà", at=MONDAY + DAY)
    assert (case.status, case.reopened) == (Status.IN_PROGRESS, 1)
    assert case.steps.filter(done_at=None, cancelled=False).get().role == "report_handler"
    answered(report, staff)
    reopen(report, by=town.citizen, why="Vẫn còn", at=MONDAY + DAY)
    answered(report, staff)
    with pytest.raises(WrongState):
        reopen(report, by=town.citizen, why="Vẫn còn", at=MONDAY + DAY)


def test_a_contractor_gets_a_link_that_runs_out(sent: Send, staff: Staff) -> None:
    report = sent()
    commission(report, by=staff.handler, email="doi1@congty.vn", task="Vá ổ gà", at=MONDAY)
    link = Message.objects.get(template="reports_commission")
    found = re.search(r"/phan-anh/giao-viec/([\w-]+)/", link.body)
    assert found
    token = found[1]
    file = store_photo(SimpleUploadedFile("sau.jpg", photo()), by=None)
    report_done(token, text="Đã vá 2 m2", files=[file], at=MONDAY + DAY)
    assert report.photos.get().stage == "after"
    with pytest.raises(WrongState):
        report_done(token, text="Lần nữa", at=MONDAY + DAY)
    with pytest.raises(NotFound):
        commission_by(token, MONDAY + 8 * DAY)
    with pytest.raises(NotFound):
        commission_by("khong-co", MONDAY)


def test_a_second_link_to_the_same_address_ends_the_first(sent: Send, staff: Staff) -> None:
    report = sent()
    for _time in range(2):
        commission(report, by=staff.handler, email="doi1@congty.vn", task="Vá ổ gà", at=MONDAY)
    first, _second = Message.objects.filter(template="reports_commission").order_by("pk")
    with pytest.raises(NotFound):
        commission_by(first.body.partition("/giao-viec/")[2].partition("/")[0], MONDAY)


def test_a_telephone_is_proved_by_a_code(db: None) -> None:
    send_code("+84 912 345 678", at=MONDAY)
    message = Message.objects.get()
    code = message.subject.split()[-1]
    assert phone_of(confirmed("0912345678", f" {code.lower()} ", at=MONDAY)) == "0912345678"
    with pytest.raises(Invalid):
        confirmed("0912345679", code, at=MONDAY)
    with pytest.raises(Invalid):
        confirmed("0912345678", code, at=MONDAY + DAY)
    assert phone_of("forged") == ""


def test_only_public_reports_are_followed(sent: Send, town: Town) -> None:
    with pytest.raises(NotAllowed):
        follow(sent(), person=town.stranger)


def test_new_rules_are_tried_on_what_came_in(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    sent(field="PA-TNMT", kind="garbage")
    trial = try_rules(REPORTS, [Rule('case.kind == "garbage"', "place")], fallback=town.province, now=MONDAY + DAY)
    assert {one.case.pk: (one.before, one.routed.agency) for one in trial.moved}[report.pk] == (town.agency, town.province)
    assert len(trial.moved) == 2
    assert trial.undecided == 1


def test_who_writes_rules_does_not_approve_them(staff: Staff, town: Town) -> None:
    draft = draft_routing(REPORTS, [], fallback=town.province, by=town.manager, at=MONDAY)
    with pytest.raises(NotAllowed):
        approve_routing(draft, REPORTS, by=town.manager, at=MONDAY)
    with pytest.raises(NotAllowed):
        approve_routing(draft, REPORTS, by=staff.handler, at=MONDAY)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (Rule("case.feld == 'x'", "place"), "condition-1"),
        (Rule("true", "unit:answers.x"), "target-1"),
        (Rule("true", "nowhere"), "target-1"),
    ],
)
def test_rules_that_cannot_work_are_refused(staff: Staff, town: Town, rule: Rule, wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        draft_routing(REPORTS, [rule], fallback=town.province, by=staff.desk, at=MONDAY)
    assert wrong in error.value.fields


def test_who_approves_hears_of_a_report_nobody_sees_to(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    assert not sweep(MONDAY + 4 * DAY).failed
    told = Message.objects.filter(about=f"cases.case:{report.pk}", channel="notice")
    assert {(one.template, one.person) for one in told} == {
        ("reports_escalated", staff.approver),
        ("cases_step_late", staff.approver),
    }
    assert all(one.link == f"/phan-anh/xu-ly/{report.case.code}/" for one in told)


def test_a_reports_way_costs_few_queries(sent: Send, staff: Staff) -> None:
    """Sent, given to somebody, answered, approved, found: no deed may cost more than it did when it was measured."""
    answered(sent(), staff)  # what is kept by the process is kept now
    most = {"send": 26, "assign": 7, "write": 15, "approve": 19, "find": 2}
    cost: dict[str, int] = {}

    def counted(name: str, do: Callable[[], object]) -> Any:
        with CaptureQueriesContext(connection) as caught:
            done = do()
        cost[name] = len(caught)
        return done

    report = counted("send", lambda: sent(key="k" * 20))
    step = report.case.steps.select_related("agency", "case").get()
    counted("assign", lambda: assign_step(step, to=staff.handler, by=staff.handler, at=MONDAY))
    counted("write", lambda: write_answer(report, by=staff.handler, text="Đã vá.", at=MONDAY))
    counted("approve", lambda: approve_answer(report, by=staff.approver, at=MONDAY))
    counted("find", lambda: list(cases_visible_to(staff.desk, REPORTS).filter(search__contains="o ga")[:20]))
    assert all(cost[name] <= limit for name, limit in most.items()), cost
