"""The list of cases is narrowed by its address, and a filter is kept under a name."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid
from tinhso.services.onestop.actions import MOST_FILTERS, drop_filter, save_filter
from tinhso.services.onestop.case_filter import CaseFilter
from tinhso.services.onestop.models import SavedFilter

Submit = Callable[..., Case]
Desk = Callable[[Person], Client]


def asked(address: str) -> CaseFilter:
    return CaseFilter.read(QueryDict(address))


@pytest.fixture
def two(town: Town, submitted: Submit) -> tuple[Case, Case]:
    """One that waits for reception, one that is worked on."""
    return submitted(), accept_case(submitted(), by=town.clerk, at=MONDAY)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", {0, 1}),
        ("trang_thai=4", {1}),
        ("trang_thai=99&han=nonsense&tu=31-12&den=x", {0, 1}),
        ("thu_tuc=9.000001", {0, 1}),
        ("thu_tuc=9.999999", set()),
        ("han=qua-han", {1}),
        ("han=hom-nay", set()),
        ("tu=2026-11-17", set()),
        ("tu=2026-11-16&den=2026-11-16", {0, 1}),
        ("den=2026-11-15", set()),
        ("tu=0001-01-01&den=9999-12-31", {0, 1}),
    ],
)
def test_each_part_of_the_address_narrows(town: Town, two: tuple[Case, Case], address: str, found: set[int]) -> None:
    rows = asked(address).page(town.clerk, MONDAY + timedelta(days=60)).rows
    assert {[case.pk for case in two].index(row["pk"]) for row in rows} == found


def test_a_term_that_ends_today_ends_within_three_days_too(town: Town, two: tuple[Case, Case]) -> None:
    due = two[1].due_at
    assert due
    for before, terms in ((1, {"hom-nay", "ba-ngay"}), (50, {"ba-ngay"}), (24 * 9, set())):
        now = due - timedelta(hours=before)
        found = {term for term in ("hom-nay", "ba-ngay", "qua-han") if asked(f"han={term}").page(town.clerk, now).rows}
        assert found == terms


def test_the_address_says_the_same_again() -> None:
    full = asked("q=Ánh&trang_thai=4&thu_tuc=9.000001&han=qua-han&tu=2026-11-01&den=2026-11-30&trang=abc")
    assert CaseFilter.read(QueryDict(full.address.removeprefix("?"))) == full
    assert not asked("trang=abc")


def test_a_filter_is_kept_used_and_forgotten_on_the_page(town: Town, two: tuple[Case, Case], desk: Desk) -> None:
    clerk, colleague = desk(town.clerk), desk(town.specialist)
    page = clerk.post("/mot-cua/bo-loc/", {"name": " Đang  làm ", "address": "?trang_thai=4"}, follow=True)
    assert page.redirect_chain[-1][0] == "/mot-cua/ho-so/?trang_thai=4"
    assert "Đang làm" in page.content.decode()
    saved = SavedFilter.objects.get()
    assert "Đang làm" not in colleague.get("/mot-cua/ho-so/").content.decode()
    assert colleague.post(f"/mot-cua/bo-loc/{saved.pk}/bo/").status_code == 404
    clerk.post(f"/mot-cua/bo-loc/{saved.pk}/bo/")
    assert not SavedFilter.objects.exists()


def test_a_filter_without_a_name_is_refused_on_the_list_it_was_for(town: Town, two: tuple[Case, Case], desk: Desk) -> None:
    answer = desk(town.clerk).post("/mot-cua/bo-loc/", {"name": "", "address": "?trang_thai=4"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hãy đặt tên cho bộ lọc" in page
    assert two[1].code in page
    assert two[0].code not in page


def test_the_same_name_again_replaces_and_there_is_a_limit(town: Town) -> None:
    for number in range(MOST_FILTERS):
        save_filter(f"Lọc {number}", asked(f"trang_thai={number % 9 + 1}"), by=town.clerk)
    save_filter("Lọc 0", asked("han=qua-han"), by=town.clerk)
    assert SavedFilter.objects.get(name="Lọc 0").address == "?han=qua-han"
    with pytest.raises(Invalid):
        save_filter("Một nữa", asked("han=qua-han"), by=town.clerk)
    assert not drop_filter(SavedFilter.objects.first().pk, by=town.specialist)


@pytest.mark.parametrize("address", ["q=%00", "thu_tuc=%00&han=%00", "den=9999-12-31", "trang_thai=-1", "trang=%00"])
def test_an_address_made_up_is_answered(town: Town, two: tuple[Case, Case], desk: Desk, address: str) -> None:
    assert desk(town.clerk).get(f"/mot-cua/ho-so/?{address}").status_code in {200, 400, 404}


def test_words_too_many_to_keep_are_refused_beside_the_name(town: Town) -> None:
    with pytest.raises(Invalid):
        save_filter("Dài", CaseFilter(text="ệ" * 200), by=town.clerk)


def test_everything_is_no_filter(town: Town) -> None:
    with pytest.raises(Invalid):
        save_filter("Tất cả", asked(""), by=town.clerk)
