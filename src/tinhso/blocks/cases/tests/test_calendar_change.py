"""A day off declared, and what it does to the cases that are open. The procedure's term is three working days."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.cases.actions.calendars import CalendarsChanged, change_calendar
from tinhso.blocks.cases.actions.clock import begin_pause, end_pause, extend_term
from tinhso.blocks.cases.actions.facts import gather_facts
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.calendar_moves import moves
from tinhso.blocks.cases.clock import due_of, due_of_step
from tinhso.blocks.cases.jobs import tell_applicant
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.calendar_changes import DayChange, HoursChange
from tinhso.blocks.directory.calendars import calendars_version
from tinhso.blocks.directory.models import Agency, CalendarDay, DayKind, Person
from tinhso.blocks.directory.periods import period
from tinhso.blocks.messaging.queries import messages_about
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed
from tinhso.kernel.events import Event
from tinhso.kernel.time import local

Submit = Callable[..., Case]
DAY = timedelta(days=1)
FRIDAY = (MONDAY + 4 * DAY).replace(hour=17)


@pytest.fixture
def keeper(town: Town) -> Person:
    """Who keeps the province's directory."""
    person = register_person("Bùi Quản Trị", by=None)
    appoint(person, create_post(town.province, "Quản trị", roles=["admin"], by=None), valid_from=date(2025, 1, 1), by=None)
    return person


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    """Accepted on Monday, due on Thursday at 17:00."""
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


def off(agency: Agency, day: datetime, reason: str = "Mất điện") -> list[DayChange]:
    return [DayChange(agency, day.date(), DayKind.OFF, reason)]


def test_the_preview_names_each_case_with_both_dates_and_changes_nothing(town: Town, case: Case) -> None:
    seen = moves(off(town.agency, MONDAY + 2 * DAY))
    assert [(one.case.code, local(one.before), local(one.after), one.later) for one in seen] == [
        (case.code, (MONDAY + 3 * DAY).replace(hour=17), FRIDAY, True)
    ]
    assert Case.objects.get(pk=case.pk).due_at == case.due_at
    assert not CalendarDay.objects.exists()


def test_what_was_seen_is_what_is_done_to_cases_and_steps(town: Town, case: Case, keeper: Person) -> None:
    changes = off(town.agency, MONDAY + 2 * DAY)
    seen = moves(changes)
    done = change_calendar(changes, by=keeper, at=MONDAY + DAY)
    assert [(one.case.pk, one.after) for one in done] == [(one.case.pk, one.after) for one in seen]
    fresh = Case.objects.select_related("agency", "version").get(pk=case.pk)
    assert fresh.due_at == due_of(fresh).at == FRIDAY
    for step in fresh.steps.filter(done_at=None):
        node = graph_of(fresh.version).node(step.node)
        assert step.due_at == due_of_step(fresh, node, opened_at=step.opened_at)


def test_the_applicant_is_told_once_and_the_dates_are_kept(town: Town, case: Case, keeper: Person) -> None:
    change_calendar(off(town.agency, MONDAY + 2 * DAY), by=keeper, at=MONDAY + DAY)
    for _again in range(2):
        tell_applicant(Event("cases.rescheduled", "cases.case", str(case.pk), None))
    [message] = {one.body for one in messages_about(f"cases.case:{case.pk}") if one.template == "cases_rescheduled"}
    assert "17:00 20/11/2026" in message
    assert case.reappointments.get().cause == "calendar"
    assert AuditEntry.objects.get(event="cases.calendar_changed").facts["moved"] == 1


def test_a_day_of_the_province_moves_the_cases_of_its_communes(town: Town, case: Case) -> None:
    assert [one.case.pk for one in moves(off(town.province, MONDAY + DAY))] == [case.pk]


def test_a_worked_saturday_brings_cases_forward(town: Town, submitted: Submit) -> None:
    accept_case(submitted(at=MONDAY + 4 * DAY), by=town.clerk, at=MONDAY + 4 * DAY)
    [one] = moves([DayChange(town.agency, (MONDAY + 5 * DAY).date(), DayKind.WORKING, "Làm bù")])
    assert not one.later


def test_days_after_the_due_date_and_cases_that_stand_still_or_have_ended_move_nothing(
    town: Town, case: Case, submitted: Submit
) -> None:
    assert moves(off(town.agency, MONDAY + 10 * DAY)) == []
    begin_pause(case, by=town.specialist, reason="fee", note="x", at=MONDAY)
    assert moves(off(town.agency, MONDAY + DAY)) == []


def test_pauses_and_extension_count_in_the_preview_too(town: Town, case: Case, keeper: Person) -> None:
    extend_term(case, by=town.chairman, amount=2, reason="Phức tạp", at=MONDAY)
    paused = begin_pause(case, by=town.specialist, reason="fee", note="x", at=MONDAY)
    end_pause(paused, by=town.specialist, at=MONDAY + 2 * DAY)
    change_calendar(off(town.agency, MONDAY + 3 * DAY), by=keeper, at=MONDAY + 2 * DAY)
    fresh = Case.objects.select_related("agency", "version").get(pk=case.pk)
    assert fresh.due_at == due_of(fresh).at


def test_taking_a_day_back_moves_the_cases_back(town: Town, case: Case, keeper: Person) -> None:
    change_calendar(off(town.agency, MONDAY + 2 * DAY), by=keeper)
    change_calendar([DayChange(town.agency, (MONDAY + 2 * DAY).date(), None)], by=keeper)
    assert Case.objects.get(pk=case.pk).due_at == case.due_at
    assert not CalendarDay.objects.exists()


def test_the_facts_for_figures_follow(town: Town, case: Case, keeper: Person) -> None:
    gather_facts(case.pk, case.pk)
    change_calendar(off(town.agency, MONDAY + 2 * DAY), by=keeper, at=MONDAY + DAY)
    assert case.facts.due_at == FRIDAY
    assert gather_facts(case.pk, case.pk) == 0


def test_hours_from_a_day_on_move_what_is_due_from_then_on(town: Town, case: Case, keeper: Person) -> None:
    week = {day: ["07:30-11:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
    later = HoursChange(town.agency, period((MONDAY + 4 * DAY).date(), None, week, "QĐ 3/QĐ-UBND"))
    assert moves([later]) == []
    [moved] = change_calendar([HoursChange(town.agency, period((MONDAY + DAY).date(), None, week))], by=keeper, at=MONDAY)
    assert local(moved.after) == (MONDAY + 3 * DAY).replace(hour=11, minute=30)
    fresh = Case.objects.select_related("agency", "version").get(pk=case.pk)
    assert fresh.due_at == due_of(fresh).at


def test_who_looked_before_somebody_else_changed_a_calendar_looks_again(town: Town, case: Case, keeper: Person) -> None:
    seen = calendars_version()
    change_calendar(off(town.province, MONDAY + DAY), by=keeper, seen=seen)
    with pytest.raises(CalendarsChanged):
        change_calendar(off(town.agency, MONDAY + 2 * DAY), by=keeper, seen=seen)


def test_only_keepers_of_the_directory_change_calendars(town: Town, case: Case) -> None:
    with pytest.raises(NotAllowed):
        change_calendar(off(town.agency, MONDAY + DAY), by=town.chairman)


def test_no_change_is_no_change(keeper: Person) -> None:
    with pytest.raises(Invalid):
        change_calendar([], by=keeper)


def test_many_cases_cost_as_many_queries_as_few(town: Town, submitted: Submit) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            moves(off(town.agency, MONDAY + 2 * DAY))
        return len(seen)

    accept_case(submitted(), by=town.clerk, at=MONDAY)
    queries()
    few = queries()
    for _ in range(5):
        accept_case(submitted(), by=town.clerk, at=MONDAY)
    assert queries() == few
