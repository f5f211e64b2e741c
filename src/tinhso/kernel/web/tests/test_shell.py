"""What wraps every page: headers, language, health, and the frame itself."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tinhso.kernel.web.tests.urls")]

PAGES = ["styleguide", "styleguide-workspace", "status", "offline"]


# ---------------------------------------------------------------------------------------------------------- headers


def test_every_answer_carries_the_strict_policy(client):
    for address in ("/he-thong-thiet-ke/", "/khong-co/", "/healthz", "/thu/not-found/"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_a_preview_may_be_framed_by_our_own_pages_only(client):
    headers = client.get("/preview/").headers

    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_no_inline_style_script_or_handler(client, name):
    page = client.get(reverse(name)).content.decode()

    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page
    assert "javascript:" not in page


def test_a_well_formed_correlation_id_is_kept_and_any_other_replaced(client):
    kept = client.get("/healthz", headers={"X-Correlation-Id": "proxy-0123456789"})
    made = client.get("/healthz", headers={"X-Correlation-Id": "bad id\nwith break"})

    assert kept["X-Correlation-Id"] == "proxy-0123456789"
    assert made["X-Correlation-Id"] not in ("", "bad id\nwith break")


# --------------------------------------------------------------------------------------------------------- language


def test_pages_speak_vietnamese_whatever_the_browser_prefers(client):
    page = client.get("/he-thong-thiet-ke/", headers={"Accept-Language": "en-US,en"})

    assert '<html lang="vi">' in page.content.decode()
    assert page["Content-Language"] == "vi"


def test_choosing_a_language_keeps_the_address_and_is_remembered(client):
    response = client.post(reverse("language"), {"language": "en", "next": "/he-thong-thiet-ke/?trang=2"})

    assert response["Location"] == "/he-thong-thiet-ke/?trang=2"
    assert '<html lang="en">' in client.get("/he-thong-thiet-ke/").content.decode()


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_choosing_a_language_never_leads_to_another_site(client, evil):
    response = client.post(reverse("language"), {"language": "en", "next": evil})

    assert response["Location"].startswith("/")
    assert "evil" not in response["Location"]
    assert "javascript" not in response["Location"]


def test_an_unknown_language_changes_nothing(client):
    client.post(reverse("language"), {"language": "xx", "next": "/"})

    assert '<html lang="vi">' in client.get("/he-thong-thiet-ke/").content.decode()


# ------------------------------------------------------------------------------------------------------------ frame


def test_every_page_loads_the_guard_against_a_double_submit(client):
    page = client.get("/he-thong-thiet-ke/").content.decode()

    assert 'src="/static/web/app.js"' in page
    assert '<a class="skip-link" href="#main">' in page


def test_the_menu_marks_the_page_the_person_is_on(client):
    page = client.get("/thu-tuc/khong-co-thu-tuc-nay/").content.decode()

    assert '<a href="/thu-tuc/" aria-current="page">' in page
    assert '<a href="/">' in page


def test_a_visitor_is_offered_the_sign_in_that_leads_back_here(client):
    page = client.get("/he-thong-thiet-ke/?a=1&b=2").content.decode()

    assert 'href="/dang-nhap/?next=%2Fhe-thong-thiet-ke%2F%3Fa%3D1%26b%3D2"' in page


# ----------------------------------------------------------------------------------------------------------- health


def test_health_answers_without_the_database(client, django_db_blocker):
    with django_db_blocker.block():
        assert client.get("/healthz").json() == {"status": "ok"}


def test_the_process_is_ready_when_the_database_answers_and_has_all_tables(client):
    assert client.get("/readyz").status_code == 200


def test_figures_are_given_to_a_collector_on_this_machine_or_with_the_token_only(client, settings):
    settings.METRICS_TOKEN = "open sesame"

    def status(address: str, **headers: str) -> int:
        return client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code

    assert status("127.0.0.1") == 200
    assert status("10.0.0.7") == 404
    assert status("10.0.0.7", Authorization="Bearer open sesame") == 200
    assert status("10.0.0.7", Authorization="Bearer wrong") == 404
    assert status("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"}) == 404


def test_answers_are_counted_by_view_method_and_status(client):
    client.get("/healthz")
    client.get("/khong-co/")
    told = client.get("/metrics").content.decode()
    assert 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="healthz"}' in told
    assert '_total{method="GET",status="404",view="<no view>"}' in told
    assert 'django_http_requests_latency_seconds_by_view_method_bucket{le="0.01",method="GET",view="healthz"}' in told


def test_during_maintenance_people_read_the_operators_words_and_health_stays(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "maintenance").write_text("Nâng cấp đến 06:00 sáng mai.")
    client = Client()

    page = client.get("/he-thong-thiet-ke/")

    assert page.status_code == 503
    assert page["Retry-After"]
    assert "Nâng cấp đến 06:00 sáng mai." in page.content.decode()
    assert client.get("/healthz").status_code == 200
