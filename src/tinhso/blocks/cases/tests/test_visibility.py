"""Who may see a case: the fast query against the slow, obvious rule."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.results import rate_case
from tinhso.blocks.cases.actions.stopping import withdraw_case
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, Channel, Status, Step
from tinhso.blocks.cases.queries import Reach, cases_of, cases_visible_to, fixed_ways, may_work_on, ways_to_cases, work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, _staff, withdrawn
from tinhso.blocks.cases.tests.test_process import department
from tinhso.blocks.cases.timeline import timeline_of
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import NO_GRANTS, grants, limit_grants
from tinhso.kernel.errors import NotAllowed
from tinhso.kernel.paging import FixedPages, page_by_key

__all__ = ["department"]  # a fixture


Came = list[tuple[Agency, str]]
"""The agencies and roles to which a case's steps and questions ever came."""


def _all_cases() -> list[tuple[Case, Came]]:
    def came(case: Case) -> Came:
        return [(row.agency, row.role) for row in (*case.steps.select_related("agency"), *case.opinions.select_related("agency"))]

    return [(case, came(case)) for case in Case.objects.select_related("agency")]


def _may_see(person: Person, case: Case, came: Came) -> bool:
    """Reads all cases there or above, or holds a role to which a step or question ever came, or reads all where one did."""
    held = grants(person)
    return held.allows("cases.read", case.agency) or any(
        (agency.pk, role) in held.pairs or (agency != case.agency and held.allows("cases.read", agency)) for agency, role in came
    )


def _waits_for(person: Person, step: Step) -> bool:
    held = (step.agency_id, step.role) in grants(person).pairs
    return step.open and held and step.assignee_id in (None, person.pk) and step.case.status != 5


_KEPT = FixedPages(Case, lambda *shape: (Case.objects.all(), fixed_ways(*shape)), order=("-submitted_at",), size=2)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_the_lists_show_what_the_rule_says_and_nothing_else(
    town: Town, submitted: Callable[..., Case], department: tuple[Agency, Person], lives: list[int]
) -> None:
    nth = Person.objects.count()
    head = _staff(department[0], f"Trưởng phòng {nth}", ["department_head"], f"Hồ Thị Đứng {nth}")
    for length in lives:
        case = submitted()
        if length:
            accept_case(case, by=town.clerk, at=MONDAY)
        for node in ("review", "check", "draft")[: max(0, length - 1)]:
            complete_step(case.steps.select_related("case").get(node=node), by=town.specialist, at=MONDAY)
        if length == 3:
            ask_opinion(
                case.steps.select_related("case").get(done_at=None),
                department[0],
                by=town.specialist,
                question="Có không?",
                at=MONDAY,
            )
        if length == 2:
            withdrawn(case, town)
    cases, steps = _all_cases(), list(Step.objects.select_related("case"))
    for person in (town.clerk, town.specialist, town.chairman, town.manager, town.citizen, town.stranger, department[1], head):
        seen = set(cases_visible_to(person).values_list("pk", flat=True))
        assert seen == {case.pk for way in ways_to_cases(person) for case in way}
        listed = page_by_key(Case.objects.all(), order=("-submitted_at",), size=2, ways=ways_to_cases(person))
        assert {case.pk for case in listed.rows} == set(sorted(seen, reverse=True)[:2])
        reach = Reach.of(person)
        assert _KEPT.page(*reach.shape, **reach.values) == listed
        assert seen == {case.pk for case, came in cases if _may_see(person, case, came)}
        waiting = set(work_of(person).values_list("pk", flat=True))
        assert waiting == {step.pk for step in steps if _waits_for(person, step)}


def test_a_token_for_something_else_neither_sees_the_holder_s_work_nor_does_it(
    town: Town, submitted: Callable[..., Case]
) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    step = case.steps.select_related("agency").get(node="review")
    assert may_work_on(town.specialist, step)

    limit_grants(town.specialist, grants(town.specialist).narrowed({"identity.verify"}))

    assert not cases_visible_to(town.specialist).exists()
    assert not work_of(town.specialist).exists()
    assert not may_work_on(town.specialist, step)


@pytest.mark.parametrize("channel", [Channel.COUNTER, Channel.ONLINE])
def test_who_entered_a_case_for_somebody_has_no_part_in_it_as_an_applicant(
    town: Town, submitted: Callable[..., Case], channel: Channel
) -> None:
    case = submitted(by=town.clerk, channel=channel)
    limit_grants(town.clerk, NO_GRANTS)  # has left the office since

    assert not cases_of(town.clerk).exists()
    with pytest.raises(NotAllowed):
        withdraw_case(case, by=town.clerk, at=MONDAY)
    Case.objects.filter(pk=case.pk).update(status=Status.REFUSED, ended_at=MONDAY)
    with pytest.raises(NotAllowed):
        rate_case(case, by=town.clerk, stars=5, at=MONDAY)


def test_the_public_time_line_names_the_applicant_and_not_the_officer(town: Town, submitted: Callable[..., Case]) -> None:
    case = accept_case(submitted(by=town.clerk, channel=Channel.COUNTER), by=town.clerk, at=MONDAY)

    assert {line.who for line in timeline_of(case, public=True)} == {town.agency.name}
    assert {line.who for line in timeline_of(case, public=False)} == {town.clerk.full_name}
