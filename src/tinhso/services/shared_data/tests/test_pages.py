from datetime import date

import pytest
from django.utils.timezone import localdate

from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.actions.calendars import set_agency_hours
from tinhso.blocks.directory.models import AgencyKind
from tinhso.blocks.directory.queries import unit_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]


def page(client, address, **query):
    return client.get(f"/don-vi/{address}", query)


def test_the_search_opens_with_the_provinces_of_today(client):
    answer = page(client, "")
    assert answer.status_code == 200
    assert "Tỉnh Đồng Tháp" in answer.text
    assert "Tỉnh Tiền Giang" not in answer.text


def test_a_name_without_accents_is_found_as_of_a_day(client):
    answer = page(client, "", q="my tho", ngay="30/06/2025")
    assert "Thành phố Mỹ Tho" in answer.text
    assert "/don-vi/815/?ngay=30/06/2025" in answer.text


def test_nothing_found_says_what_to_try(client):
    assert "Không tìm thấy đơn vị nào" in page(client, "", q="xyzzy").text


def test_a_date_that_cannot_be_read_is_explained_and_the_name_kept(client):
    answer = page(client, "", q="my tho", ngay="31/02/2025")
    assert answer.status_code == 422
    assert "Hãy ghi ngày như 30/06/2025." in answer.text
    assert 'value="my tho"' in answer.text


def test_a_unit_shows_where_it_came_from_and_what_lies_below(client):
    ward = page(client, "28261/")
    for name in ("Phường Mỹ Tho", "Phường 1", "Phường Tân Long", "Tỉnh Đồng Tháp"):
        assert name in ward.text
    province = page(client, "82/")
    assert "Phường Đạo Thạnh" in province.text
    assert "Tỉnh Tiền Giang" in province.text


def test_a_unit_that_ended_shows_what_became_of_it(client):
    ward = page(client, "28252/", ngay="2025-06-30")
    assert "Phường Đạo Thạnh" in ward.text
    assert "Không còn hiệu lực" in ward.text
    assert "Cao Lãnh" not in ward.text
    district = page(client, "815/", ngay="2025-06-30")
    assert "Nay thuộc" in district.text
    assert "Phường Thới Sơn" in district.text


def test_a_code_asked_for_on_the_wrong_day_leads_to_the_right_ones(client):
    answer = page(client, "815/")
    assert answer.status_code == 404
    assert "Thành phố Mỹ Tho" in answer.text


def test_an_unknown_code_is_not_found(client):
    assert page(client, "99999/").status_code == 404
    assert page(client, "co-quan/H99/").status_code == 404


def test_an_agency_shows_both_identifiers_and_its_hours(client):
    root = create_agency(name="UBND tỉnh", kind=AgencyKind.COMMITTEE, unit=unit_on("82", localdate()), code="H20", by=None)
    ward = unit_on("28261", date(2026, 1, 1))
    create_agency(name="UBND phường Mỹ Tho", kind=AgencyKind.COMMITTEE, unit=ward, code="H20.14", parent=root, by=None)
    set_agency_hours(root, {"mon": ["08:00-10:00"]}, by=None)
    answer = page(client, "co-quan/H20.14/")
    for text in ("H20.14", "000.00.14.H20", "08:00–10:00", "Phường Mỹ Tho", "UBND tỉnh"):
        assert text in answer.text
    assert "/don-vi/co-quan/H20.14/" in page(client, "28261/").text


def test_the_pages_of_a_province_take_a_constant_number_of_queries(client, django_assert_max_num_queries):
    for code in ("82", "91", "01"):
        with django_assert_max_num_queries(20):
            page(client, f"{code}/")


def test_programs_ask_the_same_questions(client):
    found = client.get("/api/v1/units", {"q": "phuong my tho", "on": "2025-07-01"}).json()
    assert (found[0]["code"], found[0]["parent_code"]) == ("28261", "82")
    assert client.get("/api/v1/units/82", {"on": "2022-01-01"}).json()["name"] == "Tỉnh Tiền Giang"
    became = client.get("/api/v1/units/28252/became", {"on": "2025-07-01"}).json()
    assert [unit["name"] for unit in became] == ["Phường Đạo Thạnh"]


def test_on_the_first_day_of_the_calendar_nothing_became_of_anything(client):
    assert client.get("/api/v1/units/28252/became", {"on": "0001-01-01"}).status_code == 404
    refused = client.get("/api/v1/units/99999")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
