"""Several people at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tinhso.blocks.cases.actions.assigning import set_policy
from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.assignment import Plan, Way
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, make_town
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(tmp_path: Path) -> tuple[Town, Callable[..., Case]]:
    town = make_town()
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001")), by=None)

    def submit(key: str | None = None) -> Case:
        return submit_case(
            version,
            {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
            agency=town.agency,
            applicant=Applicant(name="Đặng Thị Ánh", person=town.citizen),
            by=town.citizen,
            parts={"don": HandedIn(on_paper=True)},
            submission_key=key,
            at=MONDAY,
        )

    return town, submit


def _together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once; a refusal counts as an answer."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _open(case: Case, node: str) -> Step:
    return Step.objects.select_related("case").get(case=case, node=node, done_at=None)


def test_two_branches_finished_at_once_open_the_next_step_once(stage: tuple[Town, Callable[..., Case]]) -> None:
    town, submit = stage
    case = accept_case(submit(), by=town.clerk, at=MONDAY)
    review, check = _open(case, "review"), _open(case, "check")
    _together(
        lambda: complete_step(review, by=town.specialist, at=MONDAY),
        lambda: complete_step(check, by=town.other_specialist, at=MONDAY),
    )
    assert case.steps.filter(node="draft").count() == 1
    assert not case.arrivals.filter(consumed=False).exists()


def test_a_step_finished_by_two_people_at_once_is_finished_once(stage: tuple[Town, Callable[..., Case]]) -> None:
    town, submit = stage
    case = accept_case(submit(), by=town.clerk, at=MONDAY)
    step = _open(case, "review")
    answers = _together(
        lambda: complete_step(step, by=town.specialist, at=MONDAY),
        lambda: complete_step(step, by=town.other_specialist, at=MONDAY),
    )
    assert sum(isinstance(answer, DomainError) for answer in answers) == 1
    assert case.timeline.filter(event="step_done").count() == 1


def test_an_application_sent_twice_at_once_makes_one_case(stage: tuple[Town, Callable[..., Case]]) -> None:
    _town, submit = stage
    first, second = _together(lambda: submit("key"), lambda: submit("key"))
    assert first.pk == second.pk
    assert Case.objects.count() == 1
    assert submit("another").code[-4:] == "0002"  # the number of the one that was not needed was given back


def test_cases_handed_in_at_once_are_numbered_without_gaps(stage: tuple[Town, Callable[..., Case]]) -> None:
    _town, submit = stage
    cases = _together(*[submit] * 6)
    assert sorted(case.code[-4:] for case in cases) == [f"{number:04d}" for number in range(1, 7)]


def test_steps_that_open_at_once_do_not_all_go_to_who_had_least_to_do(stage: tuple[Town, Callable[..., Case]]) -> None:
    town, submit = stage
    set_policy(Agency.objects.get(pk=town.agency.pk), Plan(Way.LOAD), role="specialist", by=town.chairman)
    cases = [submit() for _ in range(6)]
    _together(*(partial(accept_case, case, by=town.clerk, at=MONDAY) for case in cases))
    given = Counter(Step.objects.values_list("assignee", flat=True))
    assert given == {town.specialist.pk: 6, town.other_specialist.pk: 6}
