"""The page of figures, the cases behind a number, the files."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from lxml import html

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_figures import settle
from tinhso.blocks.directory.models import Person

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    """Received some moments ago."""
    found = accept_case(submitted(at=now() - timedelta(minutes=5)), by=town.clerk)
    Case.objects.filter(pk=found.pk).update(received_at=now() - timedelta(minutes=5))
    settle()
    return found


def test_a_number_leads_to_the_cases_behind_it(town: Town, case: Case, desk: Desk) -> None:
    client = desk(town.manager)
    page = html.fromstring(client.get("/so-lieu/").content)
    links = [link for link in page.xpath("//a/@href") if "phan=received" in link]
    assert links
    for link in links:
        assert case.code in client.get(link).content.decode()


def test_the_period_and_agency_stay_in_every_address(town: Town, case: Case, desk: Desk) -> None:
    page = html.fromstring(desk(town.manager).get("/so-lieu/?ky=2026-Q3&co_quan=H20.70").content)
    links = [link for link in page.xpath("//main//a/@href") if "theo=" in link or "/tai-ve/" in link]
    assert links
    assert all("ky=2026-Q3" in link and "co_quan=H20.70" in link for link in links)


def test_an_indicator_without_cases_says_so(town: Town, desk: Desk) -> None:
    page = html.fromstring(desk(town.manager).get("/so-lieu/?ky=2020-01").content)
    shown = dict(
        zip(page.xpath("//*[@class='indicator-code']/text()"), page.xpath("//*[@class='indicator-value']/text()"), strict=True)
    )
    assert shown["2.1"] == shown["5.4"] == "–"


def test_an_agency_above_is_not_there_for_those_below(town: Town, desk: Desk) -> None:
    assert desk(town.chairman).get("/so-lieu/?co_quan=H20").status_code == 404


@pytest.mark.parametrize("address", ["/so-lieu/?ky=khong", "/so-lieu/?tu=2026-11-09&den=2026-11-01", "/so-lieu/?ky=ngay&tu=x"])
def test_an_address_without_a_period_is_refused(town: Town, desk: Desk, address: str) -> None:
    assert desk(town.manager).get(address).status_code == 422


def test_days_may_be_asked_for(town: Town, desk: Desk) -> None:
    page = desk(town.manager).get("/so-lieu/?ky=ngay&tu=2026-11-02&den=2026-11-08").content.decode()
    assert "Từ 02/11/2026 đến 08/11/2026" in page


def test_the_spreadsheet_has_three_sheets(town: Town, case: Case, desk: Desk) -> None:
    answer = desk(town.manager).get("/so-lieu/tai-ve/xlsx/")
    with ZipFile(BytesIO(answer.content)) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert len(names) == 3
        assert case.agency.name in book.read("xl/sharedStrings.xml").decode()


def test_the_csv_has_a_row_an_agency_and_the_sum(town: Town, case: Case, desk: Desk) -> None:
    rows = desk(town.manager).get("/so-lieu/tai-ve/csv/").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["Tên", case.agency.name, "Cộng"]


@pytest.mark.parametrize("by", ["", "linh-vuc", "thu-tuc"])
def test_the_queries_of_a_page_do_not_grow_with_the_cases(town: Town, submitted: Submit, desk: Desk, by: str) -> None:
    client, counted = desk(town.manager), []
    client.get("/so-lieu/")  # whose powers are kept from now on
    for _time in range(2):
        for _case in range(3):
            accept_case(submitted(at=now()), by=town.clerk)
        settle()
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/so-lieu/?theo={by}").status_code == 200
        counted.append(len(queries))
    assert counted == [9, 9]


def test_whose_step_made_cases_late_and_the_cases_behind_it(town: Town, submitted: Submit, desk: Desk) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    Case.objects.filter(pk=case.pk).update(due_at=now() - timedelta(days=1))
    case.steps.update(opened_at=now() - timedelta(days=3))
    settle()
    client = desk(town.manager)
    page = html.fromstring(client.get("/so-lieu/tre/").content)
    [link] = [link for link in page.xpath("//a/@href") if "vai=" in link]
    behind = client.get(link).content.decode()
    assert case.code in behind
    assert behind.count("data-row") == 1


def test_a_role_that_made_none_late_has_no_cases(town: Town, case: Case, desk: Desk) -> None:
    assert "data-row" not in desk(town.manager).get("/so-lieu/ho-so/?phan=late&tai=H20.70&vai=keeper").content.decode()


def test_a_period_without_late_cases_says_so(town: Town, desk: Desk) -> None:
    assert "Không có hồ sơ trễ hạn" in desk(town.manager).get("/so-lieu/tre/?ky=2020-01").content.decode()
