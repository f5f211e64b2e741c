from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import NO_GRANTS, grants, grants_on, limit_grants
from tinhso.blocks.identity.tests import world
from tinhso.kernel.errors import NotAllowed
from tinhso.kernel.permissions import allowed, require


def test_a_role_holds_at_the_agency_of_the_post(ward):
    clerk = world.official(ward, "reception")
    assert allowed(clerk, "identity.verify", at=ward)


def test_a_role_reaches_down_to_the_agencies_below_and_not_up(province, ward):
    at_top, below = world.official(province, "reception"), world.official(ward, "reception")
    assert allowed(at_top, "identity.verify", at=ward)
    assert not allowed(below, "identity.verify", at=province)


def test_a_role_does_not_reach_the_neighbour_whose_number_begins_alike(province, ward):
    """Paths are compared with their closing dot: 1.2. is not above 1.20."""
    neighbours = [world.ward(province, f"Phường {n}", f"9{n:04}") for n in range(12)]
    clerk = world.official(neighbours[0], "reception")
    assert [agency for agency in neighbours if allowed(clerk, "identity.verify", at=agency)] == [neighbours[0]]


def test_a_post_gives_power_only_from_its_first_to_its_last_day(ward):
    clerk = world.official(ward, "reception", since=date(2026, 3, 2), until=date(2026, 3, 31))
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 1)]
    assert [grants_on(clerk, day).allows("identity.verify", ward) for day in days] == [False, True, True, False]


def test_a_closed_agency_gives_nobody_power(ward):
    clerk = world.official(ward, "reception")
    Agency.objects.filter(pk=ward.pk).update(active=False)
    assert grants_on(clerk, localdate()).pairs == frozenset()


def test_a_role_code_no_service_knows_gives_nothing(ward):
    stranger = world.official(ward, "no_such_role")
    assert grants(stranger).permissions == frozenset()


def test_a_person_without_a_post_may_do_nothing(db):
    citizen = world.somebody()
    assert not allowed(citizen, "identity.verify")
    assert not allowed(citizen, "")


def test_an_empty_permission_asks_whether_one_holds_any_post(ward):
    assert allowed(world.official(ward, "clerk"), "")


def test_the_system_may_do_everything(ward):
    require(None, "identity.verify", at=ward)


def test_require_refuses_with_a_sentence(ward):
    with pytest.raises(NotAllowed, match="quyền"):
        require(world.somebody(), "identity.verify", at=ward)


def test_powers_of_two_posts_add_up_each_at_its_place(province, ward):
    other = world.ward(province, "Phường Đạo Thạnh", "28250")
    person = world.official(ward, "reception")
    appoint(person, create_post(other, "Kiêm nhiệm", roles=["signer"], by=None), valid_from=world.LONG_AGO, by=None)
    powers = grants(Person.objects.get(pk=person.pk))
    assert powers.allows("identity.verify", ward)
    assert not powers.allows("identity.verify", other)
    assert powers.allows("payments.refund", other)
    assert not powers.allows("payments.refund", ward)


def test_agencies_for_a_permission_are_the_post_s_agency_and_all_below(province, ward):
    clerk = world.official(province, "reception")
    assert set(grants(clerk).agencies_for("identity.verify")) == {province, ward}
    assert grants(clerk).agency_ids_for("identity.verify") == {province.pk, ward.pk}
    assert not grants(clerk).agencies_for("payments.refund").exists()


def test_agencies_of_a_role_are_told_apart_from_those_of_another(province, ward):
    clerk = world.official(ward, "reception")
    assert list(grants(clerk).agencies_of("reception", "signer")) == [ward]
    assert not grants(clerk).agencies_of("signer").exists()


def test_many_questions_about_one_person_cost_one_query(ward, django_assert_num_queries):
    clerk = Person.objects.get(pk=world.official(ward, "reception").pk)
    grants_on(clerk, localdate())  # kept from now on, until somebody's post changes
    with django_assert_num_queries(1):
        for _again in range(5):
            allowed(clerk, "identity.verify", at=ward)
            allowed(clerk, "payments.cash", at=ward)


def test_limited_powers_stay_limited_on_that_object_only(ward):
    clerk = world.official(ward, "reception")
    limit_grants(clerk, NO_GRANTS)
    assert not allowed(clerk, "identity.verify", at=ward)
    assert allowed(Person.objects.get(pk=clerk.pk), "identity.verify", at=ward)


def test_a_permission_is_asked_at_an_agency_and_nothing_else(ward):
    with pytest.raises(TypeError):
        allowed(world.official(ward, "reception"), "identity.verify", at=ward.unit)


def test_power_ends_the_day_after_the_post(ward):
    left = world.official(ward, "reception", until=localdate() - timedelta(days=1))
    assert not allowed(left, "identity.verify", at=ward)
