import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.identity.models import Throttle
from tinhso.services.reports.open311 import keys
from tinhso.services.reports.open311.actions import add_key, note_use, revoke_key
from tinhso.services.reports.open311.health import check_open311
from tinhso.services.reports.open311.tables import ApiKey
from tinhso.services.reports.tests.conftest import Staff
from tinhso.services.reports.tests.test_staff_screens import signed_in

PAGE, SERVICES = "/phan-anh/khoa-open311/", "/open311/v2/services.json"


def test_a_key_is_issued_shown_once_used_and_taken_back(town: Town, staff: Staff) -> None:
    desk = signed_in(staff.desk)
    given = {"owner": "Báo Ấp Bắc", "rights": "send", "per_minute": "30", "reads_per_minute": "100"}
    made = desk.post(PAGE, given).content.decode()
    secret = re.search(r"tso_[\w-]{20,}", made)
    assert secret
    assert secret[0] not in desk.get(PAGE).content.decode()
    key = ApiKey.objects.get()
    assert (key.per_minute, key.reads_per_minute, key.sends, key.last_used_at) == (30, 100, True, None)
    assert Client().get(SERVICES, {"api_key": secret[0]}).status_code == 200
    key.refresh_from_db()
    assert key.last_used_at
    desk.post(PAGE, {"revoke": key.prefix})
    key.refresh_from_db()
    assert key.revoked_at
    assert desk.post(PAGE, {"revoke": key.prefix}).status_code == 404


@pytest.mark.parametrize("wrong", [{"owner": ""}, {"per_minute": "0"}, {"reads_per_minute": "x"}])
def test_a_key_nobody_could_use_is_refused_with_what_was_typed(town: Town, staff: Staff, wrong: dict[str, str]) -> None:
    given = {"owner": "Báo Ấp Bắc", "rights": "send", "per_minute": "60", "reads_per_minute": "600", **wrong}
    answer = signed_in(staff.desk).post(PAGE, given)
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()
    assert f'value="{given["per_minute"]}"' in answer.content.decode()


def test_only_those_with_power_over_the_whole_province_see_keys(town: Town, staff: Staff) -> None:
    for person in (staff.handler, staff.approver, town.manager, town.clerk):
        assert signed_in(person).get(PAGE).status_code == 403


def test_a_key_for_reading_hands_nothing_in(town: Town, staff: Staff) -> None:
    _key, secret = add_key("Đài", by=None, sends=False)
    answer = Client().post("/open311/v2/requests.json", {"api_key": secret, "service_code": "PA-ANTT.pothole", "lat": "10.36"})
    assert (answer.status_code, answer.json()[0]["code"]) == (403, 403)


@pytest.mark.parametrize("extension", ["json", "xml"])
def test_reading_is_limited_by_address_and_by_key(
    town: Town, staff: Staff, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    monkeypatch.setattr(keys, "READS_PER_MINUTE", 2)
    _key, secret = add_key("Đài", by=None, reads_per_minute=3)
    address = f"/open311/v2/services.{extension}"
    assert [Client().get(address).status_code for _time in range(3)] == [200, 200, 429]
    refused = Client().get(address)
    assert refused["Content-Type"].startswith({"json": "application/json", "xml": "text/xml"}[extension])
    assert refused["Retry-After"]
    with_key = [Client().get(address, {"api_key": secret}).status_code for _time in range(4)]
    assert with_key == [200, 200, 200, 429]


def test_a_last_use_is_kept_by_the_minute(town: Town) -> None:
    key, _secret = add_key("Đài", by=None)
    at = now()
    for later in (timedelta(), timedelta(seconds=30), timedelta(seconds=61)):
        note_use(key, at=at + later)
        key.refresh_from_db()
    assert key.last_used_at == at + timedelta(seconds=61)


def test_a_use_within_the_minute_asks_the_database_nothing(town: Town, django_assert_num_queries: Callable[..., Any]) -> None:
    key, _secret = add_key("Đài", by=None)
    key.last_used_at = at = now()
    with django_assert_num_queries(0):
        note_use(key, at=at + timedelta(seconds=30))


def test_living_keys_stand_above_those_taken_back(town: Town, staff: Staff) -> None:
    for owner in ("Báo cũ", "Báo mới"):
        key, _secret = add_key(owner, by=None)
        if owner == "Báo cũ":
            revoke_key(key.prefix, by=None)
    add_key("Đài", by=None)
    keys_shown = signed_in(staff.desk).get(PAGE).context["keys"]
    assert [key.owner for key in keys_shown] == ["Đài", "Báo mới", "Báo cũ"]


def test_the_sample_key_is_named_by_the_command_alone(town: Town, settings: object) -> None:
    add_key("Mẫu", by=None, text=keys.sample_secret())
    (check,) = check_open311()
    assert keys.sample_secret() in check.secret
    assert keys.sample_secret() not in f"{check.detail}{check.advice}"


ODD = ["\0", "%00", "'\"<script>", "٣", "1e999", "-1", "9" * 40, "\ud7ff\uffff", "2026-02-30", "a" * 5000, "," * 2000]
NAMES = (
    "jurisdiction_id",
    "service_request_id",
    "service_code",
    "status",
    "start_date",
    "end_date",
    "page",
    "page_size",
    "api_key",
)


@pytest.mark.parametrize("extension", ["json", "xml"])
def test_odd_questions_are_answered_in_the_format_asked(town: Town, staff: Staff, extension: str) -> None:
    kind = {"json": "application/json", "xml": "text/xml"}[extension]
    paths = ("services", "requests", "services/a\0b", "requests/a\0b", "tokens/1-a\0b", "tokens/a-b", "services/%2500")
    for path in paths:
        answer = Client().get(f"/open311/v2/{path}.{extension}")
        assert answer.status_code in {200, 400, 404}, path
        assert answer["Content-Type"].startswith(kind), path
    for number, name in enumerate(NAMES):
        for text in ODD:
            answer = Client(REMOTE_ADDR=f"198.51.100.{number}").get(
                f"/open311/v2/requests.{extension}", {name: text, f"x{text}": text}
            )
            assert answer.status_code in {200, 400, 404, 414}, (name, text)
            assert answer["Content-Type"].startswith(kind), (name, text)


def test_readers_of_a_busy_key_do_not_wait_for_one_row(town: Town) -> None:
    busy, _secret = add_key("Bản đồ", by=None, reads_per_minute=16_000)
    before = Throttle.objects.count()
    for _time in range(100):
        keys.spend_reading(busy, "192.0.2.1", at=now())
    assert 8 < Throttle.objects.count() - before <= 16
