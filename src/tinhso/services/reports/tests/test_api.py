"""The queue for programs: what its page shows, to whom its page shows it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.models import AgencyKind, Person
from tinhso.blocks.identity.actions import issue_token, open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.reports.models import Report
from tinhso.services.reports.tests.conftest import Staff, post


def asked(person: Person, query: str = "") -> Any:
    account = Account.objects.filter(person=person).first() or open_account(
        kind=Account.Kind.STAFF, person=person, username=f"staff{person.pk}", by=None
    )
    scopes = {"reports.search", "reports.read", "reports.moderate"}
    _token, secret = issue_token(account, name="phần mềm", scopes=scopes, valid_for=timedelta(days=1), by=person)
    return Client().get(f"/api/v1/reports{query}", headers={"Authorization": f"Bearer {secret}"})


def test_a_program_reads_the_queue_of_its_person(sent: Any, staff: Staff) -> None:
    report: Report = sent(text="Ổ gà trước trường học")
    [row] = asked(staff.desk, "?q=o ga").json()["rows"]
    assert (row["code"], row["agency"], row["text"]) == (report.case.code, report.case.agency.code, "Ổ gà trước trường học")
    assert (row["clock"], row["shown"], row["me_too"]) == ("overdue", "waiting", 0)
    assert [found["code"] for found in asked(staff.desk, "?tab=kiem-duyet").json()["rows"]] == [report.case.code]
    assert asked(staff.desk, "?field=PA-TNMT").json() == {"rows": [], "next": None, "previous": None}


def test_a_program_sees_no_more_than_its_person(sent: Any, staff: Staff, town: Town) -> None:
    report: Report = sent()
    assert report.case.agency == town.province
    elsewhere = create_agency(
        name="Sở Y tế",
        short_name="Sở Y tế",
        code="H20.10",
        kind=AgencyKind.DEPARTMENT,
        unit=town.province.unit,
        parent=town.province,
        by=None,
    )
    assert asked(post(elsewhere, "Công chức", ["report_handler"], "Lê Văn Xa")).json()["rows"] == []
    assert asked(town.specialist).status_code == 403  # sees to procedures, not to reports
    assert asked(staff.handler, "?tab=kiem-duyet").status_code == 403
    assert Client().get("/api/v1/reports").status_code == 401


@pytest.mark.parametrize(("query", "field"), [("?tab=khong-co", "tab"), ("?cursor=xyz", None)])
def test_what_no_queue_has_is_refused_with_a_reason(staff: Staff, query: str, field: str | None) -> None:
    answer = asked(staff.handler, query)
    assert answer.status_code == 422
    assert field is None or field in answer.json()["fields"]
