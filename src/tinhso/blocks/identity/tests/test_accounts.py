from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from tinhso.blocks.identity import credentials
from tinhso.blocks.identity.actions import (
    close_account,
    enter_as_sample,
    issue_token,
    offer_as_sample,
    revoke_token,
    set_password,
    verify_business,
    verify_citizen,
)
from tinhso.blocks.identity.credentials import check_credentials
from tinhso.blocks.identity.jobs import clear_ended_sessions
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import sample_accounts
from tinhso.blocks.identity.tests import world
from tinhso.blocks.identity.throttle import TooManyTries
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState

HERE = "203.0.113.7"


def sign_in(name, password=world.PASSWORD, *, address=HERE, at=None):
    return check_credentials(name, password, address=address, at=at or now())


# ---------------------------------------------------------------------------------------------------------- passwords


def test_username_and_email_open_the_account_whatever_their_case(db):
    account = world.account(world.somebody(), "ChauNTM", email="Chau@example.org")
    assert sign_in("chauntm") == sign_in(" CHAU@EXAMPLE.ORG ") == account


def test_a_wrong_password_and_an_unknown_name_are_refused_with_the_same_words(db):
    world.account(world.somebody(), "chau")
    with pytest.raises(Invalid) as wrong:
        sign_in("chau", "sai mat khau")
    with pytest.raises(Invalid) as unknown:
        sign_in("khong co", "sai mat khau")
    assert str(wrong.value) == str(unknown.value)


def test_an_unknown_name_costs_a_hash_like_a_known_one(db, monkeypatch):
    hashed = []
    monkeypatch.setattr(credentials, "make_password", hashed.append)
    with pytest.raises(Invalid):
        sign_in("khong co", "gi do")
    assert hashed == ["gi do"]


def test_a_closed_account_cannot_be_opened(db):
    account = world.account(world.somebody(), "chau")
    close_account(account, by=None)
    with pytest.raises(Invalid):
        sign_in("chau")


def test_the_sixth_try_at_one_account_from_one_address_is_refused_even_with_the_right_password(db):
    world.account(world.somebody(), "chau")
    start = now()
    for _try in range(5):
        with pytest.raises(Invalid):
            sign_in("chau", "sai", at=start)
    with pytest.raises(TooManyTries, match="15 phút"):
        sign_in("CHAU", at=start)
    assert sign_in("chau", at=start + timedelta(minutes=15))


@pytest.mark.parametrize("spelling", ["SINH", "s\u0131nh", "\u017finh", " sinh "])
def test_another_spelling_of_a_name_is_no_fresh_count(db, spelling):
    world.account(world.somebody(), "sinh")
    for _try in range(5):
        with pytest.raises(Invalid):
            sign_in("sinh", "sai")
    with pytest.raises(TooManyTries):
        sign_in(spelling)


def test_tries_from_elsewhere_do_not_lock_the_owner_out(db):
    world.account(world.somebody(), "chau")
    for _try in range(6):
        with pytest.raises((Invalid, TooManyTries)):
            sign_in("chau", "sai", address="198.51.100.9")
    assert sign_in("chau")


def test_a_success_starts_the_count_afresh(db):
    world.account(world.somebody(), "chau")
    for _round in range(3):
        for _try in range(4):
            with pytest.raises(Invalid):
                sign_in("chau", "sai")
        sign_in("chau")


def test_refused_tries_at_a_real_account_are_audited_without_the_password(db):
    account = world.account(world.somebody(), "chau")
    with pytest.raises(Invalid):
        sign_in("chau", "sai")
    entry = AuditEntry.objects.get(event="identity.sign_in_refused")
    assert entry.object_id == str(account.pk)
    assert entry.facts == {}


def test_a_weak_new_password_is_refused_and_the_old_one_stays(db):
    account = world.account(world.somebody(), "chau")
    with pytest.raises(Invalid) as refusal:
        set_password(account, "12345", by=account.person)
    assert "password" in refusal.value.fields
    assert sign_in("chau")


def test_nobody_sets_another_s_password(db):
    account = world.account(world.somebody(), "chau")
    with pytest.raises(NotAllowed):
        set_password(account, "mot mat khau khac", by=world.somebody("Lê Hoàng Yến"))


# ------------------------------------------------------------------------------------------------------------ opening


def test_usernames_differ_by_more_than_the_case_of_letters(db):
    world.account(world.somebody(), "chau")
    with pytest.raises(Invalid) as refusal:
        world.account(world.somebody("Lê Hoàng Yến"), "CHAU")
    assert set(refusal.value.fields) == {"username"}


def test_an_email_belongs_to_one_account(db):
    world.account(world.somebody(), "chau", email="chau@example.org")
    with pytest.raises(Invalid) as refusal:
        world.account(world.somebody("Lê Hoàng Yến"), "yen", email="Chau@Example.org")
    assert set(refusal.value.fields) == {"email"}


# ------------------------------------------------------------------------------------------------------- verification

NUMBER = "082190001234"


def declared(name="Nguyễn Thị Minh Châu", username="0912345678", **details):
    return world.account(world.somebody(name), username, declared_number=NUMBER, **details)


def test_an_unverified_account_does_not_get_the_number_it_declares(db):
    assert declared().person.identity_number is None


def test_the_counter_gives_the_number_to_an_unknown_person(ward):
    account = verify_citizen(declared(), NUMBER, at=ward, by=world.official(ward, "reception"))
    assert (account.assurance, account.person.identity_number) == (Account.Assurance.VERIFIED, NUMBER)


def test_the_counter_joins_the_account_to_the_person_already_known(ward):
    known = world.somebody("Nguyễn Thị Minh Châu", identity_number=NUMBER)
    account = declared()
    before = account.person_id
    account = verify_citizen(account, NUMBER, at=ward, by=world.official(ward, "reception"))
    assert account.person == known
    facts = AuditEntry.objects.get(event="identity.account_verified").facts
    assert facts == {"declared_person": before, "person": known.pk}


def test_another_number_than_the_declared_one_verifies_nothing(ward):
    with pytest.raises(Invalid):
        verify_citizen(declared(), "082190009999", at=ward, by=world.official(ward, "reception"))


def test_verification_takes_the_reception_role_at_that_agency(ward):
    with pytest.raises(NotAllowed):
        verify_citizen(declared(), NUMBER, at=ward, by=world.official(ward, "specialist"))


def test_an_account_is_verified_once(ward):
    account, clerk = declared(), world.official(ward, "reception")
    verify_citizen(account, NUMBER, at=ward, by=clerk)
    with pytest.raises(WrongState):
        verify_citizen(account, NUMBER, at=ward, by=clerk)


def test_a_person_who_has_an_account_gets_no_second_one_by_verification(ward):
    known = world.somebody("Nguyễn Thị Minh Châu", identity_number=NUMBER)
    world.account(known, "chau-cu")
    account = declared()
    with pytest.raises(WrongState, match="đã có tài khoản"):
        verify_citizen(account, NUMBER, at=ward, by=world.official(ward, "reception"))
    assert Account.objects.get(pk=account.pk).assurance == Account.Assurance.DECLARED


def test_a_business_account_speaks_for_its_business_after_verification(ward):
    account = world.account(
        world.somebody(), "kt@example.org", Account.Kind.BUSINESS, email="kt@example.org",
        declared_number="0100109106", declared_name="Công ty Mẫu",
    )  # fmt: skip
    assert account.business is None
    account = verify_business(account, "0100109106", at=ward, by=world.official(ward, "reception"))
    assert (account.business.tax_code, account.business.name) == ("0100109106", "Công ty Mẫu")


# ------------------------------------------------------------------------------------------------------------- tokens


def staff_account(ward):
    return world.account(world.official(ward, "reception"), "tiepnhan", Account.Kind.STAFF)


def test_a_token_s_secret_is_kept_nowhere(ward):
    account = staff_account(ward)
    token, secret = issue_token(account, name="Kios", scopes=["identity.verify"], valid_for=timedelta(days=1), by=account.person)
    token.refresh_from_db()
    assert secret.encode() not in bytes(token.digest)
    assert secret.startswith(token.prefix)
    assert len(secret) > 40


def test_a_token_has_a_purpose_known_scopes_and_an_end(ward):
    account = staff_account(ward)
    with pytest.raises(Invalid) as refusal:
        issue_token(account, name=" ", scopes=["moon.walk"], valid_for=timedelta(days=999), by=account.person)
    assert set(refusal.value.fields) == {"name", "scopes", "valid_for"}


def test_citizens_have_no_tokens(db):
    account = world.account(world.somebody(), "chau")
    with pytest.raises(NotAllowed):
        issue_token(account, name="x", scopes=["identity.verify"], valid_for=timedelta(days=1), by=account.person)


def test_a_stranger_s_token_is_not_there_to_be_revoked(ward):
    account = staff_account(ward)
    token, _secret = issue_token(account, name="x", scopes=["identity.verify"], valid_for=timedelta(days=1), by=account.person)
    with pytest.raises(NotFound):
        revoke_token(token, by=world.somebody())


# ------------------------------------------------------------------------------------------------------------- sample


def test_only_offered_accounts_can_be_entered_without_a_password(db):
    offered = world.account(world.somebody(), "congdan1")
    world.account(world.somebody("Lê Hoàng Yến"), "that")
    offer_as_sample(offered, title="Công dân: Châu", order=1)
    assert enter_as_sample("congdan1", leaving=None) == offered
    with pytest.raises(NotFound):
        enter_as_sample("that", leaving=None)
    assert [(login.username, login.title) for login in sample_accounts()] == [("congdan1", "Công dân: Châu")]


def test_entering_a_sample_account_is_audited_with_the_one_left(db):
    offered, before = world.account(world.somebody(), "congdan1"), world.somebody("Lê Hoàng Yến")
    offer_as_sample(offered, title="Công dân", order=1)
    enter_as_sample("congdan1", leaving=before)
    assert AuditEntry.objects.get(event="identity.sample_entered").facts == {"before": before.pk}


@pytest.mark.django_db
def test_ended_sessions_are_swept_away_and_running_ones_kept():
    for key, expires in (("ended", now() - timedelta(minutes=1)), ("running", now() + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    clear_ended_sessions(0)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]
