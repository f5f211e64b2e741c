"""Refusals and failures: a page for people, a fragment for htmx, problem details for programs; never the inside of the house."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tinhso.kernel.web.tests.urls")]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/thu/not-allowed/", 403, "Bạn không có quyền ký."),
        ("/thu/not-found/", 404, "Không có hồ sơ này."),
        ("/thu/wrong-state/", 409, "Hồ sơ đã được người khác tiếp nhận."),
        ("/thu/invalid/", 422, "Hãy ghi họ tên."),
        ("/thu/denied/", 403, "không có quyền xem"),
        ("/thu/suspicious/", 400, "không đọc được"),
        ("/thu/bug/", 500, "Có lỗi ở phía chúng tôi"),
        ("/thu/database/", 503, "Hệ thống đang tạm nghỉ"),
        ("/khong-co-trang-nay/", 404, "Không tìm thấy trang này"),
        ("/gui/", 405, "Hãy quay lại trang trước"),
    ],
)
def test_a_refused_page_says_what_happened_and_carries_the_correlation_id(client, address, status, words):
    response = client.get(address)

    text = response.content.decode()
    assert response.status_code == status
    assert words in text
    assert response["X-Correlation-Id"] in text
    assert "secret detail" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("way", "status", "code"), [("not-found", 404, "not_found"), ("invalid", 422, "invalid"), ("bug", 500, "server_error")]
)
@pytest.mark.parametrize("asked", [("/api/thu/%s/", {}), ("/thu/%s/", {"Accept": "application/json"})])
def test_a_program_is_answered_with_problem_details(client, way, status, code, asked):
    address, headers = asked

    response = client.get(address % way, headers=headers)

    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["correlation_id"] == response["X-Correlation-Id"]
    if way == "invalid":
        assert problem["fields"] == {"name": "Hãy ghi họ tên."}


def test_a_name_nobody_serves_is_refused_with_the_right_address_and_what_the_operator_does(client, settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["a.example"], "https://a.example"
    page = client.get("/", headers={"Host": "<evil>.example"})
    assert page.status_code == 400
    for words in ("“&lt;evil&gt;.example”", "https://a.example", "TINHSO_HOSTS"):
        assert words in page.content.decode()
    assert client.get("/api/v1/cases", headers={"Host": "evil.example"}).json()["code"] == "unknown_host"


def test_an_address_for_forms_names_the_methods_that_would_do_to_programs_too(client):
    page, told = client.get("/gui/"), client.get("/api/gui/")

    assert page["Allow"] == told["Allow"] == "POST"
    assert (told.status_code, told.json()["code"]) == (405, "wrong_method")
    assert client.post("/gui/").content == b"taken"


def test_an_htmx_request_is_answered_with_a_notice_for_the_message_area(client):
    response = client.get("/thu/wrong-state/", headers={"HX-Request": "true"})

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#messages"
    assert "đã được người khác tiếp nhận" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_an_error_page_needs_no_database(client, django_db_blocker):
    with django_db_blocker.block():
        for address, status in (("/thu/bug/", 500), ("/thu/not-found/", 404)):
            response = client.get(address)
            assert response.status_code == status
            assert response["X-Correlation-Id"] in response.content.decode()


def test_a_signed_in_person_gets_an_error_page_even_when_the_session_cannot_be_read(client, django_db_blocker):
    client.cookies["sessionid"] = "0" * 32

    with django_db_blocker.block():
        response = client.get("/thu/bug/")

    assert response.status_code == 500
    assert "Có lỗi ở phía chúng tôi" in response.content.decode()


def test_a_form_sent_after_its_session_ended_is_refused_with_advice():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/echo/", {"a": "1"})

    assert response.status_code == 403
    assert "đã mở quá lâu" in response.content.decode()
    assert "những gì đã điền vẫn còn" in response.content.decode()


def test_a_form_with_too_much_text_is_refused_naming_the_limit(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

    response = client.post("/echo/", "a=" + "x" * (3 * 1024 * 1024), content_type="application/x-www-form-urlencoded")

    assert response.status_code == 413
    assert "3 MB" in response.content.decode()


@pytest.mark.parametrize("address", ["/thu-tuc/%00/", "/thu-tuc/?q=a%00b", "/thu-tuc/?a%00b=q", "/api/v1/units/%00"])
def test_an_address_with_a_nul_is_a_bad_request(client, address):
    assert client.get(address).status_code == 400


def test_a_form_with_a_nul_is_a_bad_request(client):
    assert client.post("/echo/", {"name": "Nguyễn\0Văn An"}).status_code == 400
    assert client.post("/echo/", {"name": "Nguyễn Văn An"}).status_code == 200


def test_a_cookie_with_a_nul_is_a_bad_request(client):
    client.cookies["sessionid"] = "abcdefgh\0"

    assert client.get("/thu-tuc/").status_code == 400
