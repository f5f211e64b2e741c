from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from lxml import etree

from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.files.actions import store_bytes
from tinhso.services.reports.actions.moderating import hide, publish
from tinhso.services.reports.models import Report
from tinhso.services.reports.open311.actions import add_key
from tinhso.services.reports.tests.conftest import Staff

V2 = "/open311/v2"
Send = Callable[..., Report]


def xml(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False))


@pytest.fixture
def public(sent: Send, staff: Staff) -> Callable[..., Report]:
    """A report of today that a moderator released; keyword arguments as `sent`."""

    def make(words: str = "Ổ gà trước chợ", **changes: object) -> Report:
        report = sent(**{"at": now() - timedelta(hours=1), **changes})
        return publish(report, by=staff.desk, text=words, where="Trước chợ Thạnh Trị")

    return make


def ids(client: Client, **asked: str) -> list[str]:
    answer = client.get(f"{V2}/requests.json", asked)
    assert answer.status_code == 200, answer.content
    return [row["service_request_id"] for row in answer.json()]


@pytest.mark.django_db
def test_discovery_names_the_endpoint_in_both_formats(client: Client) -> None:
    told = client.get("/open311/discovery.json").json()
    assert told["endpoints"][0]["url"].endswith("/open311/v2")
    assert told["endpoints"][0]["formats"] == ["application/json", "text/xml"]
    root = xml(client.get("/open311/discovery.xml").content)
    assert root.tag == "discovery"
    assert root.findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == ["application/json", "text/xml"]


def test_services_are_the_sub_kinds_of_the_fields(client: Client, staff: Staff) -> None:
    answer = client.get(f"{V2}/services.json")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    pothole = next(one for one in answer.json() if one["service_code"] == "PA-ANTT.pothole")
    assert set(pothole) == {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert (pothole["metadata"], pothole["type"]) == (False, "realtime")
    written = client.get(f"{V2}/services.xml")
    assert written["Content-Type"] == "text/xml; charset=utf-8"
    assert written.content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    root = xml(written.content)
    assert (root.tag, root[0].tag, len(root)) == ("services", "service", len(answer.json()))
    assert root[0].findtext("metadata") == "false"


def test_a_service_without_questions_has_no_attributes(client: Client, staff: Staff) -> None:
    assert client.get(f"{V2}/services/PA-ANTT.pothole.json").json() == {"service_code": "PA-ANTT.pothole", "attributes": []}


def test_a_public_report_is_shown_without_who_sent_it(client: Client, public: Send, town: Town) -> None:
    report = public()
    answer = client.get(f"{V2}/requests/{report.case.code}.json")
    (row,) = answer.json()
    assert row["service_request_id"] == report.case.code
    assert (row["status"], row["service_code"]) == ("open", "PA-ANTT.pothole")
    assert row["description"] == "Ổ gà trước chợ"
    assert (row["long"], row["lat"], row["address"]) == (106.36, 10.36, "Trước chợ Thạnh Trị")
    assert row["requested_datetime"].endswith("+07:00")
    assert town.citizen.full_name not in answer.content.decode()
    assert "té xe" not in answer.content.decode()  # the words as they were sent
    request = xml(client.get(f"{V2}/requests/{report.case.code}.xml").content).find("request")
    assert request is not None
    assert request.findtext("lat") == "10.36"
    assert request.findtext("zipcode") == ""


def test_only_released_pictures_go_out(client: Client, public: Send, staff: Staff) -> None:
    files = [store_bytes(f"{name}.jpg", name.encode(), "image/jpeg") for name in ("a", "b")]
    report = public(files=files)
    assert client.get(f"{V2}/requests/{report.case.code}.json").json()[0]["media_url"] is None
    second = report.photos.order_by("pk")[1]
    publish(report, by=staff.desk, text="Ổ gà", photos=[second.pk])
    assert client.get(f"{V2}/requests/{report.case.code}.json").json()[0]["media_url"].endswith(f"/open311/v2/media/{second.pk}")
    shown = client.get(f"{V2}/media/{second.pk}")
    assert (shown.status_code, shown["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    assert client.get(f"{V2}/media/{second.pk - 1}").status_code == 404
    hide(report, by=staff.desk, why="Có người")
    assert client.get(f"{V2}/media/{second.pk}").status_code == 404


def test_what_is_not_public_is_not_found(client: Client, sent: Send, staff: Staff) -> None:
    waiting, hidden = sent(at=now()), sent(at=now())
    hide(hidden, by=staff.desk, why="Có tên người khác")
    for report in (waiting, hidden):
        answer = client.get(f"{V2}/requests/{report.case.code}.json")
        assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
    assert ids(client) == []
    assert ids(client, service_request_id=f"{waiting.case.code},{hidden.case.code}") == []


def test_a_key_does_not_show_what_came_another_way(client: Client, sent: Send) -> None:
    _key, secret = add_key("Một ứng dụng", by=None)
    assert client.get(f"{V2}/requests/{sent().case.code}.json", {"api_key": secret}).status_code == 404


def test_applications_are_not_requests(client: Client, town: Town) -> None:
    assert client.get(f"{V2}/requests/000.00.00.H20-261116-0001.json").status_code == 404


def test_several_ids_override_the_rest(client: Client, public: Send) -> None:
    old, new = public(at=MONDAY - timedelta(days=400)), public()
    asked = {"service_request_id": f"{old.case.code}, {new.case.code},khong-co", "status": "closed"}
    assert set(ids(client, **asked)) == {old.case.code, new.case.code}
    assert ids(client) == [new.case.code]


def test_requests_are_chosen_by_service_state_and_time(client: Client, public: Send) -> None:
    pothole, garbage = public(), public(field="PA-TNMT", kind="garbage")
    both = {pothole.case.code, garbage.case.code}
    assert ids(client, service_code="PA-ANTT.pothole") == [pothole.case.code]
    assert ids(client, service_code="PA-TNMT") == [garbage.case.code]
    assert set(ids(client, service_code="PA-ANTT.pothole,PA-TNMT.garbage")) == both
    assert ids(client, service_code="PA-ANTT.unknown") == []
    assert ids(client, status="closed") == []
    assert set(ids(client, status="open,closed")) == both
    tomorrow = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(client, start_date=tomorrow) == []
    assert set(ids(client, end_date=tomorrow)) == both


def test_pages_follow_each_other(client: Client, public: Send) -> None:
    moment = now() - timedelta(hours=2)
    made = {public(at=moment).case.code for _one in range(3)}
    pages = [ids(client, page=str(page), page_size="1") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert {code for page in pages for code in page} == made


def test_a_plus_sign_that_came_as_a_space_is_understood(client: Client, public: Send) -> None:
    public()
    assert client.get(f"{V2}/requests.json?start_date=2026-11-01T00:00:00+07:00").status_code == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"start_date": "yesterday"}, 400),
        ({"start_date": "2026-13-45T00:00:00Z"}, 400),
        ({"start_date": "0001-01-01T00:00:00Z"}, 400),
        ({"start_date": "9" * 5000}, 400),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}, 400),
        ({"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400),
        ({"status": "done"}, 400),
        ({"page": "0"}, 400),
        ({"page_size": "1001"}, 400),
        ({"page": "200000"}, 400),
        ({"page": "١"}, 400),
        ({"service_request_id": ",".join(map(str, range(400)))}, 200),
        ({"jurisdiction_id": "elsewhere.example"}, 404),
        ({"jurisdiction_id": "127.0.0.1"}, 200),
    ],
)
@pytest.mark.parametrize("extension", ["json", "xml"])
def test_what_cannot_be_asked_is_refused_as_specified(
    client: Client, staff: Staff, asked: dict[str, str], status: int, extension: str
) -> None:
    answer = client.get(f"{V2}/requests.{extension}", asked)
    assert answer.status_code == status
    if status == 200:
        return
    if extension == "json":
        (problem,) = answer.json()
        assert set(problem) == {"code", "description"}
        assert problem["code"] == status
    else:
        root = xml(answer.content)
        assert root.tag == "errors"
        assert root.findtext("error/code") == str(status)
        assert root.findtext("error/description")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("services.yaml", 404),
        ("services", 404),
        ("services/PA-ANTT.unknown.json", 404),
        ("services/PA-ANTT.pothole", 404),
        ("services/9.000001.json", 404),
        ("tokens/nothing.json", 404),
        ("tokens/1-.json", 404),
        ("requests/khong-co.xml", 404),
        ("nonsense.json", 404),
    ],
)
@pytest.mark.django_db
def test_addresses_that_lead_nowhere_say_so(client: Client, address: str, status: int) -> None:
    answer = client.get(f"{V2}/{address}")
    assert answer.status_code == status
    if address.endswith(".json"):
        assert answer.json()[0]["code"] == status
    else:
        assert xml(answer.content).findtext("error/code") == str(status)


@pytest.mark.django_db
def test_a_wrong_method_names_the_right_ones(client: Client) -> None:
    answer = client.delete(f"{V2}/services.json")
    assert (answer.status_code, answer["Allow"], answer.json()[0]["code"]) == (405, "GET, HEAD", 405)


def test_letters_that_xml_cannot_hold_are_left_out(client: Client, public: Send) -> None:
    report = public("Ổ gà <b>&amp; \ufffe]]>")
    request = xml(client.get(f"{V2}/requests/{report.case.code}.xml").content)
    assert request.findtext("request/description") == "Ổ gà <b>&amp; ]]>"


def test_extended_attributes_come_when_asked_for(client: Client, public: Send) -> None:
    report = public()
    (row,) = client.get(f"{V2}/requests/{report.case.code}.json", {"extensions": "true"}).json()
    assert row["extended_attributes"]["field"] == "PA-ANTT"
    root = xml(client.get(f"{V2}/requests/{report.case.code}.xml", {"extensions": "true"}).content)
    assert root.findtext("request/extended_attributes/me_too") == "0"


def test_a_list_costs_the_same_however_long(
    client: Client, public: Send, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(4):
        public(place=Place((106.36, 10.36 + number / 1000)), files=[store_bytes(f"{number}.jpg", b"x", "image/jpeg")])
    ids(client, extensions="true")  # the key is kept from now on
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        assert len(ids(client, extensions="true")) == 4
