import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree
from PIL import Image

from tinhso.blocks.cases.models import Party
from tinhso.services.reports.models import Report
from tinhso.services.reports.open311.actions import add_key, revoke_key
from tinhso.services.reports.open311.tables import ApiKey
from tinhso.services.reports.tests.conftest import Staff

REQUESTS = "/open311/v2/requests.json"


@pytest.fixture
def secret(staff: Staff) -> str:
    return add_key("Ứng dụng thử", by=None)[1]


def _form(secret: str, **changes: object) -> dict[str, object]:
    form = {"api_key": secret, "service_code": "PA-ANTT.pothole", "lat": "10.36", "long": "106.36", "description": "Ổ gà sâu"}
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def _picture() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(content, "JPEG")
    return SimpleUploadedFile("anh.jpg", content.getvalue(), "image/jpeg")


def test_a_report_comes_in_and_only_its_key_sees_it_before_it_is_public(client: Client, secret: str) -> None:
    given = _form(secret, first_name="Văn An", last_name="Trần", phone="+84 912 345 678", email="an@vidu.example")
    (told,) = client.post(REQUESTS, given).json()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    report = Report.objects.get(case__code=told["service_request_id"])
    assert (report.case.place.point.coords, report.kind) == ((106.36, 10.36), "pothole")
    party = report.case.parties.get(role=Party.Role.APPLICANT)
    assert (party.name, party.phone, party.email) == ("Trần Văn An", "0912345678", "an@vidu.example")
    one = f"/open311/v2/requests/{report.case.code}.json"
    assert client.get(one).status_code == 404
    (row,) = client.get(one, {"api_key": secret}).json()
    assert (row["status"], row["description"], row["lat"], row["address"]) == ("open", None, None, None)
    _other, another = add_key("Ứng dụng khác", by=None)
    assert client.get(one, {"api_key": another}).status_code == 404


def test_xml_is_answered_with_xml(client: Client, secret: str) -> None:
    answer = client.post("/open311/v2/requests.xml", _form(secret))
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert root.tag == "service_requests"
    assert root.findtext("request/service_request_id") == Report.objects.get().case.code


def test_the_same_idempotency_key_is_the_same_report(client: Client, secret: str) -> None:
    first = client.post(REQUESTS, _form(secret), headers={"Idempotency-Key": "a"}).json()
    assert client.post(REQUESTS, _form(secret), headers={"Idempotency-Key": "a"}).json() == first
    assert client.post(REQUESTS, _form(secret)).json() != first
    assert Report.objects.count() == 2


def test_two_programs_may_use_the_same_idempotency_key(client: Client, secret: str) -> None:
    _key, another = add_key("Ứng dụng khác", by=None)
    for one in (secret, another):
        client.post(REQUESTS, _form(one), headers={"Idempotency-Key": "a"})
    assert Report.objects.count() == 2


def test_a_key_may_be_answered_by_a_token_that_leads_to_the_number(client: Client, staff: Staff) -> None:
    _key, secret = add_key("Theo phiếu", by=None, by_token=True)
    (told,) = client.post(REQUESTS, _form(secret)).json()
    assert "service_request_id" not in told
    (found,) = client.get(f"/open311/v2/tokens/{told['token']}.json").json()
    assert found == {"service_request_id": Report.objects.get().case.code, "token": told["token"]}
    assert client.get(f"/open311/v2/tokens/{told['token'][:-1]}.json").status_code == 404


def test_an_address_or_a_commune_is_place_enough(client: Client, secret: str, staff: Staff) -> None:
    said = _form(secret, lat=None, long=None)
    assert client.post(REQUESTS, {**said, "address_string": "Ấp 3, chợ Thạnh Trị"}).status_code == 200
    assert client.post(REQUESTS, {**said, "address_id": "28249"}).status_code == 200
    for code in ("99999", "82"):  # nobody's, the province's
        assert client.post(REQUESTS, {**said, "address_id": code}).status_code == 400


def test_pictures_may_be_sent_along(client: Client, secret: str) -> None:
    assert client.post(REQUESTS, _form(secret, media=_picture())).status_code == 200
    assert Report.objects.get().photos.count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "tso_wrong"}, 403),
        ({"service_code": None}, 400),
        ({"service_code": "PA-ANTT"}, 404),
        ({"service_code": "9.000001"}, 404),
        ({"jurisdiction_id": "elsewhere.example"}, 404),
        ({"lat": None}, 400),
        ({"lat": None, "long": None}, 400),
        ({"lat": "NaN"}, 400),
        ({"lat": "inf"}, 400),
        ({"lat": "10,36"}, 400),
        ({"lat": "0", "long": "0"}, 400),
        ({"lat": "1e999"}, 400),
        ({"description": "x" * 5000}, 400),
        ({"description": "a\0b"}, 400),
        ({"phone": "12"}, 400),
        ({"email": "nobody"}, 400),
        ({"first_name": "x" * 1000}, 400),
        ({"media_url": "file:///etc/passwd"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"address_string": "x" * 1000}, 400),
        ({"attribute[colour]": "red"}, 400),
        ({"media": SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")}, 400),
        ({"media": [SimpleUploadedFile("a.jpg", b"x") for _one in range(6)]}, 400),
    ],
)
def test_what_is_wrong_is_refused_as_specified(client: Client, secret: str, changes: dict[str, object], status: int) -> None:
    answer = client.post(REQUESTS, _form(secret, **changes))
    assert answer.status_code == status, answer.content
    assert all(set(problem) == {"code", "description"} and problem["code"] == status for problem in answer.json())
    assert not Report.objects.exists()


def test_a_body_that_is_no_form_is_refused_as_specified(client: Client, secret: str) -> None:
    for body, kind in ((b"{}", "application/json"), (b"<request/>", "text/xml"), (b"--x", "multipart/form-data; boundary=")):
        assert client.post(REQUESTS, body, content_type=kind).status_code in {400, 403}
    assert client.post(REQUESTS, b"a=%ff&" * 2000, content_type="application/x-www-form-urlencoded").json()[0]["code"] == 400


def test_a_key_that_was_taken_back_lets_nobody_in(client: Client, secret: str) -> None:
    revoke_key(ApiKey.objects.get().prefix, by=None)
    assert client.post(REQUESTS, _form(secret)).status_code == 403


def test_a_key_sends_no_more_than_it_may(client: Client, staff: Staff) -> None:
    _key, secret = add_key("Hai mỗi phút", by=None, per_minute=2)
    assert [client.post(REQUESTS, _form(secret)).status_code for _one in range(3)] == [200, 200, 429]


def test_guessing_keys_is_stopped(client: Client, staff: Staff) -> None:
    tries = [client.post(REQUESTS, _form(f"tso_{number}")).status_code for number in range(31)]
    assert (set(tries[:30]), tries[30]) == ({403}, 429)


def test_only_a_digest_of_a_key_is_kept(secret: str) -> None:
    key = ApiKey.objects.get()
    assert secret.encode() not in bytes(key.digest)
    assert secret.startswith(key.prefix)


def test_handing_in_costs_few_queries(client: Client, secret: str, django_assert_max_num_queries: Callable[..., object]) -> None:
    client.post(REQUESTS, _form(secret))
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        client.post(REQUESTS, _form(secret))
