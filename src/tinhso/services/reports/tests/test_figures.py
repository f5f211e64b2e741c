"""Figures: the kept sums against the reports themselves, read one by one; the reports behind a number against the number."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from threading import Event, Thread

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.figures.period import Period
from tinhso.blocks.cases.models import Rating
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.kernel.errors import DomainError
from tinhso.kernel.time import local
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.moving import forward, join
from tinhso.services.reports.actions.recounting import recount_figures, settle_figures
from tinhso.services.reports.actions.reporter import rate, reopen
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.figures import MEASURES, Sums, added_up, reports_behind, sums_by_agency_and_field
from tinhso.services.reports.models import FigureDay, FigureMark, Report
from tinhso.services.reports.tests.conftest import Staff

Send = Callable[..., Report]
DAY = timedelta(days=1)
NOVEMBER = Period.parse("2026-11")


@pytest.fixture(autouse=True)
def routed(town: Town, staff: Staff) -> None:
    rules = [Rule('case.field == "PA-ANTT"', "place")]
    draft = draft_routing(REPORTS, rules, fallback=town.province, by=staff.desk, at=MONDAY - DAY)
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY - DAY)


def slow_sums() -> dict[tuple[date, int, int], Sums]:
    found: dict[tuple[date, int, int], Sums] = defaultdict(Sums)
    for report in Report.objects.select_related("case__rating"):
        case, rating = report.case, getattr(report.case, "rating", None)
        answered = report.answered_at is not None
        in_time = answered and (case.due_at is None or report.answered_at <= case.due_at)
        stars = rating.stars if rating else 0
        key = local(case.submitted_at).date(), case.agency_id, case.procedure_id
        found[key] += Sums(1, answered, in_time, case.ended_at is not None, stars, rating is not None)
    return dict(found)


def read() -> dict[tuple[date, int, int], Sums]:
    """As the pages read them, a day at a time."""
    days = {key[0] for key in slow_sums()} | set(FigureDay.objects.values_list("day", flat=True))
    return {(day, *key): sums for day in days for key, sums in sums_by_agency_and_field(day, day).items()}


def answered(report: Report, staff: Staff, at: datetime) -> None:
    write_answer(report, by=staff.handler, text="Đã vá xong.", at=at)
    approve_answer(report, by=staff.approver, at=at)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_befalls_reports_the_sums_say_what_the_reports_say(sent: Send, staff: Staff, town: Town, seed: int) -> None:
    random, reports, at = Random(seed), list[Report](), MONDAY

    deeds: list[Callable[[], object]] = [
        lambda: sent_report(random, sent, reports, at),
        lambda: answered(random.choice(reports), staff, at),
        lambda: answered(random.choice(reports), staff, at + 40 * DAY),
        lambda: forward(random.choice(reports), by=staff.handler, reason="Nhầm địa chỉ.", at=at),
        lambda: reopen(random.choice(reports), by=town.citizen, why="Chưa vá.", at=at),
        lambda: rate(random.choice(reports), by=town.citizen, stars=random.randint(1, 5), at=at),
        lambda: join(random.choice(reports), random.choice(reports), by=staff.desk, at=at),
        lambda: Rating.objects.filter(stars=random.randint(1, 5)).delete(),
        settle_figures,
    ]
    sent_report(random, sent, reports, at)
    for _number in range(25):
        at += random.choice((timedelta(), timedelta(hours=5), DAY))
        reports[:] = Report.objects.select_related("case__agency", "case__procedure").order_by("pk")
        with suppress(DomainError), transaction.atomic():
            random.choice(deeds)()
        assert read() == slow_sums()
    settle_figures()
    assert not FigureMark.objects.exists()
    assert read() == slow_sums()
    assert recount_figures() == 0


def sent_report(random: Random, sent: Send, reports: list[Report], at: datetime) -> None:
    field, kind = random.choice([("PA-ANTT", "pothole"), ("PA-TNMT", "garbage")])
    reports.append(sent(at=at, field=field, kind=kind, key=f"key-{len(reports)}-{at}"))


def test_sums_that_went_wrong_unmarked_are_found_and_put_right(sent: Send, staff: Staff) -> None:
    answered(sent(), staff, MONDAY)
    sent(at=MONDAY + 45 * DAY, key="later")
    settle_figures()
    FigureDay.objects.filter(answered=1).update(on_time=7)
    FigureDay.objects.filter(answered=0).delete()
    FigureDay.objects.create(
        day=MONDAY, agency_id=1, procedure_id=1, received=3, answered=0, on_time=0, closed=0, stars=0, rated=0
    )
    assert recount_figures() == 3
    assert read() == slow_sums()
    assert recount_figures() == 0


def test_what_waits_for_the_job_is_not_taken_for_wrong(sent: Send, staff: Staff) -> None:
    settle_figures()
    sent()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_marked()")
        assert cursor.fetchone() == (1,)
    assert FigureDay.objects.count() == 0
    assert recount_figures() == 0
    assert FigureDay.objects.count() == 1


def test_figures_need_no_rights_but_those_on_tables(db: None) -> None:
    """The application is granted tables; on a view it would have no rights after a first installation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'reports%' AND relkind IN ('v', 'm')")
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_a_rating_that_commits_after_its_report_was_given_on_is_counted_where_it_went(
    sent: Send, staff: Staff, town: Town
) -> None:
    report = sent()
    settle_figures()
    written, go_on = Event(), Event()

    def rate_slowly() -> None:
        try:
            with transaction.atomic():
                Rating.objects.create(case=report.case, stars=4, given_at=MONDAY)
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    other = Thread(target=rate_slowly)
    other.start()
    assert written.wait(20)
    forward(report, by=staff.handler, reason="Nhầm địa chỉ.", at=MONDAY)
    settle_figures()
    go_on.set()
    other.join(20)
    assert read() == slow_sums()
    settle_figures()
    assert read() == slow_sums()
    assert recount_figures() == 0
    assert [(kept.agency_id, kept.stars) for kept in FigureDay.objects.all()] == [(town.province.pk, 4)]


# --- the pages


def test_behind_every_number_are_as_many_reports(sent: Send, staff: Staff, town: Town) -> None:
    for number in range(5):
        sent(key=f"k{number}")
    first, second, third, fourth, *_rest = Report.objects.select_related("case__agency").order_by("pk")
    answered(first, staff, MONDAY)
    answered(second, staff, MONDAY + 60 * DAY)
    rate(first, by=town.citizen, stars=2, at=MONDAY + DAY)
    join(third, fourth, by=staff.desk, at=MONDAY)
    agencies = {town.agency.pk, town.province.pk}
    total = added_up(sums_by_agency_and_field(NOVEMBER.first, NOVEMBER.last).values())
    for name, measure in MEASURES.items():
        assert reports_behind(name, NOVEMBER, agencies).count() == measure.count(total), name
        assert reports_behind(name, NOVEMBER, agencies, "PA-CT").count() == 0
    assert [measure.count(total) for measure in MEASURES.values()] == [5, 2, 1, 1, 2, 1]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"u{person.pk}", by=None))
    return client


def test_staff_read_the_figures_of_their_agencies_and_the_reports_behind_them(sent: Send, staff: Staff, town: Town) -> None:
    report, other = sent(), sent(field="PA-TNMT", kind="garbage", key="other")
    handler = signed_in(staff.handler)
    page = handler.get("/phan-anh/xu-ly/so-lieu/?ky=2026-11").content.decode()
    assert town.agency.name in page
    assert "/phan-anh/xu-ly/so-lieu/phan-anh/?ky=2026-11&amp;co-quan=" in page
    behind = handler.get("/phan-anh/xu-ly/so-lieu/phan-anh/?ky=2026-11&phan=received").content.decode()
    assert report.case.code in behind
    assert other.case.code not in behind  # at the province
    by_field = signed_in(staff.desk).get("/phan-anh/xu-ly/so-lieu/?ky=2026-11&theo=linh-vuc").content.decode()
    assert "linh-vuc=PA-TNMT" in by_field
    for wrong, status in (("?ky=khong", 422), ("?co-quan=KHONG", 404), ("phan-anh/?phan=khong", 404)):
        assert handler.get(f"/phan-anh/xu-ly/so-lieu/{wrong}").status_code == status


def test_the_public_figures_add_up_and_say_since_when(client: Client, sent: Send, staff: Staff, town: Town) -> None:
    cache.clear()
    answered(sent(), staff, MONDAY)
    Rating.objects.create(case=Report.objects.get().case, stars=4, given_at=MONDAY)
    page = client.get("/phan-anh/so-lieu/").content.decode()
    assert "1/1" in page
    assert "4,0/5" in page
