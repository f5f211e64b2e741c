"""What once went wrong between sender, agency and public."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.clock import standing
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.tests.test_stripping import photo
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.events import Event
from tinhso.kernel.time.term import Unit
from tinhso.services.reports import jobs
from tinhso.services.reports.actions import follow
from tinhso.services.reports.actions.answering import approve_answer, return_answer, write_answer
from tinhso.services.reports.actions.asking import WAIT, ask_reporter, go_on, go_on_where_silent
from tinhso.services.reports.actions.commissioning import commission
from tinhso.services.reports.actions.moderating import hide, publish
from tinhso.services.reports.actions.moving import forward, join, split
from tinhso.services.reports.actions.reporter import rate, reopen
from tinhso.services.reports.actions.sending import Sender
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Commission, Follower, Photo, Report
from tinhso.services.reports.published import report_of
from tinhso.services.reports.queries import photos_shown, public_file, report_for_staff
from tinhso.services.reports.tests.conftest import HERE, Staff

Send = Callable[..., Report]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def routed(town: Town, staff: Staff) -> None:
    draft = draft_routing(REPORTS, [Rule("true", "place")], fallback=town.province, by=staff.desk, at=MONDAY - DAY)
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY - DAY)


def answered(report: Report, staff: Staff) -> Report:
    write_answer(report, by=staff.handler, text="Đã vá xong.", at=MONDAY)
    approve_answer(report, by=staff.approver, at=MONDAY)
    return Report.objects.select_related("case__agency").get(pk=report.pk)


def answer_told(report: Report) -> None:
    jobs.tell_reporter(Event("reports.answered", "cases.case", str(report.pk), None))


def test_the_public_reads_the_moderators_address_never_the_senders(sent: Send, staff: Staff) -> None:
    report = sent(place=Place(HERE, "Nhà ông Ba, 0912345678"))
    page, request = f"/phan-anh/{report.case.code}/", f"/open311/v2/requests/{report.case.code}.json"
    publish(report, by=staff.desk, text="Ổ gà")
    assert "0912345678" not in Client().get(page).content.decode()
    assert Client().get(request).json()[0]["address"] == report.case.place.unit.name
    publish(report, by=staff.desk, text="Ổ gà", where="Trước chợ Thạnh Trị")
    assert "Trước chợ Thạnh Trị" in Client().get(page).content.decode()
    assert Client().get(request).json()[0]["address"] == "Trước chợ Thạnh Trị"


def test_silence_holds_a_report_up_five_days_at_most(sent: Send, staff: Staff) -> None:
    report = sent()
    ask_reporter(report, by=staff.handler, question="Làn nào?", at=MONDAY)
    go_on_where_silent(MONDAY + WAIT - DAY)
    assert Case.objects.get(pk=report.pk).due_at is None
    go_on_where_silent(MONDAY + WAIT)
    go_on_where_silent(MONDAY + WAIT)
    case = Case.objects.get(pk=report.pk)
    assert case.status == Status.IN_PROGRESS
    assert case.due_at
    assert case.timeline.filter(event="supplement_unanswered").count() == 1
    ask_reporter(report, by=staff.handler, question="Làn nào?", at=MONDAY + WAIT)
    assert go_on(report, by=staff.handler, at=MONDAY + WAIT).status == Status.IN_PROGRESS
    with pytest.raises(WrongState):
        go_on(report, by=staff.handler, at=MONDAY + WAIT)


def test_nobody_is_asked_who_cannot_be_reached(sent: Send, staff: Staff) -> None:
    with pytest.raises(WrongState, match="không để lại"):
        ask_reporter(sent(by=None), by=staff.handler, question="Làn nào?", at=MONDAY)
    asked = ask_reporter(sent(by=None, sender=Sender(email="an@vidu.example")), by=staff.handler, question="Làn nào?", at=MONDAY)
    assert asked.status == Status.SUPPLEMENT_ASKED


def test_a_report_from_the_line_that_is_not_yet_adopted_breaks_no_screen(sent: Send, staff: Staff) -> None:
    report, other = sent(at=now()), sent(at=now())
    Report.objects.filter(pk=report.pk).delete()
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=staff.handler, username="can", by=None))
    for tab in ("", "dang-xu-ly", "tat-ca"):
        page = client.get("/phan-anh/xu-ly/", {"muc": tab})
        assert page.status_code == 200
        assert other.case.code in page.content.decode()
    assert client.get(f"/phan-anh/xu-ly/{report.case.code}/").status_code == 404
    with pytest.raises(NotFound):
        report_for_staff(report.case.code, staff.handler)


@pytest.mark.parametrize("code", ["99999", "82"])
def test_a_code_that_no_commune_bears_is_no_place(sent: Send, code: str) -> None:
    with pytest.raises(Invalid) as error:
        sent(place=Place(commune=code))
    assert "place" in error.value.fields


def test_who_took_a_report_down_for_somebody_is_not_its_sender(sent: Send, town: Town) -> None:
    report = sent()
    Case.objects.filter(pk=report.pk).update(submitted_by=town.stranger)
    with pytest.raises(NotFound):
        report_of(report.case.code, person=town.stranger, own=False)
    assert report_of(report.case.code, person=town.citizen, own=False)[1]


def test_a_report_joined_to_another_is_neither_rated_nor_opened_again(sent: Send, staff: Staff, town: Town) -> None:
    first, second = sent(), sent()
    join(second, first, by=staff.desk, at=MONDAY)
    with pytest.raises(WrongState):
        rate(second, by=town.citizen, stars=1, at=MONDAY)
    with pytest.raises(WrongState):
        reopen(second, by=town.citizen, why="Vẫn còn", at=MONDAY)


def test_the_first_answer_stays_in_the_history_when_it_is_opened_again(sent: Send, staff: Staff, town: Town) -> None:
    report = answered(sent(), staff)
    reopen(report, by=town.citizen, why="Vẫn còn", at=MONDAY + DAY)
    assert report.case.timeline.get(event="answered").note == "Đã vá xong."


def test_where_the_default_desk_is_closed_the_uppermost_agency_takes_it(sent: Send, town: Town, staff: Staff) -> None:
    draft = draft_routing(REPORTS, [Rule("true", "place")], fallback=town.agency, by=staff.desk, at=MONDAY - DAY)
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY - DAY)
    town.agency.active = False
    town.agency.save()
    report = sent()
    assert report.case.agency == town.province
    assert report.routed.startswith("failed")


def test_followers_are_told_all_or_none(sent: Send, staff: Staff, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    report = publish(sent(), by=staff.desk, text="Ổ gà")
    for number in range(3):
        follow(report, phone=f"091234567{number}")
    report, send, done = answered(report, staff), jobs.send, []

    def breaks_off(*args: object, **given: object) -> object:
        if len(done) == 2:
            raise RuntimeError
        done.append(given)
        return send(*args, **given)  # type: ignore[arg-type]

    told = Message.objects.filter(template__startswith="reports_answered")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "send", breaks_off)
        with pytest.raises(RuntimeError):
            answer_told(report)
    assert not told.exists()
    answer_told(report)
    answer_told(report)
    assert told.filter(channel="sms").count() == 3


def test_a_follower_leaves_by_the_link_in_the_mail_from_any_device(sent: Send, staff: Staff, town: Town) -> None:
    report = publish(sent(), by=staff.desk, text="Ổ gà")
    follow(report, email="hoa@example.org", too=True)
    follow(report, phone="0912345678")
    answer_told(answered(report, staff))
    told = Message.objects.filter(template="reports_answered_others")
    (way,) = re.findall(r"/phan-anh/thoi-nhan-tin/\S+", told.get(channel="email").body)
    assert "thoi-nhan-tin" not in told.get(channel="sms").body
    device = Client()
    assert report.case.code in device.get(way).content.decode()
    assert Follower.objects.filter(address="hoa@example.org").exists()  # to open it says nothing
    for _press in range(2):
        assert "không còn nhận tin" in device.post(way, follow=True).content.decode()
    assert [one.address for one in Follower.objects.all()] == ["0912345678"]
    assert device.get(f"{way[:-2]}x/").status_code == 404


def test_a_step_and_its_report_count_in_one_unit(sent: Send, staff: Staff) -> None:
    case = sent(at=MONDAY).case
    stands = standing(case, MONDAY + timedelta(hours=1), list(case.steps.select_related("agency")))
    spans = [one.span for one in (stands.remaining, stands.steps[0].remaining) if one]
    assert {span.unit for span in spans if span} == {Unit.HOURS}


def test_of_a_hidden_report_only_its_senders_hear(sent: Send, staff: Staff, town: Town) -> None:
    report = publish(sent(), by=staff.desk, text="Ổ gà")
    follow(report, phone="0912345678")
    other = sent(by=town.stranger)
    join(other, report, by=staff.desk, at=MONDAY)
    hide(report, by=staff.desk, why="Nêu tên")
    answer_told(answered(report, staff))
    told = Message.objects.filter(template__startswith="reports_answered")
    assert not told.filter(channel="sms").exists()
    assert {(one.person, one.link) for one in told.filter(channel="notice")} == {
        (town.citizen, f"/phan-anh/{report.case.code}/"),
        (town.stranger, f"/phan-anh/{other.case.code}/"),
    }
    assert "mở lại" not in told.get(person=town.stranger, channel="notice").body


def test_nothing_is_joined_to_what_has_ended(sent: Send, staff: Staff) -> None:
    first = answered(sent(), staff)
    with pytest.raises(WrongState, match="kết thúc"):
        join(sent(), first, by=staff.desk, at=MONDAY)


def test_who_left_an_address_keeps_it_when_the_report_is_joined_or_split(sent: Send, staff: Staff) -> None:
    first, second = sent(), sent(by=None, sender=Sender("Trần Văn An", "", "an@vidu.example"))
    new = split(second, field="PA-TNMT", kind="garbage", text="Rác", by=staff.approver, at=MONDAY)
    party = new.parties.get(role="applicant")
    assert (party.name, party.email) == ("Trần Văn An", "an@vidu.example")
    join(second, first, by=staff.desk, at=MONDAY)
    assert Follower.objects.get(report=first).address == "an@vidu.example"


def test_the_sender_sees_no_photo_after_the_work_before_it_is_released(sent: Send, staff: Staff) -> None:
    file = store_photo(SimpleUploadedFile("Nguyen Van An 0912.jpg", photo()), by=None)
    report = sent(files=[file])
    after = Photo.objects.create(
        report=report, file=store_photo(SimpleUploadedFile("b.jpg", photo()), by=None), stage=Photo.Stage.AFTER
    )
    (own,) = photos_shown(report, own=True)
    assert public_file(own).name == f"anh-{own.pk}.jpg"
    assert list(photos_shown(report, own=False)) == []
    publish(report, by=staff.desk, text="Ổ gà", photos=[after.pk])
    assert list(photos_shown(report, own=False)) == [after]


def test_a_contractors_link_ends_when_the_report_is_forwarded(sent: Send, staff: Staff, town: Town) -> None:
    report = sent()
    commission(report, by=staff.handler, email="doi1@congty.vn", task="Vá", at=MONDAY)
    forward(report, by=staff.handler, reason="Đường tỉnh", at=MONDAY)
    assert Commission.objects.get(report=report).withdrawn_at == MONDAY


def test_a_page_opened_before_the_answer_was_changed_approves_nothing(sent: Send, staff: Staff) -> None:
    report = sent()
    write_answer(report, by=staff.handler, text="Bản một", at=MONDAY)
    before = report.case.steps.get(does="sign", done_at=None).pk
    return_answer(report, by=staff.approver, reason="Sửa", at=MONDAY)
    write_answer(report, by=staff.handler, text="Bản hai", at=MONDAY)
    with pytest.raises(WrongState, match="đã được sửa"):
        approve_answer(report, by=staff.approver, text="Bản một", step=before, at=MONDAY)
    now_waiting = report.case.steps.get(does="sign", done_at=None).pk
    approve_answer(report, by=staff.approver, step=now_waiting, at=MONDAY)
    report.refresh_from_db()
    assert report.answer == "Bản hai"


def test_who_wrote_the_answer_does_not_approve_it(sent: Send, staff: Staff) -> None:
    report = sent()
    write_answer(report, by=staff.handler, text="Đã vá.", at=MONDAY)
    report.case.steps.filter(does="draft").update(done_by=staff.approver)
    with pytest.raises(NotAllowed):
        approve_answer(report, by=staff.approver, at=MONDAY)
