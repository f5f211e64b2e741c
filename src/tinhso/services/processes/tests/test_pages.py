"""The pages of processes."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.models import Person
from tinhso.services.processes.models import ProcessDraft
from tinhso.services.processes.tests.conftest import with_stamp

pytestmark = pytest.mark.django_db
Desk = Callable[[Person], Client]


def test_the_catalogue_lists_versions_and_drafts(
    desk: Desk, author: Person, draft: ProcessDraft, django_assert_max_num_queries
) -> None:
    client = desk(author)
    client.get(reverse("processes:catalogue"))
    with django_assert_max_num_queries(14):
        page = client.get(reverse("processes:catalogue"), {"tim": "xac nhan"}).content.decode()
    assert "2025.1" in page
    assert f"Nháp {draft.pk}" in page
    assert "Không tìm thấy" in client.get(reverse("processes:catalogue"), {"tim": "zzzz"}).content.decode()


def test_a_version_is_shown_as_drawing_and_as_table(desk: Desk, author: Person, version: ProcedureVersion) -> None:
    page = desk(author).get(reverse("processes:version", args=["9.000001", "2025.1"])).content.decode()
    assert "<svg" in page
    assert "Công chức chuyên môn" in page
    assert "50&nbsp;%" in page


def test_the_editor_saves_and_hears_what_is_wrong(desk: Desk, author: Person, draft: ProcessDraft) -> None:
    client = desk(author)
    assert client.get(reverse("processes:editor", args=[draft.pk])).status_code == 200
    address = reverse("processes:save", args=[draft.pk])
    broken = draft.xml.replace('tinhso:role="signer"', 'tinhso:role="x"')
    answer = client.post(address, json.dumps({"xml": broken, "revision": 1}), content_type="application/json")
    assert answer.json()["revision"] == 2
    assert answer.json()["findings"][0]["element"] == "sign"
    answer = client.post(
        address,
        json.dumps({"xml": draft.xml, "revision": 1}),
        content_type="application/json",
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 409
    for body in ("[]", "{}", "x", '{"xml": "\\ud800", "revision": 2}', '{"xml": 1, "revision": "a"}'):
        assert client.post(address, body, content_type="application/json").status_code == 422


def test_a_draft_goes_from_hand_to_hand(desk: Desk, author: Person, town: Town, draft: ProcessDraft) -> None:
    ProcessDraft.objects.filter(pk=draft.pk).update(xml=with_stamp(draft.xml))
    client, approver = desk(author), desk(town.manager)
    send = reverse("processes:send", args=[draft.pk])
    refused = client.post(send, {"version": "2030.1", "valid_from": "", "reason": "Vì thế"})
    assert refused.status_code == 422
    assert "Vì thế" in refused.content.decode()
    assert client.post(send, {"version": "2030.1", "valid_from": localdate().isoformat(), "reason": "Vì thế"}).status_code == 302
    assert client.post(reverse("processes:approve", args=[draft.pk])).status_code == 403
    assert "Duyệt và ban hành" in approver.get(reverse("processes:draft", args=[draft.pk])).content.decode()
    draft.refresh_from_db()
    approve = reverse("processes:approve", args=[draft.pk])
    assert approver.post(approve, {"revision": draft.revision - 1}).status_code == 409
    for odd in ("²", "9" * 5000, "", "-1"):
        assert approver.post(approve, {"revision": odd}).status_code == 409
    assert approver.post(approve, {"revision": draft.revision}).status_code == 302
    page = approver.get(reverse("processes:version", args=["9.000001", "2030.1"]), {"so_voi": "2025.1"}).content.decode()
    assert "Đóng dấu" in page
    assert "is-added" in page


def test_a_dry_run_shows_days_and_writes_nothing(desk: Desk, author: Person, draft: ProcessDraft) -> None:
    given = {"ngay": "2026-11-16", "gio": "09:00", "nhip": "100", "o.sign": "return"}
    page = desk(author).get(reverse("processes:try_draft", args=[draft.pk]), given).content.decode()
    assert page.count("row-title") == 7
    assert "19/11/2026" in page
    assert Case.objects.count() == 0


def test_records_tell_who_did_what_and_print_as_pdf(
    desk: Desk, town: Town, submitted: Callable[..., Case], django_assert_max_num_queries
) -> None:
    for _index in range(3):
        accept_case(submitted(), by=town.clerk, at=MONDAY)
    client, address = desk(town.manager), reverse("processes:records", args=["9.000001"])
    given = {"tu": "2026-11-01", "den": "2026-11-30"}
    client.get(address, given)
    with django_assert_max_num_queries(16):
        page = client.get(address, given).content.decode()
    assert page.count("iso-case") == 3
    assert client.get(address, {**given, "dang": "pdf"}).content.startswith(b"%PDF")
    assert "Chưa có hồ sơ" in client.get(address, {"tu": "2020-01-01", "den": "2020-02-01"}).content.decode()
