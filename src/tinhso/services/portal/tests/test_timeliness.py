"""The public board of timeliness."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.figures.board import public_board
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_figures import settle
from tinhso.kernel.time import VIETNAM

Submit = Callable[..., Case]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def ended(case: Case, at: datetime) -> Case:
    Case.objects.filter(pk=case.pk).update(status=Status.DONE, ended_at=at)
    settle()
    return case


def test_nothing_received_yet(client: Client, town: Town) -> None:
    assert "Chưa có hồ sơ nào" in client.get("/tien-do/").content.decode()


def test_the_board_counts_this_month_and_twelve(town: Town, submitted: Submit) -> None:
    in_time, late, earlier, before = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _case in range(4))
    accept_case(submitted(), by=town.clerk, at=MONDAY)
    ended(in_time, MONDAY + timedelta(hours=2))
    ended(late, MONDAY + timedelta(days=10))
    ended(earlier, datetime(2026, 10, 31, 23, 59, tzinfo=VIETNAM))
    ended(before, datetime(2025, 11, 30, 23, 59, tzinfo=VIETNAM))
    [line] = public_board(MONDAY + timedelta(days=11)).lines
    assert (line.month.on_time, line.month.late, line.month.percent) == (1, 1, 50.0)
    assert (line.year.on_time, line.year.late, line.year.percent) == (2, 1, 66.67)
    assert (line.open, line.overdue) == (1, 1)


def test_a_refused_case_is_neither_on_time_nor_late(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    Case.objects.filter(pk=case.pk).update(status=Status.STOPPED, ended_at=MONDAY + timedelta(days=10))
    settle()
    [line] = public_board(MONDAY + timedelta(days=11)).lines
    assert (line.month.all, line.month.percent, line.open) == (0, None, 0)


def test_everybody_reads_it_and_it_names_nobody(client: Client, town: Town, submitted: Submit) -> None:
    case = ended(accept_case(submitted(at=now()), by=town.clerk), now())
    page = client.get("/tien-do/").content.decode()
    assert town.agency.name in page
    assert case.code not in page
    assert case.applicant_name not in page


def test_an_agency_is_found_without_accents(client: Client, town: Town, submitted: Submit) -> None:
    ended(accept_case(submitted(at=now()), by=town.clerk), now())
    assert town.agency.name in client.get("/tien-do/?q=dao+thanh").content.decode()
    assert "Không có cơ quan nào tên “x&lt;y”" in client.get("/tien-do/", {"q": "x<y"}).content.decode()


def test_it_is_counted_once_in_some_minutes(client: Client, town: Town, submitted: Submit) -> None:
    ended(accept_case(submitted(at=now()), by=town.clerk), now())
    counted = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/tien-do/")
        counted.append(len(queries))
    assert counted[0] - counted[1] == 2, "of the facts and of the agencies' names"
