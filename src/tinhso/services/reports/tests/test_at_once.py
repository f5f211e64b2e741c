"""Two people do something to one report at the same moment; the job that goes on where nobody answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils.timezone import now

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.models import Case, CaseLink, Status
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.tests.test_stripping import film, photo
from tinhso.kernel.errors import DomainError
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.asking import WAIT, ask_reporter
from tinhso.services.reports.actions.moderating import MOST_STILLS, hide, keep_stills, publish
from tinhso.services.reports.actions.moving import forward, join
from tinhso.services.reports.actions.reporter import answer_question
from tinhso.services.reports.actions.templates import keep_template
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.jobs import wait_no_longer
from tinhso.services.reports.models import AnswerTemplate, Report
from tinhso.services.reports.tests.conftest import Staff, post

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[..., Report]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once; a refusal counts as an answer."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(20)
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refused(answers: list[Any]) -> int:
    return sum(isinstance(one, DomainError) for one in answers)


@pytest.fixture(autouse=True)
def routed(town: Town, staff: Staff) -> None:
    at = now() - timedelta(days=30)
    draft = draft_routing(REPORTS, [Rule("true", "place")], fallback=town.province, by=None, at=at)
    approve_routing(draft, REPORTS, by=None, at=at)


@pytest.fixture
def second(town: Town, staff: Staff) -> Person:
    return post(town.agency, "Người duyệt thứ hai", ["report_approver"], "Tô Văn Hai")


def test_two_approve_and_one_answer_is_given(sent: Send, staff: Staff, second: Person) -> None:
    report = sent(at=now())
    write_answer(report, by=staff.handler, text="Đã vá xong.")
    answers = together(
        lambda: approve_answer(report, by=staff.approver, text="Một"), lambda: approve_answer(report, by=second, text="Hai")
    )
    assert refused(answers) == 1
    report.refresh_from_db()
    assert report.answer in {"Một", "Hai"}
    assert Case.objects.get(pk=report.pk).timeline.filter(event="answered").count() == 1


def test_two_hand_over_and_one_version_waits(sent: Send, town: Town, staff: Staff) -> None:
    other = post(town.agency, "Công chức thứ hai", ["report_handler"], "Tạ Văn Ba")
    report = sent(at=now())
    answers = together(
        lambda: write_answer(report, by=staff.handler, text="Một"), lambda: write_answer(report, by=other, text="Hai")
    )
    assert refused(answers) == 1
    assert Case.objects.get(pk=report.pk).steps.filter(does="sign", done_at=None, cancelled=False).count() == 1


def test_a_report_is_forwarded_while_its_answer_is_approved(sent: Send, town: Town, staff: Staff) -> None:
    report = sent(at=now())
    write_answer(report, by=staff.handler, text="Đã vá xong.")
    answers = together(
        lambda: approve_answer(report, by=staff.approver),
        lambda: forward(report, by=staff.handler, reason="Đường tỉnh", to=town.province),
    )
    assert refused(answers) == 1
    case = Case.objects.get(pk=report.pk)
    assert (case.status, case.agency) in {(Status.RETURNED, town.agency), (Status.IN_PROGRESS, town.province)}


def test_who_waited_while_a_report_went_to_another_agency_is_answered(sent: Send, town: Town, staff: Staff) -> None:
    report = sent(at=now())
    write_answer(report, by=staff.handler, text="Đã vá xong.")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Case.objects.filter(pk=report.pk).update(agency=town.province)
            waiting = pool.submit(together, lambda: approve_answer(report, by=staff.approver))
            sleep(1)
            assert not waiting.done()
        assert waiting.result(20)


def test_a_report_is_joined_to_one_that_is_being_answered(sent: Send, staff: Staff, town: Town) -> None:
    first, double = sent(at=now()), sent(at=now(), by=None, phone="0912345678")
    write_answer(first, by=staff.handler, text="Đã vá xong.")
    together(lambda: approve_answer(first, by=staff.approver), lambda: join(double, first, by=staff.desk))
    joined = CaseLink.objects.filter(case=double.pk, kind="duplicate").exists()
    assert Case.objects.get(pk=first.pk).status == Status.RETURNED
    # joined in time, or else it goes on by itself: never ended without an answer
    assert Case.objects.get(pk=double.pk).status == (Status.STOPPED if joined else Status.IN_PROGRESS)


def test_two_reports_are_not_joined_to_each_other(sent: Send, staff: Staff) -> None:
    one, other = sent(at=now()), sent(at=now(), by=None, phone="0912345678")
    answers = together(lambda: join(one, other, by=staff.desk), lambda: join(other, one, by=staff.desk))
    assert refused(answers) == 1
    assert CaseLink.objects.count() == 1


def test_it_is_published_and_hidden_at_once_and_says_one_of_the_two(sent: Send, staff: Staff) -> None:
    report = sent(at=now())
    together(lambda: publish(report, by=staff.desk, text="Ổ gà"), lambda: hide(report, by=staff.desk, why="Nêu tên"))
    report.refresh_from_db()
    assert (report.shown == "public") is (report.why_hidden == "")


def test_the_sender_answers_while_the_wait_ends(sent: Send, staff: Staff, town: Town) -> None:
    at = now() - WAIT - timedelta(days=1)
    report = sent(at=at)
    ask_reporter(report, by=staff.handler, question="Ở đâu?", at=at)
    together(lambda: answer_question(report, by=town.citizen, text="Trước chợ"), lambda: wait_no_longer(int(now().timestamp())))
    case = Case.objects.get(pk=report.pk)
    assert case.status == Status.IN_PROGRESS
    assert case.timeline.filter(event__in=["supplement_answered", "supplement_unanswered"]).count() == 1


def test_the_job_goes_on_where_nobody_answered_and_nowhere_else(sent: Send, staff: Staff) -> None:
    long_ago, lately = now() - WAIT - timedelta(hours=1), now() - WAIT + timedelta(hours=1)
    old, young = sent(at=long_ago), sent(at=lately)
    ask_reporter(old, by=staff.handler, question="Ở đâu?", at=long_ago)
    ask_reporter(young, by=staff.handler, question="Ở đâu?", at=lately)
    for _time in range(2):
        wait_no_longer(int(now().timestamp()))
    assert [Case.objects.get(pk=one.pk).status for one in (old, young)] == [Status.IN_PROGRESS, Status.SUPPLEMENT_ASKED]
    assert Case.objects.get(pk=old.pk).timeline.filter(event="supplement_unanswered").count() == 1


def test_two_keep_a_template_of_one_name_and_one_is_refused(town: Town) -> None:
    answers = together(*[lambda: keep_template("Mẫu", "Đã xử lý.", by=None)] * 2)
    assert refused(answers) == 1
    assert AnswerTemplate.objects.count() == 1


def test_two_take_stills_of_a_film_and_no_more_are_kept_than_may_be(sent: Send, staff: Staff) -> None:
    filmed = sent(at=now(), files=[store_photo(SimpleUploadedFile("v.mp4", film()), by=None)]).photos.get()

    def stills() -> list[StoredFile]:
        return [store_photo(SimpleUploadedFile("a.jpg", photo(), "image/jpeg"), by=staff.desk) for _n in range(MOST_STILLS)]

    answers = together(*[lambda one=one: keep_stills(filmed, one, by=staff.desk) for one in (stills(), stills())])
    assert refused(answers) == 1
    assert filmed.stills.count() == MOST_STILLS
