from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import localdate, now

from tinhso.blocks.identity.actions import offer_as_sample
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import account_named
from tinhso.blocks.identity.tests import world
from tinhso.blocks.identity.throttle import TooManyTries
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.services.accounts.actions.challenges import (
    begin_registration,
    begin_reset,
    code_of,
    confirm_registration,
    confirm_reset,
    forget_old_challenges,
)
from tinhso.services.accounts.fields import contact, read_registration
from tinhso.services.accounts.models import Challenge

NUMBER = "082190001234"
PASSWORD = world.PASSWORD
FORM = {"full_name": "Nguyễn Thị Minh Châu", "number": "082 190 001 234", "contact": "0912 345 678", "password": PASSWORD}


def begin(contact_text="0912 345 678", number=NUMBER, **changes):
    said = {"kind": "citizen", "full_name": "Nguyễn Thị Minh Châu", "business_name": "", "today": localdate()} | changes
    registration = read_registration(number=number, contact_text=contact_text, **said)
    return begin_registration(registration, PASSWORD, language="vi", network="203.0.113.7", at=now())


# -------------------------------------------------------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+84 912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("Chau@Example.org ", "chau@example.org"),
        ("0273 3872 123", None),
        ("091234", None),
        ("a@b", None),
    ],
)
def test_a_contact_is_a_mobile_number_or_an_address_in_one_form(written, kept):
    assert contact(written) == kept


def test_every_field_that_is_wrong_is_named_at_once():
    with pytest.raises(Invalid) as refusal:
        read_registration(
            kind="citizen", full_name="Châu", number="005190001234", contact_text="x", business_name="", today=localdate()
        )
    assert set(refusal.value.fields) == {"full_name", "number", "contact"}


def test_a_business_is_known_by_a_tax_code_whose_check_digit_fits():
    said = {"kind": "business", "full_name": "Lê Hoàng Yến", "contact_text": "0912345678", "today": localdate()}
    assert read_registration(number="0100109106", business_name="Công ty Mẫu", **said).number == "0100109106"
    with pytest.raises(Invalid) as refusal:
        read_registration(number="0100109107", business_name="", **said)
    assert set(refusal.value.fields) == {"number", "business_name"}


# ------------------------------------------------------------------------------------------------------------ register


def test_a_citizen_registers_with_the_code_sent_to_their_phone(db):
    challenge = begin()
    message = Message.objects.get()
    assert (message.channel, message.address) == ("sms", "0912345678")
    assert code_of(challenge) in message.body
    account = confirm_registration(challenge.key, code_of(challenge), at=now())
    assert (account.username, account.kind, account.assurance) == ("0912345678", "citizen", Account.Assurance.DECLARED)
    assert (account.person.full_name, account.person.phone) == ("Nguyễn Thị Minh Châu", "0912345678")
    assert not Challenge.objects.exists()


def test_registering_does_not_take_the_personal_number_from_whoever_it_belongs_to(db):
    owner = world.somebody("Nguyễn Thị Minh Châu", identity_number=NUMBER)
    challenge = begin()
    account = confirm_registration(challenge.key, code_of(challenge), at=now())
    assert account.person != owner
    assert (account.person.identity_number, account.declared_number) == (None, NUMBER)


def test_a_known_number_changes_nothing_a_stranger_can_see_but_its_owner_is_told(db):
    owner = world.account(
        world.somebody(identity_number=NUMBER), "0987654321", assurance=Account.Assurance.VERIFIED, declared_number=NUMBER
    )
    known, unknown = begin(), begin("0911111111", number="082190009999")
    assert (known.open, known.purpose) == (unknown.open, unknown.purpose)
    confirm_registration(known.key, code_of(known), at=now())
    notice = Message.objects.get(template="accounts.number_claimed", channel="notice")
    assert notice.person == owner.person


def test_a_contact_with_an_account_gets_word_instead_of_a_code_and_the_page_looks_the_same(client, db):
    world.account(world.somebody(), "0912345678")
    fresh = client.post("/dang-ky/", FORM | {"contact": "0911111111"}, follow=True)
    known = client.post("/dang-ky/", FORM, follow=True)
    assert (known.status_code, known.redirect_chain) == (fresh.status_code, fresh.redirect_chain)
    assert "Nhập mã xác nhận" in known.content.decode()
    assert Message.objects.get(address="0912345678").template == "accounts.already_registered"
    challenge = Challenge.objects.get(address="0912345678")
    refused = client.post("/dang-ky/xac-nhan/", {"code": code_of(challenge)})
    assert refused.status_code == 422
    assert Account.objects.count() == 1


def test_five_wrong_codes_end_the_challenge(db):
    challenge = begin()
    wrong = "000000" if code_of(challenge) != "000000" else "111111"
    for _try in range(5):
        with pytest.raises(Invalid):
            confirm_registration(challenge.key, wrong, at=now())
    with pytest.raises(WrongState):
        confirm_registration(challenge.key, code_of(challenge), at=now())


def test_a_code_lives_a_quarter_of_an_hour(db):
    challenge = begin()
    with pytest.raises(WrongState):
        confirm_registration(challenge.key, code_of(challenge), at=now() + timedelta(minutes=16))


def test_a_code_works_once(db):
    challenge = begin()
    confirm_registration(challenge.key, code_of(challenge), at=now())
    with pytest.raises(WrongState):
        confirm_registration(challenge.key, code_of(challenge), at=now())


def test_the_sixth_code_to_one_contact_in_an_hour_is_not_sent(db):
    for _time in range(5):
        begin()
    with pytest.raises(TooManyTries):
        begin()
    assert Message.objects.count() == 5


def test_spaces_in_a_name_buy_no_more_codes_for_a_reset(db):
    world.account(world.somebody(), "0912345678")
    for number in range(5):
        begin_reset("0912345678"[:number] + " " + "0912345678"[number:], language="vi", network="203.0.113.7", at=now())
    with pytest.raises(TooManyTries):
        begin_reset("091 234 5678", language="vi", network="198.51.100.9", at=now())
    assert Message.objects.count() == 5


def test_what_nobody_answered_is_forgotten(db):
    begin()
    assert forget_old_challenges(at=now() + timedelta(minutes=16)) == 1


def test_a_business_account_waits_for_its_business_to_be_checked(db):
    challenge = begin("kt@example.org", number="0100109106", kind="business", business_name="Công ty Mẫu")
    account = confirm_registration(challenge.key, code_of(challenge), at=now())
    assert (account.kind, account.business, account.declared_name) == ("business", None, "Công ty Mẫu")


# --------------------------------------------------------------------------------------------------------------- reset


def test_the_code_sent_to_the_account_s_address_sets_a_new_password(db):
    world.account(world.somebody(), "chau", email="chau@example.org")
    challenge = begin_reset("CHAU", language="vi", network="203.0.113.7", at=now())
    assert Message.objects.get().address == "chau@example.org"
    account = confirm_reset(challenge.key, code_of(challenge), "mat khau moi day", at=now())
    assert account.check_password("mat khau moi day")


def test_an_unknown_name_gets_a_challenge_nobody_can_meet(db):
    challenge = begin_reset("khong-co", language="vi", network="203.0.113.7", at=now())
    with pytest.raises(Invalid):
        confirm_reset(challenge.key, code_of(challenge), "mat khau moi day", at=now())
    assert not Message.objects.exists()


def test_the_page_of_a_reset_does_not_show_the_owner_s_address(client, db):
    world.account(world.somebody(), "chau", email="chau@example.org")
    page = client.post("/quen-mat-khau/", {"username": "chau"}, follow=True).content.decode()
    assert "chau@example.org" not in page


@pytest.fixture
def sample(db):
    account = world.account(world.somebody(), "congdan1", email="mau@example.org")
    offer_as_sample(account, title="Công dân", order=1)
    return account


def reset_page(client, name):
    client.post("/quen-mat-khau/", {"username": name})
    return client.get("/quen-mat-khau/xac-nhan/").content.decode(), code_of(Challenge.objects.get())


def test_the_page_shows_the_code_of_a_sample_account_and_says_why(client, sample):
    page, code = reset_page(client, "congdan1")
    assert f"Đây là tài khoản mẫu, ai cũng dùng được; mã là {code}." in page


def test_the_page_never_shows_the_code_of_anybody_else_s_account(client, sample):
    world.account(world.somebody("Lê Hoàng Yến"), "yen", email="yen@example.org")
    page, code = reset_page(client, "yen")
    assert code not in page


def test_where_messages_leave_the_house_the_page_of_registering_shows_no_code(client, sample, settings):
    settings.SMTP_URL = ""
    client.post("/dang-ky/", FORM | {"contact": "chau@example.org"})
    code = code_of(Challenge.objects.get())
    assert code in client.get("/dang-ky/xac-nhan/").content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    assert code not in client.get("/dang-ky/xac-nhan/").content.decode()


# -------------------------------------------------------------------------------------------------------------- screens


@pytest.fixture
def citizen(db):
    return world.account(world.somebody(), "chau", email="chau@example.org")


def test_signing_in_leads_back_to_the_page_in_hand(client, citizen):
    response = client.post("/dang-nhap/", {"username": "chau", "password": PASSWORD, "next": "/nop/1/?buoc=2"})
    assert response.url == "/nop/1/?buoc=2"


def test_signing_in_never_leads_to_another_site(client, citizen):
    response = client.post("/dang-nhap/", {"username": "chau", "password": PASSWORD, "next": "https://evil.example"})
    assert response.url == "/"


def test_a_refused_sign_in_keeps_the_name_and_the_way_back_and_never_the_password(client, citizen):
    response = client.post("/dang-nhap/", {"username": "chau", "password": "sai-mat-khau-nay", "next": "/nop/1/"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="chau"' in page
    assert 'value="/nop/1/"' in page
    assert "sai-mat-khau-nay" not in page


def test_what_is_left_empty_is_named_once_in_the_summary_and_once_beside_the_field(client, db):
    page = client.post("/dang-nhap/", {}).content.decode()
    assert page.count("Hãy nhập tên đăng nhập") == page.count("Hãy nhập mật khẩu") == 2
    assert "Trường này" not in page


@pytest.mark.parametrize("path", ["/dang-nhap/", "/dang-ky/", "/dang-ky/doanh-nghiep/", "/quen-mat-khau/"])
def test_no_two_empty_fields_get_the_same_message(client, db, path):
    errors = client.post(path, {"django_language": "vi"}).context["form"].summary
    assert errors
    assert len({message for _target, message in errors}) == len(errors)


def test_too_many_tries_answer_429_with_the_form(client, citizen):
    for _try in range(6):
        response = client.post("/dang-nhap/", {"username": "chau", "password": "sai"})
    assert response.status_code == 429
    assert "15 phút" in response.content.decode()


def test_signing_in_starts_a_session_under_a_new_key(client, citizen):
    client.post("/quen-mat-khau/", {"username": "x"})
    before = client.session.session_key
    client.post("/dang-nhap/", {"username": "chau", "password": PASSWORD})
    assert client.session.session_key != before


def test_signing_out_is_a_post_and_ends_the_session(client, citizen):
    client.force_login(citizen)
    assert client.get("/dang-xuat/").status_code == 405
    client.post("/dang-xuat/")
    assert client.get("/tai-khoan/").status_code == 302


def test_a_session_that_another_web_process_has_ended_is_believed_no_more(client, citizen):
    client.force_login(citizen)
    assert client.get("/tai-khoan/").status_code == 200
    Session.objects.all().delete()  # all that the other process can do: the memory of this one is out of its reach
    assert client.get("/tai-khoan/").status_code == 302


def test_registering_through_the_screens_signs_in(client, db):
    client.post("/dang-ky/", FORM)
    challenge = Challenge.objects.get()
    response = client.post("/dang-ky/xac-nhan/", {"code": f" {code_of(challenge)[:3]} {code_of(challenge)[3:]} "})
    assert response.url == "/tai-khoan/"
    assert "chưa được xác minh" in client.get("/tai-khoan/").content.decode()


def test_a_wrong_registration_names_the_fields_and_keeps_what_was_typed(client, db):
    response = client.post("/dang-ky/", FORM | {"number": "123", "password": "ngan"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "error-summary" in page
    assert 'href="#id_number"' in page
    assert "Nguyễn Thị Minh Châu" in page
    assert "ngan" not in page


def test_the_account_page_shows_one_s_own_details_and_changes_the_language(client, citizen):
    client.force_login(citizen)
    assert "Nguyễn Thị Minh Châu" in client.get("/tai-khoan/").content.decode()
    response = client.post("/tai-khoan/ngon-ngu/", {"language": "en"})
    assert response.cookies["django_language"].value == "en"
    assert account_named("chau").language == "en"


def test_changing_the_password_takes_the_old_one_and_keeps_this_session(client, citizen):
    client.force_login(citizen)
    assert client.post("/tai-khoan/mat-khau/", {"current": "sai", "password": "mat khau moi day"}).status_code == 422
    client.post("/tai-khoan/mat-khau/", {"current": PASSWORD, "password": "mat khau moi day"})
    assert client.get("/tai-khoan/").status_code == 200
    assert account_named("chau").check_password("mat khau moi day")


def test_changing_the_password_ends_sessions_elsewhere(client, citizen):
    elsewhere = type(client)()
    elsewhere.force_login(citizen)
    client.force_login(citizen)
    client.post("/tai-khoan/mat-khau/", {"current": PASSWORD, "password": "mat khau moi day"})
    assert elsewhere.get("/tai-khoan/").status_code == 302


def test_an_official_makes_a_token_that_is_shown_once(client, ward):
    account = world.account(world.official(ward, "reception"), "tiepnhan", Account.Kind.STAFF)
    client.force_login(account)
    made = client.post("/tai-khoan/ma-truy-cap/", {"name": "Kios", "days": 30, "scopes": ["identity.verify"]})
    assert "tso_" in made.content.decode()
    again = client.get("/tai-khoan/ma-truy-cap/").content.decode()
    assert "Kios" in again
    assert account.tokens.get().prefix in again
    assert "data-copy" not in again
    client.post(f"/tai-khoan/ma-truy-cap/{account.tokens.get().pk}/thu-hoi/")
    assert account.tokens.get().revoked_at


def test_reception_verifies_an_account_card_in_hand(client, ward):
    waiting = world.account(world.somebody(), "0912345678", declared_number=NUMBER)
    client.force_login(world.account(world.official(ward, "reception"), "tiepnhan", Account.Kind.STAFF))
    assert "0912345678" in client.get("/tai-khoan/xac-minh/", {"so": NUMBER}).content.decode()
    client.post(f"/tai-khoan/xac-minh/{waiting.pk}/", {"number": NUMBER})
    waiting.refresh_from_db()
    assert waiting.assurance == Account.Assurance.VERIFIED


def test_others_on_the_staff_do_not_verify(client, ward):
    client.force_login(world.account(world.official(ward, "specialist"), "chuyenvien", Account.Kind.STAFF))
    assert client.get("/tai-khoan/xac-minh/").status_code == 403


@pytest.mark.parametrize("path", ["/dang-nhap/", "/dang-ky/", "/dang-ky/doanh-nghiep/", "/quen-mat-khau/"])
def test_the_public_doors_open_in_both_languages(client, db, path):
    assert client.get(path).status_code == 200
    client.cookies["django_language"] = "en"
    assert client.get(path).status_code == 200
