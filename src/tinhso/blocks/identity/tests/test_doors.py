"""The middleware, the guards of views, and the switcher of sample accounts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.timezone import now

from tinhso.blocks.identity.actions import close_account, issue_token, offer_as_sample, revoke_token
from tinhso.blocks.identity.guards import NotSignedIn, safe_next, signed_in, staff_only, to_sign_in
from tinhso.blocks.identity.middleware import person as middleware
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.tests import world
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed


@pytest.fixture
def staff(ward):
    return world.account(world.official(ward, "reception"), "tiepnhan", Account.Kind.STAFF)


def ask(path="/", *, account=None, **headers):
    """What the middleware makes of a request; `.response` is its answer."""
    request = RequestFactory(headers=headers).get(path)
    request.user = account or AnonymousUser()
    request.response = middleware(lambda request: HttpResponse("ok"))(request)
    return request


# --------------------------------------------------------------------------------------------------------- middleware


def test_a_visitor_is_nobody(db):
    request = ask()
    assert (request.person, request.account, request.token) == (None, None, None)


def test_the_signed_in_account_s_person_acts(staff):
    request = ask(account=staff)
    assert (request.person, request.account) == (staff.person, staff)


def test_an_official_signed_in_as_a_citizen_is_a_citizen(staff, ward):
    request = ask(account=world.account(staff.person, "0912345678"))
    assert request.person == staff.person
    assert not allowed(request.person, "identity.verify", at=ward)


def test_what_was_made_for_somebody_is_kept_by_no_cache(staff, db):
    _token, secret = token(staff)
    assert ask(account=staff).response["Cache-Control"] == "private, no-store"
    assert ask("/api/x", authorization=f"Bearer {secret}").response["Cache-Control"] == "private, no-store"
    assert not ask().response.has_header("Cache-Control")


def token(staff, *scopes, **options):
    options.setdefault("valid_for", timedelta(days=1))
    return issue_token(staff, name="Kios", scopes=scopes or ["identity.verify"], by=staff.person, **options)


def test_a_token_acts_as_its_account_within_its_scopes(staff, ward):
    _token, secret = token(staff, "payments.cash")
    request = ask("/api/x", authorization=f"Bearer {secret}")
    assert request.person == staff.person
    assert allowed(request.person, "payments.cash", at=ward)
    assert not allowed(request.person, "identity.verify", at=ward)


def test_a_wrong_token_is_answered_401_and_goes_no_further(db):
    request = ask("/api/x", authorization="Bearer tso_guess")
    assert request.response.status_code == 401
    assert "WWW-Authenticate" in request.response


def test_expired_and_revoked_tokens_and_those_of_closed_accounts_are_dead(staff):
    _old, expired = token(staff, at=now() - timedelta(days=2))
    one, revoked = token(staff)
    revoke_token(one, by=staff.person)
    _live, living = token(staff)
    assert [ask("/api/x", authorization=f"Bearer {s}").response.status_code for s in (expired, revoked, living)] == [
        401,
        401,
        200,
    ]
    close_account(staff, by=None)
    assert ask("/api/x", authorization=f"Bearer {living}").response.status_code == 401


def test_a_token_opens_the_api_and_no_pages(staff):
    _token, secret = token(staff)
    assert ask("/mot-cua/", authorization=f"Bearer {secret}").person is None


def test_the_last_use_of_a_token_is_kept_to_the_hour(staff, django_assert_num_queries):
    one, secret = token(staff)
    ask("/api/x", authorization=f"Bearer {secret}")
    one.refresh_from_db()
    first = one.last_used_at
    ask("/api/x", authorization=f"Bearer {secret}")
    one.refresh_from_db()
    assert first is not None
    assert one.last_used_at == first


# -------------------------------------------------------------------------------------------------------------- guards


def view(request):
    return HttpResponse("inside")


def test_a_visitor_is_sent_to_sign_in_and_back_to_the_page(db):
    response = signed_in(view)(ask("/ho-so-cua-toi/?trang=2"))
    assert response.url == "/dang-nhap/?next=%2Fho-so-cua-toi%2F%3Ftrang%3D2"


def test_a_form_sent_without_a_session_leads_back_to_its_page(db):
    request = RequestFactory(headers={"referer": "http://testserver/nop/1/buoc/2?x=1"}).post("/nop/1/luu/")
    assert to_sign_in(request).url == "/dang-nhap/?next=%2Fnop%2F1%2Fbuoc%2F2%3Fx%3D1"


def test_a_foreign_referer_is_no_way_back(db):
    request = RequestFactory(headers={"referer": "https://evil.example/page"}).post("/nop/1/luu/")
    assert to_sign_in(request).url == "/dang-nhap/?next=%2F"


def test_htmx_moves_the_whole_page_to_sign_in(db):
    request = ask("/phan", **{"HX-Request": "true", "HX-Current-URL": "http://testserver/trang/"})
    response = signed_in(view)(request)
    assert response["HX-Redirect"] == "/dang-nhap/?next=%2Ftrang%2F"


def test_a_program_without_a_token_is_told_401(db):
    with pytest.raises(NotSignedIn):
        signed_in(view)(ask("/api/x"))


def test_staff_pages_are_not_there_for_citizens(staff):
    assert staff_only(view)(ask(account=staff)).content == b"inside"
    with pytest.raises(NotFound):
        staff_only(view)(ask(account=world.account(world.somebody(), "chau")))


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "dang-nhap", "", None]
)
def test_only_pages_of_this_installation_are_a_way_on(address):
    assert safe_next(address, default="/x") == "/x"


def test_a_page_of_this_installation_is_kept_with_its_query():
    assert safe_next("/nop/?a=1&b=%2F") == "/nop/?a=1&b=%2F"


# ------------------------------------------------------------------------------------------------------------ switcher


def test_the_switcher_signs_in_as_a_sample_account_and_ends_the_session_before(client, staff):
    offer_as_sample(staff, title="Tiếp nhận", order=1)
    client.force_login(world.account(world.somebody(), "chau"))
    before = client.session.session_key
    response = client.post("/tai-khoan-mau/", {"username": "tiepnhan"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(staff.pk)
    assert client.session.session_key != before


def test_without_sample_data_the_switcher_is_not_there(client, staff):
    assert client.post("/tai-khoan-mau/", {"username": "tiepnhan"}).status_code == 404
    assert "sample-switcher" not in client.get("/dang-nhap/").content.decode()


def test_with_sample_data_every_page_shows_the_switcher(client, staff):
    offer_as_sample(staff, title="Tiếp nhận: Phúc", agency="Phường Mỹ Tho", order=1)
    assert "Tiếp nhận: Phúc – Phường Mỹ Tho" in client.get("/dang-nhap/").content.decode()
