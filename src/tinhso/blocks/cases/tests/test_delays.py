"""Whose steps made cases late, for many cases at once: the same as the clock says of each."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.cases.actions.clock import begin_pause, end_pause
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.clock import standing
from tinhso.blocks.cases.figures import delays as module
from tinhso.blocks.cases.figures.counting import Scope
from tinhso.blocks.cases.figures.delays import delays
from tinhso.blocks.cases.figures.measures import Judged
from tinhso.blocks.cases.figures.period import Period
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_figures import settle
from tinhso.kernel.time import VIETNAM

Submit = Callable[..., Case]
LATER = datetime(2026, 12, 20, tzinfo=VIETNAM)
JUDGED = Judged(Period.parse("2026-11-01..2027-01-31"), LATER)


def some_lives(town: Town, submitted: Submit, seed: int, number: int = 8) -> None:
    """Cases that got some steps further, quickly or slowly, some with a pause."""
    random = Random(seed)
    for _case in range(number):
        case, at = accept_case(submitted(), by=town.clerk, at=MONDAY), MONDAY
        if random.random() < 0.4:
            begin_pause(case, by=town.specialist, reason="agency", note="Chờ", document="1/CV", at=at + timedelta(hours=1))
            at += timedelta(days=random.randrange(1, 5))
            case = end_pause(case, by=town.specialist, at=at)
        for node in ("check", "review", "draft")[: random.randrange(4)]:
            at += timedelta(hours=random.choice((1, 24, 72)))
            step = case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False)
            complete_step(step, by=town.clerk if step.role == "reception" else town.specialist, at=at)
    settle()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_of_many_is_what_the_clock_says_of_each(town: Town, submitted: Submit, seed: int) -> None:
    some_lives(town, submitted, seed)
    said: Counter[tuple[int, str]] = Counter()
    for case in Case.objects.select_related("agency", "version"):
        stands = standing(case, LATER, list(case.steps.select_related("agency").order_by("pk")))
        said.update({(one.step.agency_id, one.step.role) for one in stands.made_late_by})
    found = delays(Scope(), JUDGED)
    assert {(line.agency.pk, line.role): len(line.cases) for line in found.lines} == said
    assert found.late == found.looked_at > 0


def test_the_queries_do_not_grow_with_the_cases(town: Town, submitted: Submit) -> None:
    counted = []
    for _time in range(2):
        some_lives(town, submitted, seed=5, number=4)
        with CaptureQueriesContext(connection) as queries:
            delays(Scope(), JUDGED)
        counted.append(len(queries))
    assert counted == [6, 6]


def test_of_too_many_those_due_last_are_looked_at(town: Town, submitted: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    some_lives(town, submitted, seed=2)
    monkeypatch.setattr(module, "MOST", 2)
    found = delays(Scope(), JUDGED)
    assert (found.looked_at, found.late) == (2, 8)


def test_no_late_case_no_line(town: Town, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk, at=MONDAY)
    settle()
    found = delays(Scope(), Judged(JUDGED.period, MONDAY))
    assert (found.lines, found.late) == ([], 0)
