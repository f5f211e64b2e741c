"""Drafts: somebody's own, sent once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import now

from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import make_town
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import NotAllowed, NotFound
from tinhso.services.portal.actions import attach_to_draft, save_section, start_draft, submit_draft, warn_or_delete
from tinhso.services.portal.jobs import look_after_drafts
from tinhso.services.portal.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}}


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """Ready to be sent."""
    town = make_town()
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001")), by=None)
    draft = start_draft(version, agency=town.agency, by=town.citizen)
    paper = store_bytes("don.pdf", b"%PDF-", "application/pdf", by=town.citizen)
    attach_to_draft(draft, "don", paper, by=town.citizen)
    return save_section(draft, "applicant", ANSWERS, finished=True, by=town.citizen)


def test_a_draft_sent_by_five_clicks_at_once_becomes_one_case_that_all_are_shown(draft: Draft) -> None:
    at_once = Barrier(5)

    def click(_number: int) -> str:
        try:
            at_once.wait()
            return submit_draft(draft, by=draft.person).code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        shown = set(pool.map(click, range(5)))
    assert shown == {Case.objects.get().code}


def test_what_arrives_after_a_draft_was_sent_is_told_that_it_is_gone(draft: Draft) -> None:
    submit_draft(draft, by=draft.person)
    with pytest.raises(NotFound, match="đã được nộp"):
        save_section(draft, "applicant", {}, finished=False, by=draft.person)


def test_a_draft_is_its_author_s_alone(draft: Draft) -> None:
    stranger = Person.objects.get(full_name="Huỳnh Văn Lạ")
    for change in (
        lambda: save_section(draft, "applicant", {}, finished=False, by=stranger),
        lambda: submit_draft(draft, by=stranger),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert Draft.objects.get().answers == ANSWERS


def test_a_draft_nobody_goes_on_with_is_deleted_two_weeks_after_its_author_was_told(draft: Draft) -> None:
    def night(days: float) -> None:
        look_after_drafts(timestamp=int((draft.saved_at + timedelta(days=days)).timestamp()))

    draft.refresh_from_db()
    night(75)
    assert not Message.objects.exists()
    for _ in range(2):
        night(77)
    assert Message.objects.filter(template="portal_draft_warned", channel="notice").count() == 1
    night(90)
    assert Draft.objects.exists()
    night(92)
    assert not Draft.objects.exists()
    assert AuditEntry.objects.filter(event="portal.draft_lapsed").count() == 1


def test_a_draft_its_author_goes_on_with_is_kept(draft: Draft) -> None:
    draft.refresh_from_db()
    warn_or_delete(draft, at=draft.saved_at + timedelta(days=80))
    assert Draft.objects.get().deleted_after
    save_section(draft, "applicant", ANSWERS, finished=True, by=draft.person)
    assert Draft.objects.get().deleted_after is None
    warn_or_delete(draft, at=now() + timedelta(days=20))
    assert Draft.objects.get().warned_at is None
