"""Following a case with its two codes: who guesses is stopped, who knows is not."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import submitted, town, version

__all__ = ["submitted", "town", "version"]

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def case(submitted: Callable[..., Case]) -> Case:
    return submitted()


def follow(code: str, lookup: str, address: str = HERE) -> HttpResponse:
    return Client().post("/tra-cuu/", {"code": code, "lookup": lookup}, REMOTE_ADDR=address)


def test_both_codes_open_the_case(case: Case) -> None:
    assert follow(case.code, lookup_code(case)).status_code == 302


def test_the_eleventh_guess_at_a_case_is_refused_and_so_is_the_right_code_then(case: Case) -> None:
    assert {follow(case.code, "AAAAAA").status_code for _guess in range(10)} == {422}
    assert follow(case.code, lookup_code(case)).status_code == 429


def test_guesses_from_elsewhere_do_not_lock_the_applicant_out(case: Case) -> None:
    for _guess in range(12):
        follow(case.code, "AAAAAA", ELSEWHERE)
    assert follow(case.code, lookup_code(case)).status_code == 302


def test_guesses_from_many_places_are_counted_together(case: Case) -> None:
    for guess in range(60):
        follow(case.code, "AAAAAA", f"198.51.100.{guess}")
    assert follow(case.code, lookup_code(case)).status_code == 429


def test_an_address_typed_as_a_code_counts_against_nobody_else(case: Case) -> None:
    for _guess in range(40):
        follow(HERE, "AAAAAA", ELSEWHERE)
    assert follow(case.code, lookup_code(case)).status_code == 302
