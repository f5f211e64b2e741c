"""`tinhso accounts`: the first administrator of an empty installation, and the way back in."""

import json

import pytest
from django.test import Client
from typer.testing import CliRunner, Result

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.policy import grants
from tinhso.blocks.identity.queries import account_named
from tinhso.blocks.identity.tests import world
from tinhso.config.cli import build
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.services.accounts.actions.officials import found_province

pytestmark = pytest.mark.django_db
PASSWORD = "mot cau de nho lau"


def tinhso(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(build(words[0]), list(words), input=given)


ADD = ("accounts", "add", "quantri", "--name", "Lê Văn An", "--password-stdin")


def test_the_first_administrator_of_an_empty_installation_founds_the_province_and_signs_in(client: Client) -> None:
    world.province().delete()  # its unit stays
    said = tinhso(*ADD, "--province", "82:H20", given=PASSWORD + "\n")
    assert said.exit_code == 0, said.output
    account = Account.objects.select_related("person").get()
    assert Agency.objects.get().code == "H20"
    assert grants(account.person).allows("identity.manage_accounts", Agency.objects.get())
    assert client.post("/dang-nhap/", {"username": "quantri", "password": PASSWORD}).status_code == 302
    assert client.get("/trang-thai/").context["checks"]


def test_in_an_empty_installation_the_province_is_asked_for() -> None:
    refused = tinhso(*ADD, given=PASSWORD)
    assert refused.exit_code != 0
    assert "--province 82:H20" in refused.exception.en
    assert not Account.objects.exists()


def test_an_official_is_added_at_the_agency_named_under_a_post_that_is_used_again() -> None:
    ward = world.ward(world.province())
    Agency.objects.filter(pk=ward.pk).update(code="H20.14")
    for number in (1, 2):
        words = ("accounts", "add", f"tiepnhan{number}", "--name", "Lê An", "--role", "reception", "--agency", "h20.14")
        assert tinhso(*words, "--password-stdin", given=PASSWORD).exit_code == 0
    assert ward.posts.count() == 1
    assert "cases.receive" in grants(account_named("tiepnhan2").person).permissions


@pytest.mark.parametrize(
    ("words", "given", "why"),
    [
        ((), "ngan", "mật khẩu"),
        ((), "", "password"),
        (("--role", "king"), PASSWORD, "reception"),
        (("--agency", "H99"), PASSWORD, "H99"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(words: tuple[str, ...], given: str, why: str) -> None:
    world.province()
    before = AuditEntry.objects.count()
    refused = tinhso(*ADD, *words, given=given)
    assert refused.exit_code != 0
    said = f"{refused.exception} {getattr(refused.exception, 'fields', '')} {getattr(refused.exception, 'en', '')}"
    assert why in said
    assert not Account.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_password_is_never_taken_from_the_words_of_the_command() -> None:
    assert tinhso("accounts", "add", "quantri", "--name", "Lê An", "--password", PASSWORD).exit_code == 2
    refused = tinhso("accounts", "add", "quantri", "--name", "Lê An")
    assert "--password-stdin" in refused.exception.en


def test_the_audit_log_says_what_was_made_and_not_the_password() -> None:
    world.province()
    tinhso(*ADD, given=PASSWORD)
    entries = list(AuditEntry.objects.order_by("pk"))
    assert {"directory.person_registered", "directory.appointed", "identity.account_opened"} <= {one.event for one in entries}
    assert PASSWORD not in json.dumps([one.facts for one in entries])


def test_whoever_runs_the_machine_gets_somebody_back_in() -> None:
    world.account(world.somebody(), "chau")
    assert tinhso("accounts", "password", "chau", "--password-stdin", given=PASSWORD).exit_code == 0
    assert account_named("chau").check_password(PASSWORD)
    assert tinhso("accounts", "password", "ai", "--password-stdin", given=PASSWORD).exit_code != 0


def test_there_is_one_province() -> None:
    province = world.province()
    with pytest.raises(WrongState):
        found_province(province.unit.code, "H21")
    Agency.objects.update(active=False)
    ward = world.ward(province).unit
    with pytest.raises(Invalid):
        found_province(ward.code, "H21")
