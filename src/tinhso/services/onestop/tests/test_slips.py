"""The control slip (form 06) and the register (form 07)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.slips import control_slip
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]
DAY = timedelta(days=1)
NOVEMBER = "tu=2026-11-01&den=2026-11-30"


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    received = accept_case(submitted(), by=town.clerk, at=MONDAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the facts, which are written when a transaction ends
    return received


def finish(case: Case, node: str, by: Person, days: int) -> None:
    complete_step(case.steps.select_related("case").get(node=node, done_at=None), by=by, at=MONDAY + days * DAY)


def test_the_slip_says_who_gave_the_case_to_whom_and_who_was_late(town: Town, case: Case) -> None:
    finish(case, "check", town.other_specialist, 0)
    finish(case, "review", town.specialist, 3)  # its share ended on Wednesday
    rows = {row.step: row for row in control_slip(case, MONDAY + 4 * DAY)}
    assert {step: (row.giver, row.receiver, str(row.result)) for step, row in rows.items()} == {
        "Thẩm định": (town.agency.name, town.specialist.full_name, "Quá hạn"),
        "Đối chiếu sổ": (town.agency.name, town.other_specialist.full_name, "Trước hạn"),
        "Dự thảo": (town.specialist.full_name, "", "Quá hạn, chưa xong"),
    }


def test_the_slip_is_shown_and_printed(town: Town, case: Case, desk: Desk) -> None:
    client = desk(town.specialist)
    page = client.get(f"/mot-cua/ho-so/{case.code}/phieu-kiem-soat/")
    assert "Thẩm định" in page.content.decode()
    assert client.get(f"/mot-cua/ho-so/{case.code}/phieu-kiem-soat/in/").content.startswith(b"%PDF")


def test_the_register_holds_the_cases_of_the_period_that_the_reader_may_read(town: Town, case: Case, desk: Desk) -> None:
    def listed(client: Client, asked: str) -> bool:
        return case.code in client.get(f"/mot-cua/so-theo-doi/?{asked}").content.decode()

    clerk, manager = desk(town.clerk), desk(town.manager)
    assert listed(clerk, NOVEMBER)
    assert listed(clerk, f"{NOVEMBER}&linh_vuc=HT")
    assert not listed(clerk, "tu=2026-10-01&den=2026-10-31")
    assert listed(manager, f"{NOVEMBER}&co_quan={town.agency.pk}")
    assert not listed(manager, f"{NOVEMBER}&co_quan={town.province.pk}")
    assert desk(town.specialist).get(f"/mot-cua/so-theo-doi/?{NOVEMBER}").status_code == 403


@pytest.mark.parametrize("asked", ["tu=2026-11-30&den=2026-11-01", "tu=hôm-nay", "tu=2026-02-30", "tu=2020-01-01&den=2026-01-01"])
def test_days_that_make_no_period_are_refused_in_words(town: Town, desk: Desk, asked: str) -> None:
    assert desk(town.clerk).get(f"/mot-cua/so-theo-doi/?{asked}").status_code == 422


def test_taking_the_register_as_a_file_leaves_a_trace(town: Town, case: Case, desk: Desk) -> None:
    client = desk(town.clerk)
    assert client.get(f"/mot-cua/so-theo-doi/in/?{NOVEMBER}").content.startswith(b"%PDF")
    sheet = client.get(f"/mot-cua/so-theo-doi/bang-tinh/?{NOVEMBER}").content
    assert case.code in ZipFile(BytesIO(sheet)).read("xl/sharedStrings.xml").decode()
    assert [entry.facts["cases"] for entry in AuditEntry.objects.filter(event="cases.register_taken")] == [1, 1]
