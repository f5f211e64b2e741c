"""The table of a case's life: every status against every deed, in code and in the document."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.common import transition
from tinhso.blocks.cases.life import LIFE, Deed, leads
from tinhso.blocks.cases.models import ENDED, Case, Status
from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.kernel.errors import WrongState

DOCUMENT = Path(__file__).parents[5] / "docs" / "life-of-a-case.md"
MOVES = {
    1: {3, 4, 5, 7},
    4: {5, 6, 7, 8, 9, 10},
    5: {1, 3, 4, 7, 8},
    6: {4, 7, 8},
    9: {10},
    3: {1, 4},
    8: {1, 4},
    10: {1, 4},
}


def moves() -> dict[Status, set[Status]]:
    """From each status the others it may go to, by any deed."""
    found: dict[Status, set[Status]] = {}
    for move in LIFE.values():
        for before in move.starts:
            found.setdefault(before, set()).update(move.ends - {before})
    return {before: after for before, after in found.items() if after}


def test_a_case_goes_where_its_life_allows_and_nowhere_else() -> None:
    assert moves() == {Status(before): {Status(status) for status in after} for before, after in MOVES.items()}


@pytest.mark.parametrize("status", list(Status))
def test_every_status_allows_its_deeds_and_refuses_all_others(submitted: Callable[..., Case], status: Status) -> None:
    case = submitted()
    Case.objects.filter(pk=case.pk).update(status=status, received_at=MONDAY, ended_at=MONDAY if status in ENDED else None)
    for deed in Deed:
        if status in LIFE[deed].starts:
            goes = next(iter(LIFE[deed].ends), status)
            with transition(case, deed) as fresh:
                fresh.status, fresh.ended_at = goes, MONDAY if goes in ENDED else None
            Case.objects.filter(pk=case.pk).update(status=status, ended_at=MONDAY if status in ENDED else None)
        else:
            with pytest.raises(WrongState), transition(case, deed):
                pytest.fail(f"{deed} was let in at {status}")


@pytest.mark.parametrize("deed", list(Deed))
def test_an_action_that_leads_elsewhere_is_a_fault_and_changes_nothing(submitted: Callable[..., Case], deed: Deed) -> None:
    case, before = submitted(), min(LIFE[deed].starts)
    Case.objects.filter(pk=case.pk).update(status=before, received_at=MONDAY, ended_at=MONDAY if before in ENDED else None)
    for after in Status:
        if not leads(deed, before, after):
            with pytest.raises(RuntimeError), transition(case, deed) as fresh:
                fresh.status = after
    assert Case.objects.get(pk=case.pk).status == before


def test_the_document_tells_the_same_table() -> None:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `")
    ]
    told = {row[0].strip("`"): (_numbers(row[2]), _numbers(row[3])) for row in rows}
    assert told == {deed.value: (set(move.starts), set(move.ends)) for deed, move in LIFE.items()}


def _numbers(cell: str) -> set[int]:
    return {int(word) for word in cell.replace(",", " ").split() if word.isdigit()}


def test_acceptance_and_the_first_step_share_status_4_and_nothing_leads_to_2() -> None:
    assert all(Status.ACCEPTED not in move.starts | move.ends for move in LIFE.values())
