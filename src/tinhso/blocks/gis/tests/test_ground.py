"""The ground under the points."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tinhso.blocks.gis.background import find_places, ground_geojson, nearest_commune, reach_of
from tinhso.blocks.gis.clusters import point_from
from tinhso.blocks.gis.tiles import with_map
from tinhso.kernel.web.policy import security_headers

DAY = date(2026, 11, 22)


def test_every_map_names_hoang_sa_and_truong_sa(province):
    names = [feature["properties"]["name"] for feature in ground_geojson(DAY)["features"]]

    assert "Quần đảo Hoàng Sa (Việt Nam)" in names
    assert "Quần đảo Trường Sa (Việt Nam)" in names


def test_the_ground_is_the_province_by_its_communes_that_have_a_centre(province):
    ground = ground_geojson(DAY)
    names = [feature["properties"]["name"] for feature in ground["features"] if feature["properties"]["kind"] == "unit"]

    assert names == ["Phường Đạo Thạnh", "Phường Mỹ Tho"]
    assert ground["bbox"] == [106.09, 10.1, 106.61, 10.62]


@pytest.mark.django_db
def test_an_empty_directory_has_the_country_for_its_ground():
    assert ground_geojson(DAY)["bbox"] == [102.0, 8.0, 117.5, 23.5]


def test_a_place_is_found_without_accents_and_only_where_the_map_can_show_it(province):
    assert [unit.name for unit in find_places("dao thanh", DAY)] == ["Phường Đạo Thạnh"]
    assert find_places("không tâm", DAY) == []
    assert find_places("  ", DAY) == []


def test_the_nearest_centre_is_the_guess_for_a_point(province):
    assert nearest_commune(Point(106.335, 10.375, srid=4326), DAY).code == "28249"


def test_a_commune_without_a_known_area_reaches_some_kilometres(province):
    assert 2_000 < reach_of(province) < 4_000


@pytest.mark.parametrize(("lon", "lat"), [("", ""), ("nan", "10"), ("inf", "10"), ("2.35", "48.85"), ("a", "b"), (None, None)])
def test_what_is_no_point_in_viet_nam_is_none(lon, lat):
    assert point_from(lon, lat) is None


def test_the_ground_is_not_sent_again_while_the_units_are_the_same(province, client: Client):
    first = client.get("/ban-do/nen.json")
    again = client.get("/ban-do/nen.json", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)


def test_a_search_answers_places_and_a_point_its_commune(province, client: Client):
    assert [place["code"] for place in client.get("/ban-do/tim/", {"q": "my tho"}).json()["places"]] == ["28270"]
    assert [place["code"] for place in client.get("/ban-do/tim/", {"lon": "106.36", "lat": "10.35"}).json()["places"]] == [
        "28270"
    ]
    assert client.get("/ban-do/tim/", {"lon": "nan", "lat": "1"}).json() == {"places": []}


def test_a_page_with_a_map_may_ask_the_province_s_tiles_and_no_other_host(settings):
    settings.MAP_TILES = "https://bando.tiengiang.example/anh/{z}/{x}/{y}.png"
    response = with_map(lambda request: HttpResponse())(RequestFactory().get("/"))
    policy = security_headers(response)["Content-Security-Policy"]

    assert "connect-src 'self' https://bando.tiengiang.example;" in policy
    assert "script-src 'self';" in policy


def test_without_tiles_the_policy_stays_strict(settings):
    settings.MAP_TILES = ""
    response = with_map(lambda request: HttpResponse())(RequestFactory().get("/"))

    assert "connect-src 'self';" in security_headers(response)["Content-Security-Policy"]
