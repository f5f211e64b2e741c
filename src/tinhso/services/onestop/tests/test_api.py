"""The API of cases, as programs use it: well, carelessly and with bad intent."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.blocks.cases.actions.clock import begin_pause
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import Town, make_town
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import issue_token, open_account
from tinhso.blocks.identity.models import Account

GIVEN: dict[str, Any] = {
    "procedure": "9.000001",
    "agency": "H20.70",
    "applicant": {"name": "Đặng Thị Ánh", "identity_number": "082190000123"},
    "answers": {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
    "parts_on_paper": ["don"],
}
RECEIVE = {"cases.receive", "cases.search", "cases.read", "cases.work", "directory.read_persons"}


@dataclass(frozen=True)
class Program:
    """A program with the token of somebody."""

    secret: str

    def post(self, address: str, body: object, **headers: str) -> HttpResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        client = Client(raise_request_exception=False)
        return client.post(address, text, content_type="application/json", headers=self._headers(headers))

    def get(self, address: str) -> HttpResponse:
        return Client(raise_request_exception=False).get(address, headers=self._headers({}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **{name.replace("_", "-"): value for name, value in more.items()}}


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    town = make_town()
    install_procedure(load_folder(write_folder(tmp_path / "9.000001")), by=None)
    return town


@pytest.fixture
def program(town: Town) -> Callable[..., Program]:
    def make(person: Person, *scopes: str) -> Program:
        account = Account.objects.filter(person=person).first() or open_account(
            kind=Account.Kind.STAFF, person=person, username=f"staff{person.pk}", by=None
        )
        _token, secret = issue_token(account, name="phần mềm", scopes=scopes, valid_for=timedelta(days=1), by=person)
        return Program(secret)

    return make


def test_a_program_hands_a_case_in_and_takes_it_up(town: Town, program: Callable[..., Program]) -> None:
    clerk = program(town.clerk, *RECEIVE)
    answer = clerk.post("/api/v1/cases", GIVEN)
    assert answer.status_code == 201
    case = Case.objects.get(code=answer.json()["code"])
    assert (case.applicant, case.submitted_by) == (town.citizen, town.clerk)
    assert clerk.post(f"/api/v1/cases/{case.code}/accept", {}).json()["status"] == 4


def test_what_is_handed_in_and_a_step_completed_take_few_statements(town: Town, program: Callable[..., Program]) -> None:
    clerk, specialist = program(town.clerk, *RECEIVE), program(town.specialist, "cases.work")

    def statements(address: str, body: object, by: Program, status: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert by.post(address, body).status_code == status
        return sum("SAVEPOINT" not in query["sql"] for query in seen)

    def step() -> int:
        code = clerk.post("/api/v1/cases", GIVEN).json()["code"]
        clerk.post(f"/api/v1/cases/{code}/accept", {})
        return Case.objects.get(code=code).steps.get(node="review").pk

    clerk.post("/api/v1/cases", GIVEN)
    assert statements("/api/v1/cases", GIVEN, clerk, 201) == 6
    specialist.post(f"/api/v1/steps/{step()}/complete", {})
    assert statements(f"/api/v1/steps/{step()}/complete", {}, specialist, 200) == 9  # two of them the join


def test_a_call_repeated_under_one_key_makes_one_case_and_another_account_s_key_is_another(
    town: Town, program: Callable[..., Program]
) -> None:
    clerk, long = program(town.clerk, *RECEIVE), "k" * 80
    first = clerk.post("/api/v1/cases", GIVEN, Idempotency_Key=long).json()["code"]
    assert clerk.post("/api/v1/cases", GIVEN, Idempotency_Key=long).json()["code"] == first
    assert clerk.post("/api/v1/cases", GIVEN, Idempotency_Key=f"{long}2").json()["code"] != first

    other = register_person("Ngô Thị Sáu", by=None)
    appoint(other, town.clerk.tenures.get().post, valid_from=date(2025, 1, 1), by=None)
    assert program(other, *RECEIVE).post("/api/v1/cases", GIVEN, Idempotency_Key=long).json()["code"] != first


@pytest.mark.parametrize("scopes", [{"cases.search"}, {"identity.verify"}, {"cases.work"}])
def test_a_narrow_token_does_not_receive(town: Town, program: Callable[..., Program], scopes: set[str]) -> None:
    code = program(town.clerk, *RECEIVE).post("/api/v1/cases", GIVEN).json()["code"]
    narrow = program(town.clerk, *scopes)

    assert narrow.post("/api/v1/cases", GIVEN).status_code == 403
    assert narrow.post(f"/api/v1/cases/{code}/accept", {}).status_code in (403, 404)
    assert Case.objects.get().received_at is None


@pytest.mark.parametrize(
    ("applicant", "field"),
    [
        ({"identity_number": "123"}, "applicant.identity_number"),
        ({"phone": "0" * 40}, "applicant.phone"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "applicant.email"),
        ({"email": "a@example.com, b@example.com"}, "applicant.email"),
        ({"address": "x" * 400}, "applicant.address"),
    ],
)
def test_an_applicant_with_wrong_particulars_is_refused_field_by_field(
    town: Town, program: Callable[..., Program], applicant: dict[str, str], field: str
) -> None:
    answer = program(town.clerk, *RECEIVE).post("/api/v1/cases", GIVEN | {"applicant": GIVEN["applicant"] | applicant})
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


@pytest.mark.parametrize(
    "full_name",
    [
        '"a\\u0000b"',
        '"\\ud800"',
        "NaN",
        "1e999",
        "9" * 30,
        "[" * 900 + "]" * 900,
        '{"a":' * 60 + "1" + "}" * 60,
        f'"{"x" * 30_000}"',
    ],
)
def test_json_that_nothing_can_keep_is_a_bad_request(town: Town, program: Callable[..., Program], full_name: str) -> None:
    body = json.dumps(GIVEN | {"answers": {"applicant": {"full_name": "HERE", "copies": 2}}}).replace('"HERE"', full_name)
    answer = program(town.clerk, *RECEIVE).post("/api/v1/cases", body)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"applicant": None},
        {"applicant": 5},
        {"applicant": []},
        {"applicant": [{}]},
        {"applicant": {"full_name": {"a": 1}, "copies": "2"}},
        {"applicant": {"full_name": "Ánh", "copies": 10**17}},
        {"applicant": {"full_name": ["Ánh"] * 1000, "copies": [2]}},
        {"applicant": {"full_name": "Ánh", "copies": 2, "": {}}, "__class__": {}},
    ],
)
def test_answers_of_any_shape_are_taken_or_refused(town: Town, program: Callable[..., Program], answers: object) -> None:
    answer = program(town.clerk, *RECEIVE).post("/api/v1/cases", GIVEN | {"answers": answers})
    assert answer.status_code in (201, 422)


def test_a_case_is_not_handed_in_at_an_agency_of_another_level(town: Town, program: Callable[..., Program]) -> None:
    post = create_post(town.province, "Một cửa", roles=["reception"], by=None)
    appoint(town.clerk, post, valid_from=date(2025, 1, 1), by=None)

    answer = program(town.clerk, *RECEIVE).post("/api/v1/cases", GIVEN | {"agency": "H20"})

    assert answer.status_code == 409
    assert not Case.objects.exists()


def test_a_list_says_how_late_each_case_is_with_as_many_queries_for_few_as_for_many(
    town: Town, program: Callable[..., Program]
) -> None:
    clerk = program(town.clerk, *RECEIVE)

    def late_case() -> str:
        code: str = clerk.post("/api/v1/cases", GIVEN).json()["code"]
        clerk.post(f"/api/v1/cases/{code}/accept", {})
        Case.objects.filter(code=code).update(due_at=now() - timedelta(days=30))
        return code

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            clerk.get("/api/v1/cases")
        return len(seen)

    code = late_case()
    [row] = clerk.get("/api/v1/cases").json()["rows"]
    assert (row["code"], row["clock"], row["late_by"]["unit"]) == (code, "overdue", "working_days")
    assert row["late_by"]["amount"] > 15
    few = queries()
    late_case(), late_case()
    assert queries() == few


def test_the_clock_of_a_case_is_told_in_full(town: Town, program: Callable[..., Program]) -> None:
    clerk = program(town.clerk, *RECEIVE)
    code = clerk.post("/api/v1/cases", GIVEN).json()["code"]
    assert clerk.get(f"/api/v1/cases/{code}/clock").json()["clock"] == "not_received"
    assert clerk.post(f"/api/v1/cases/{code}/accept", {}).json()["clock"] == "running"
    begin_pause(Case.objects.get(code=code), by=town.specialist, reason="agency", note="x", document="12/CV")
    told = clerk.get(f"/api/v1/cases/{code}/clock").json()
    assert (told["clock"], told["due_at"], told["term"], told["law_says"]) == ("paused", None, "3 days", "ngày làm việc")
    assert [(one["running"], one["reason"], one["document"]) for one in told["segments"]][-1] == (False, "agency", "12/CV")
    assert told["left"]["label"] == "3 ngày làm việc"


def test_the_clock_names_the_step_that_made_a_case_late(town: Town, program: Callable[..., Program]) -> None:
    clerk = program(town.clerk, *RECEIVE)
    code = clerk.post("/api/v1/cases", GIVEN).json()["code"]
    clerk.post(f"/api/v1/cases/{code}/accept", {})
    case, early = Case.objects.get(code=code), now() - timedelta(days=30)
    Case.objects.filter(pk=case.pk).update(due_at=early)
    case.steps.update(opened_at=early - timedelta(days=3), due_at=early - timedelta(days=1))
    told = clerk.get(f"/api/v1/cases/{code}/clock").json()
    assert [(step["agency"], step["made_late"]) for step in told["made_late_by"]] == [("H20.70", True)]
    assert told["made_late_by"][0]["over"]["unit"] == "hours"
