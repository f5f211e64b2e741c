"""The administrative units of the country, as loaded."""

import unicodedata
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db.models import F

from tinhso.blocks.directory import queries
from tinhso.blocks.directory.actions import load_units
from tinhso.blocks.directory.models import Unit, UnitLevel, UnitLoad
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import NotFound
from tinhso.kernel.text import compact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]

LAST_OLD_DAY, FIRST_NEW_DAY = date(2025, 6, 30), date(2025, 7, 1)


def names(units):
    return [unit.name for unit in units]


def test_the_country_had_63_provinces_696_districts_and_10035_communes_and_has_34_and_3321():
    levels = queries.units_on(LAST_OLD_DAY).values_list("level", flat=True)
    assert [list(levels).count(level) for level in UnitLevel] == [63, 696, 10035]
    levels = queries.units_on(FIRST_NEW_DAY).values_list("level", flat=True)
    assert [list(levels).count(level) for level in UnitLevel] == [34, 0, 3321]


def test_code_82_means_tien_giang_before_and_dong_thap_after():
    assert queries.unit_on("82", LAST_OLD_DAY).name == "Tỉnh Tiền Giang"
    assert queries.unit_on("82", FIRST_NEW_DAY).name == "Tỉnh Đồng Tháp"
    assert names(queries.became(queries.unit_on("82", LAST_OLD_DAY), FIRST_NEW_DAY).units) == ["Tỉnh Đồng Tháp"]


def test_old_dong_thap_87_ended_and_became_82():
    becoming = queries.became(queries.unit_on("87", LAST_OLD_DAY), FIRST_NEW_DAY)
    assert [unit.code for unit in becoming.units] == ["82"]
    with pytest.raises(NotFound):
        queries.unit_on("87", FIRST_NEW_DAY)


@pytest.mark.parametrize(
    ("code", "successor"),
    [
        ("28249", "Phường Đạo Thạnh"),
        ("28252", "Phường Đạo Thạnh"),
        ("28270", "Phường Thới Sơn"),
        ("28437", "Phường Mỹ Phước Tây"),
        ("28439", "Phường Cai Lậy"),
        ("29902", "Phường Sa Đéc"),
        ("29908", "Phường Sa Đéc"),
    ],
)
def test_a_ward_with_the_name_of_one_in_cao_lanh_city_did_not_become_phuong_cao_lanh(code, successor):
    unit = queries.unit_on(code, LAST_OLD_DAY)
    assert names(queries.became(unit, FIRST_NEW_DAY).units) == [successor]


def test_only_wards_of_the_former_cao_lanh_city_are_predecessors_of_phuong_cao_lanh():
    ward = queries.unit_on("29869", FIRST_NEW_DAY)
    assert ward.name == "Phường Cao Lãnh"
    assert {change.predecessor.parent.name for change in queries.predecessors(ward)} == {"Thành phố Cao Lãnh"}


def test_homonyms_elsewhere_keep_to_their_own_area():
    assert [unit.code for unit in queries.became(queries.unit_on("31246", LAST_OLD_DAY), FIRST_NEW_DAY).units] == ["31246"]
    assert [unit.code for unit in queries.became(queries.unit_on("25462", LAST_OLD_DAY), FIRST_NEW_DAY).units] == ["25459"]


def test_a_really_split_commune_keeps_all_its_successors():
    becoming = queries.became(queries.unit_on("30079", LAST_OLD_DAY), FIRST_NEW_DAY)
    assert names(becoming.units) == ["Xã Phú Cường", "Xã Phong Mỹ"]
    assert becoming.split
    assert not any(change.whole for change in queries.successors(queries.unit_on("30079", LAST_OLD_DAY)))


def test_57_communes_of_today_cover_former_tien_giang():
    old = queries.units_below_on(queries.unit_on("82", LAST_OLD_DAY), LAST_OLD_DAY).filter(level=UnitLevel.COMMUNE)
    covering = {unit.code for commune in old for unit in queries.covers_today(commune, date(2026, 1, 1))}
    assert len(old) == 164
    assert len(covering) == 57


def test_a_district_became_what_its_communes_became():
    becoming = queries.became(queries.unit_on("815", LAST_OLD_DAY), FIRST_NEW_DAY)
    assert names(becoming.units) == [
        "Phường Đạo Thạnh",
        "Phường Mỹ Tho",
        "Phường Thới Sơn",
        "Phường Mỹ Phong",
        "Phường Trung An",
    ]
    assert becoming.complete


def test_an_island_district_without_communes_became_a_special_zone():
    assert names(queries.became(queries.unit_on("498", LAST_OLD_DAY), FIRST_NEW_DAY).units) == ["Đặc khu Hoàng Sa"]


def test_every_commune_that_ended_has_a_successor_and_every_new_one_a_predecessor():
    communes = Unit.objects.filter(level=UnitLevel.COMMUNE)
    assert not communes.filter(valid_to=LAST_OLD_DAY, successions=None).exists()
    assert not communes.filter(valid_from=FIRST_NEW_DAY, origins=None).exists()


def test_an_unchanged_province_is_one_row_in_both_orders():
    hanoi = queries.unit_on("01", date(2020, 1, 1))
    assert hanoi == queries.unit_on("01", date(2026, 1, 1))
    assert hanoi.valid_from is None
    assert queries.counts_below(hanoi, date(2026, 1, 1)).by_level == {UnitLevel.COMMUNE: 126}


def test_a_name_changed_within_one_code_gives_two_periods():
    assert queries.unit_on("816", date(2024, 4, 30)).name == "Thị xã Gò Công"
    assert queries.unit_on("816", date(2024, 5, 1)).name == "Thành phố Gò Công"
    assert queries.unit_on("28300", date(2024, 4, 30)).name == "Phường 4"
    assert queries.unit_on("28300", date(2024, 5, 1)).name == "Phường 1"
    assert names(queries.became(queries.unit_on("28303", date(2024, 4, 30)), date(2026, 1, 1)).units) == ["Phường Gò Công"]


def test_the_parent_is_the_one_of_the_day():
    ward = queries.unit_on("28297", date(2024, 4, 30))
    assert queries.parent_on(ward, date(2024, 4, 30)).name == "Thị xã Gò Công"
    assert queries.parent_on(ward, date(2024, 5, 1)).name == "Thành phố Gò Công"


@pytest.mark.parametrize(
    ("day", "communes"),
    [(date(2022, 1, 1), 172), (date(2024, 4, 30), 172), (date(2024, 5, 1), 170), (date(2024, 11, 1), 164), (LAST_OLD_DAY, 164)],
)
def test_tien_giang_is_counted_on_the_days_for_which_its_list_is_complete(day, communes):
    counts = queries.counts_below(queries.unit_on("82", day), day)
    assert counts.by_level == {UnitLevel.DISTRICT: 11, UnitLevel.COMMUNE: communes}
    assert not counts.note


def test_what_the_sources_do_not_tell_is_unknown_not_guessed():
    counts = queries.counts_below(queries.unit_on("82", date(2010, 1, 1)), date(2010, 1, 1))
    assert counts.by_level == {UnitLevel.DISTRICT: None, UnitLevel.COMMUNE: None}
    assert "26/12/2013" in counts.note
    with pytest.raises(NotFound, match="Không rõ mã 28252 vào ngày 01/01/2010"):
        queries.unit_on("28252", date(2010, 1, 1))


def test_a_commune_whose_successor_is_not_recorded_says_so():
    becoming = queries.became(queries.unit_on("28255", date(2024, 10, 31)), FIRST_NEW_DAY)
    assert becoming.units == ()
    assert not becoming.complete


def test_an_unknown_code_is_refused_with_a_sentence():
    with pytest.raises(NotFound, match="Không có đơn vị hành chính nào mang mã 99999"):
        queries.unit_on("99999", LAST_OLD_DAY)


def test_periods_of_one_code_never_leave_two_bearers_on_a_day():
    for day in (date(2024, 4, 30), date(2024, 5, 1), LAST_OLD_DAY, FIRST_NEW_DAY, FIRST_NEW_DAY + timedelta(days=400)):
        codes = list(queries.units_on(day).values_list("code", flat=True))
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize("typed", ["Mỹ Tho", "my tho", "mytho", "phuong my tho", "p. my tho", "P.Mỹ Tho", "MY  THO"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_search_finds_a_ward_however_it_is_typed(typed, form):
    found = queries.find_units(unicodedata.normalize(form, typed), on=FIRST_NEW_DAY)
    assert found[0].name == "Phường Mỹ Tho"


def test_search_keeps_to_the_date_the_level_the_parent_and_the_limit():
    assert names(queries.find_units("my tho", on=LAST_OLD_DAY, level=2)) == ["Thành phố Mỹ Tho"]
    below = queries.find_units("phuong 4", on=LAST_OLD_DAY, parent="815")
    assert [unit.code for unit in below] == ["28252"]
    assert len(queries.find_units("tan", on=FIRST_NEW_DAY, limit=7)) == 7
    assert names(queries.find_units("28261", on=FIRST_NEW_DAY)) == ["Phường Mỹ Tho"]


def test_search_puts_names_that_begin_with_the_text_before_others():
    found = queries.find_units("cao", on=FIRST_NEW_DAY, limit=60)
    assert found[0].name == "Tỉnh Cao Bằng"
    begins = [compact(unit.short_name).startswith("cao") for unit in found]
    assert begins == sorted(begins, reverse=True)
    assert not all(begins)
    assert queries.find_units("phường 4", on=FIRST_NEW_DAY) == []


def test_search_is_one_query_with_the_parents(django_assert_num_queries):
    with django_assert_num_queries(1):
        for unit in queries.find_units("tan", on=FIRST_NEW_DAY, limit=20):
            assert unit.parent.name


def test_loading_again_changes_and_records_nothing(django_assert_max_num_queries):
    before = AuditEntry.objects.count()
    with django_assert_max_num_queries(30):
        loaded = load_units(by=None)
    assert not loaded.changed
    assert AuditEntry.objects.count() == before


def test_the_status_page_tells_whether_units_are_loaded():
    directory = apps.get_app_config("directory")
    assert [check.state for check in directory.checks()] == ["ok"]
    UnitLoad.objects.all().delete()
    (check,) = directory.checks()
    assert check.state == "failed"
    assert "tinhso units load" in check.advice


def test_loading_mends_what_was_altered(country):
    Unit.objects.filter(code="28261", valid_to=None).update(name="Phường Sai")
    queries.successors(queries.unit_on("28252", LAST_OLD_DAY)).delete()
    loaded = load_units(by=None)
    assert (loaded.units_changed, loaded.links_added) == (1, 1)
    assert queries.unit_on("28261", FIRST_NEW_DAY).name == "Phường Mỹ Tho"


@pytest.mark.parametrize("day", [LAST_OLD_DAY, FIRST_NEW_DAY])
def test_units_of_tien_giang_and_dong_thap_lie_in_their_province(day):
    for unit in queries.units_below_on(queries.unit_on("82", day), day).exclude(centre=None):
        west = 105.7 if day == LAST_OLD_DAY else 105.1
        assert west < unit.centre.x < 107.0, unit
        assert 10.1 < unit.centre.y < 11.0, unit


def test_the_islands_lie_in_the_sea():
    for code in ("498", "576", "22737", "20333", "22736"):
        for unit in Unit.objects.filter(code=code):
            assert unit.centre.x > 111, unit


def test_a_centre_borrowed_from_the_district_is_not_taken_for_the_commune_s():
    assert queries.unit_on("25162", LAST_OLD_DAY).centre is None
    assert not Unit.objects.filter(level=UnitLevel.COMMUNE, centre=F("parent__centre")).exists()
