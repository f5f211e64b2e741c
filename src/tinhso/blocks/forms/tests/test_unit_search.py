"""The addresses the picker asks, on the directory's own units."""

from datetime import date

import pytest
from django.test import Client

from tinhso.blocks.directory.models import Unit
from tinhso.blocks.forms.units import DirectoryUnits

pytestmark = pytest.mark.django_db
REFORM, LAST_DAY = date(2025, 7, 1), date(2025, 6, 30)


def unit(code: str, name: str, level: int, kind: str, parent: Unit | None = None, *, old: bool = False) -> Unit:
    period = {"valid_to": LAST_DAY, "known_from": date(2008, 8, 1)} if old else {"valid_from": REFORM, "known_from": REFORM}
    return Unit.objects.create(
        code=code, name=name, short_name=name.split(" ", 1)[1], level=level, kind=kind, parent=parent, **period
    )


@pytest.fixture(autouse=True)
def places() -> None:
    dong_thap = unit("82", "Tỉnh Đồng Tháp", 1, "province")
    unit("28249", "Phường Đạo Thạnh", 3, "ward", dong_thap)
    unit("79", "Thành phố Hồ Chí Minh", 1, "central_city")
    tien_giang = unit("82", "Tỉnh Tiền Giang", 1, "province", old=True)
    my_tho = unit("815", "Thành phố Mỹ Tho", 2, "city", tien_giang, old=True)
    unit("28252", "Phường 4", 3, "ward", my_tho, old=True)


def test_typing_without_accents_finds_the_ward(client: Client):
    answer = client.get("/bieu-mau/don-vi/", {"q": "dao thanh", "level": "commune", "on": "2026-11-21"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'data-code="28249"' in text
    assert 'data-province="82"' in text
    assert "Tỉnh Đồng Tháp" in text


def test_an_old_day_has_its_own_units(client: Client):
    now = client.get("/bieu-mau/don-vi/", {"q": "phường 4", "on": "2026-11-21"}).content.decode()
    then = client.get("/bieu-mau/don-vi/", {"q": "phường 4", "on": "2020-01-01", "within": "815"}).content.decode()
    assert "28252" not in now
    assert 'data-district="815"' in then
    assert (
        "Thành phố Mỹ Tho" in client.get("/bieu-mau/don-vi/cap-huyen/", {"province": "82", "on": "2020-01-01"}).content.decode()
    )


def test_a_comma_narrows_by_the_province():
    found = DirectoryUnits().find("Đạo Thạnh, đồng tháp", level=3, on=date(2026, 1, 1))
    assert [one.full_name for one in found] == ["Phường Đạo Thạnh, Tỉnh Đồng Tháp"]
    assert DirectoryUnits().find("Đạo Thạnh, hồ chí minh", level=3, on=date(2026, 1, 1)) == []


def test_a_former_ward_is_known_by_its_last_name_and_place():
    found = DirectoryUnits().last("28252")
    assert found
    assert found.full_name == "Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang"
    assert DirectoryUnits().last("99999") is None


@pytest.mark.parametrize("query", [{"q": "a", "on": "hôm nay"}, {"q": "a", "level": "ward"}])
def test_a_wrong_question_is_refused_in_words(client: Client, query: dict):
    assert client.get("/bieu-mau/don-vi/", query).status_code == 422


def test_nothing_typed_finds_nothing_and_markup_is_only_text(client: Client):
    assert client.get("/bieu-mau/don-vi/", {"q": " "}).content.strip() == b""
    assert b"<script" not in client.get("/bieu-mau/don-vi/", {"q": "<script>"}).content


def test_a_code_of_anything_else_is_no_unit():
    assert DirectoryUnits().get("82/Đạo", date(2026, 1, 1)) is None
    assert DirectoryUnits().get("٨٢", date(2026, 1, 1)) is None


def test_who_lived_somewhere_before_our_sources_reach_can_still_say_where():
    found = DirectoryUnits().find("phường 4, mỹ tho", level=3, on=date(1998, 1, 1))
    assert [unit.code for unit in found] == ["28252"]
    assert DirectoryUnits().get("28252", date(1998, 1, 1)).name == "Phường 4"
