"""While somebody is away a colleague does their work, but does not sign in their place."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.work import complete_step, take_step
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.queries import may_work_on, work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.absences import colleagues_of, stand_ins, tenures_arranged_by
from tinhso.blocks.directory.actions import arrange_stand_in, end_stand_in
from tinhso.blocks.directory.models import Person, Post, Tenure
from tinhso.blocks.directory.queries import holders, persons_posts
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState

Submit = Callable[..., Case]
TODAY = localdate()


def tenure_of(person: Person) -> Tenure:
    return Tenure.objects.get(person=person, in_place_of=None)


def again(person: Person) -> Person:
    """As the next request reads them: powers are kept on the object."""
    return Person.objects.get(pk=person.pk)


def arrange(away: Person, substitute: Person, *, by: Person | None = None, first: date = TODAY, days: int = 7) -> Tenure:
    last = first + timedelta(days=days)
    return arrange_stand_in(tenure_of(away), substitute=substitute, first_day=first, last_day=last, by=by or away)


@pytest.fixture
def taken(town: Town, submitted: Submit) -> Step:
    """A step that the specialist has taken."""
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    return take_step(case.steps.select_related("case").get(node="review"), by=town.specialist, at=MONDAY)


def test_a_colleague_of_the_same_role_goes_on_with_what_the_absent_one_had_taken(town: Town, taken: Step) -> None:
    assert not may_work_on(again(town.other_specialist), taken)
    arrange(town.specialist, town.other_specialist)
    stand_in = again(town.other_specialist)
    assert taken in work_of(stand_in)
    complete_step(taken, by=stand_in, outcome="approve", at=MONDAY)
    taken.refresh_from_db()
    assert taken.done_by == town.other_specialist


def test_a_colleague_of_another_role_gets_the_role_for_those_days_only(town: Town, taken: Step) -> None:
    made = arrange(town.specialist, town.clerk, first=TODAY + timedelta(days=1))
    assert taken not in work_of(again(town.clerk))
    Tenure.objects.filter(pk=made.pk).update(valid_from=TODAY)
    assert taken in work_of(again(town.clerk))
    Tenure.objects.filter(pk=made.pk).update(valid_from=TODAY - timedelta(days=9), valid_to=TODAY - timedelta(days=1))
    assert taken not in work_of(again(town.clerk))


def test_the_absent_one_may_go_on_too(town: Town, taken: Step) -> None:
    arrange(town.specialist, town.other_specialist)
    assert may_work_on(again(town.specialist), taken)


def test_signing_is_not_passed_on(town: Town) -> None:
    arrange(town.chairman, town.clerk)
    assert list(holders(town.agency, "signer", TODAY)) == [town.chairman]
    assert persons_posts(town.clerk, TODAY, role="signer") == []
    assert len(persons_posts(town.clerk, TODAY)) == 2


def test_administering_is_not_passed_on(town: Town) -> None:
    tenure = tenure_of(town.specialist)
    Post.objects.filter(pk=tenure.post_id).update(roles=["specialist", "admin"])
    assert grants(again(town.specialist)).allows("identity.manage_accounts")
    arrange(town.specialist, town.clerk)
    stand_in = grants(again(town.clerk))
    assert stand_in.allows("cases.work", town.agency)
    assert not stand_in.allows("identity.manage_accounts")


@pytest.mark.parametrize(
    ("first", "days", "field"),
    [(TODAY - timedelta(days=1), 5, "first_day"), (TODAY, -1, "last_day"), (TODAY, 400, "last_day")],
)
def test_days_must_lie_ahead_and_in_order(town: Town, first: date, days: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        arrange(town.specialist, town.other_specialist, first=first, days=days)
    assert field in refused.value.fields


@pytest.mark.parametrize("who", ["specialist", "stranger", "citizen"])
def test_only_another_person_of_the_agency_can_stand_in(town: Town, who: str) -> None:
    with pytest.raises(Invalid) as refused:
        arrange(town.specialist, getattr(town, who))
    assert "substitute" in refused.value.fields


def test_two_do_not_stand_in_on_the_same_day(town: Town) -> None:
    arrange(town.specialist, town.other_specialist, days=3)
    with pytest.raises(WrongState):
        arrange(town.specialist, town.clerk, first=TODAY + timedelta(days=3))
    arrange(town.specialist, town.clerk, first=TODAY + timedelta(days=4))


def test_the_head_arranges_it_for_those_of_the_agency_and_colleagues_do_not(town: Town) -> None:
    arrange(town.specialist, town.other_specialist, by=town.chairman)
    with pytest.raises(NotAllowed):
        arrange(town.specialist, town.other_specialist, by=town.clerk, first=TODAY + timedelta(days=30))
    assert {tenure.person for tenure in tenures_arranged_by(again(town.clerk), TODAY)} == {town.clerk}
    led = list(tenures_arranged_by(again(town.chairman), TODAY))
    assert town.specialist in {tenure.person for tenure in led}
    assert town.stranger not in {tenure.person for tenure in colleagues_of(led, TODAY)}


def test_what_is_called_off_before_it_begins_leaves_nothing(town: Town) -> None:
    made = arrange(town.specialist, town.other_specialist, first=TODAY + timedelta(days=2))
    end_stand_in(made, by=town.specialist)
    assert not Tenure.objects.filter(in_place_of__isnull=False).exists()


def test_what_has_begun_ends_with_the_day_and_only_by_those_it_concerns(town: Town) -> None:
    made = arrange(town.specialist, town.other_specialist)
    with pytest.raises(NotAllowed):
        end_stand_in(made, by=town.clerk)
    end_stand_in(made, by=town.other_specialist)
    made.refresh_from_db()
    assert made.valid_to == TODAY
    assert list(stand_ins(again(town.specialist), TODAY)) == [made]
    assert list(stand_ins(again(town.specialist), TODAY + timedelta(days=1))) == []
