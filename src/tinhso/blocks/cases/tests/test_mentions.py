"""Notes name colleagues, who are told; only those who may read the case can be named."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.noting import add_note
from tinhso.blocks.cases.mentions import Piece, colleagues_named, colleagues_of, mentions_of, names_in, pieces_of
from tinhso.blocks.cases.models import Case, Mention
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.timeline import timeline_of
from tinhso.blocks.directory.actions import appoint, register_person
from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid


@pytest.fixture
def case(town: Town, submitted: Callable[..., Case]) -> Case:
    """A case under way, in a town whose people have accounts."""
    for username, person in (
        ("mai.le", town.clerk),
        ("binh", town.specialist),
        ("ha", town.other_specialist),
        ("duc", town.manager),
        ("la", town.stranger),
    ):
        open_account(kind=Account.Kind.STAFF, person=person, username=username, by=None)
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@binh xem giúp", ["binh"]),
        ("Nhờ @mai.le, @binh. Và @binh!", ["mai.le", "binh"]),
        ("gửi thư tới binh@example.com nhé", []),
        ("(@binh)", ["binh"]),
        ("@", []),
        ("a@@binh", []),
    ],
)
def test_names_are_words_that_begin_with_the_sign(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_whoever_is_named_gets_a_notice_with_the_way_to_the_case(town: Town, case: Case) -> None:
    add_note(case, by=town.clerk, text="@Binh xem giúp giấy chứng sinh", at=MONDAY)
    notice = Message.objects.get(template="cases_mentioned", channel="notice")
    assert notice.person == town.specialist
    assert case.code in notice.link
    assert "chứng sinh" not in notice.body
    assert [mention.entry.note for mention in mentions_of(town.specialist)] == ["@Binh xem giúp giấy chứng sinh"]


def test_the_time_line_shows_the_name(town: Town, case: Case) -> None:
    add_note(case, by=town.clerk, text="Nhờ @binh xem", at=MONDAY)
    line = next(line for line in timeline_of(case, public=False) if line.event == "noted")
    assert line.pieces == [Piece("Nhờ "), Piece("Trần Văn Bình", mention=True), Piece(" xem")]


def test_named_twice_is_told_once(town: Town, case: Case) -> None:
    add_note(case, by=town.clerk, text="@binh @BINH", at=MONDAY)
    assert Message.objects.filter(template="cases_mentioned").count() == 1


def test_naming_oneself_sends_nothing(town: Town, case: Case) -> None:
    add_note(case, by=town.clerk, text="@mai.le nhớ gọi lại", at=MONDAY)
    assert not Message.objects.filter(template="cases_mentioned").exists()


@pytest.mark.parametrize("name", ["la", "khongco"])
def test_who_may_not_read_the_case_cannot_be_named(town: Town, case: Case, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_note(case, by=town.clerk, text=f"@{name} xem giúp", at=MONDAY)
    assert f"@{name}" in str(refusal.value.fields["text"])
    assert not case.timeline.filter(event="noted").exists()


def test_too_many_names_are_refused(town: Town, case: Case) -> None:
    with pytest.raises(Invalid):
        add_note(case, by=town.clerk, text=" ".join(f"@a{number}" for number in range(11)), at=MONDAY)


def test_colleagues_are_those_who_may_read_the_case(town: Town, case: Case) -> None:
    found = colleagues_of(case, besides=town.clerk, limit=20)
    assert [colleague.username for colleague in found] == ["binh", "duc", "ha"]
    assert [colleague.username for colleague in colleagues_of(case, "thu ha", besides=town.clerk, limit=20)] == ["ha"]
    assert [colleague.username for colleague in colleagues_of(case, "bi", besides=town.clerk, limit=20)] == ["binh"]


def test_who_may_no_longer_read_the_case_no_longer_reads_the_notes(town: Town, case: Case) -> None:
    add_note(case, by=town.clerk, text="@binh xem", at=MONDAY)
    Tenure.objects.filter(person=town.specialist).update(valid_from="2025-01-01", valid_to="2025-02-01")
    assert not mentions_of(Person.objects.get(pk=town.specialist.pk)).exists()
    assert Mention.objects.count() == 1


def test_a_word_with_the_sign_that_named_nobody_stays() -> None:
    assert pieces_of("a @b c", {}) == [Piece("a @b c")]


def test_asking_who_can_be_named_costs_the_same_for_two_colleagues_as_for_twenty(
    town: Town, case: Case, django_assert_max_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    post = Tenure.objects.get(person=town.specialist).post
    for number in range(20):
        person = register_person(f"Lê Văn {number}", by=None)
        appoint(person, post, valid_from=MONDAY.date(), by=None)
        open_account(kind=Account.Kind.STAFF, person=person, username=f"le{number}", by=None)
    names = [f"le{number}" for number in range(20)]
    with django_assert_max_num_queries(6):
        assert len(colleagues_of(case, besides=town.clerk, limit=50)) > 20
    with django_assert_max_num_queries(4):
        assert set(colleagues_named(case, names)) == set(names)
