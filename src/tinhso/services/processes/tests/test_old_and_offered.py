"""Versions made before the law's word was asked for; versions of the product that collide with the province's own."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.offers import install_or_offer
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureOffer, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, PROCESS, write_folder
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.processes.actions.drafts import approve_draft, begin_draft, save_draft, say_law, send_draft
from tinhso.services.processes.actions.four_eyes import ChangedMeanwhile
from tinhso.services.processes.actions.offers import decline_offer, take_offer
from tinhso.services.processes.checking import check, lacks_law, with_law
from tinhso.services.processes.tests.conftest import with_stamp

pytestmark = pytest.mark.django_db
Desk = Callable[[Person], Client]
OLD = PROCEDURE.replace('law_says = "ngày làm việc"\n', "").replace('basis = "Điều 1"', 'basis = "Luật thử"', 1)


@pytest.fixture
def old(version: ProcedureVersion) -> ProcedureVersion:
    """As an earlier edition installed it."""
    version.files = {**version.files, "procedure.toml": OLD}
    version.content_hash = "old"
    version.save()
    return ProcedureVersion.objects.get(pk=version.pk)


def test_what_an_old_version_does_not_tell_of_its_term_is_asked_of_the_author(
    old: ProcedureVersion, author: Person, town: Town, desk: Desk
) -> None:
    draft = begin_draft(old, by=author, at=now())
    save_draft(draft, with_stamp(draft.xml), revision=1, by=author, at=now())
    draft.refresh_from_db()
    assert not check(draft).good
    client, address = desk(author), reverse("processes:say_law", args=[draft.pk])
    assert "Luật đếm bằng" in client.get(reverse("processes:draft", args=[draft.pk])).content.decode()
    assert client.post(address, {"law_says": "tuần", "basis": "điều 2"}).status_code == 422
    assert client.post(address, {"law_says": "ngày làm việc", "basis": "Luật thử"}).status_code == 422
    assert client.post(address, {"law_says": "ngày làm việc", "basis": "Luật thử, điều 2"}).status_code == 302
    draft.refresh_from_db()
    assert check(draft).good
    seen = draft.revision
    draft = send_draft(draft, version="2030.1", valid_from=localdate(), reason="Thêm bước", by=author)
    page = desk(town.manager).get(reverse("processes:draft", args=[draft.pk])).content.decode()
    assert "Luật thử, điều 2" in page
    assert f'name="revision" value="{draft.revision}"' in page
    with pytest.raises(ChangedMeanwhile):
        approve_draft(draft, revision=seen, by=town.manager, at=now())
    became = approve_draft(draft, revision=draft.revision, by=town.manager, at=now())
    assert became.definition["term"] == {
        "text": "3 days", "legal": "3 days", "law_says": "ngày làm việc", "basis": "Luật thử, điều 2",
    }  # fmt: skip


def test_what_a_version_tells_of_its_law_is_not_changed_by_a_draft(version: ProcedureVersion, author: Person) -> None:
    draft = begin_draft(version, by=author, at=now())
    with pytest.raises(Invalid, match="đã ghi"):
        say_law(draft, law_says="ngày", basis="điều 9", by=author, at=now())


def test_what_is_said_of_the_law_counts_as_a_saving(old: ProcedureVersion, author: Person) -> None:
    draft = begin_draft(old, by=author, at=now())
    assert say_law(draft, law_says="ngày", basis="điều 9", by=author, at=now()).revision == 2


def test_the_law_is_written_into_the_table_of_the_term_and_nowhere_else() -> None:
    assert lacks_law(OLD)
    assert not lacks_law(PROCEDURE)
    said = with_law(OLD, "ngày", 'Luật "thử", điều 3')
    assert not lacks_law(said)
    assert said.count("law_says") == 1
    assert said.replace('law_says = "ngày"\nbasis = "Luật \\"thử\\", điều 3"\n', "") == OLD.replace('basis = "Luật thử"\n', "", 1)


def shipped(tmp_path: Path, number: str, first: date, process: str = PROCESS) -> Path:
    text = PROCEDURE.replace('"2025.1"', f'"{number}"').replace("2025-07-01", first.isoformat())
    return write_folder(tmp_path / f"9.000001@{number}", procedure=text, process=process)


def test_a_shipped_version_that_collides_by_date_is_offered_once_and_changes_nothing(
    version: ProcedureVersion, tmp_path: Path
) -> None:
    definition = load_folder(shipped(tmp_path, "2030.1", localdate()))
    offer = install_or_offer(definition, by=None)
    assert isinstance(offer, ProcedureOffer)
    assert install_or_offer(definition, by=None) == offer
    assert offer.reason == "days"
    assert list(version.procedure.versions.values_list("version", "valid_to")) == [("2025.1", None)]


def test_a_number_that_the_province_uses_is_never_overwritten(
    version: ProcedureVersion, submitted: Callable[..., Case], town: Town, tmp_path: Path
) -> None:
    accept_case(submitted(), by=town.clerk)
    changed = PROCESS.replace('name="Dự thảo"', 'name="Soạn"')
    offer = install_or_offer(load_folder(shipped(tmp_path, "2025.1", date(2025, 7, 1), changed)), by=None)
    assert isinstance(offer, ProcedureOffer)
    assert offer.reason == "number"
    version.refresh_from_db()
    assert version.content_hash != offer.content_hash


def test_what_is_new_or_unused_is_installed_as_before(version: ProcedureVersion, tmp_path: Path) -> None:
    same = load_folder(shipped(tmp_path, "2025.1", date(2025, 7, 1), PROCESS.replace('name="Dự thảo"', 'name="Soạn"')))
    assert isinstance(install_or_offer(same, by=None), ProcedureVersion)
    before = load_folder(shipped(tmp_path, "2010.1", date(2010, 1, 1)))
    assert isinstance(install_or_offer(before, by=None), ProcedureOffer)  # without a last day it reaches into the other


def test_an_offer_is_compared_and_taken_with_a_number_and_day_of_the_provinces(
    version: ProcedureVersion, author: Person, town: Town, tmp_path: Path, desk: Desk
) -> None:
    changed = PROCESS.replace('name="Dự thảo"', 'name="Soạn"')
    offer = install_or_offer(load_folder(shipped(tmp_path, "2030.1", localdate(), changed)), by=None)
    assert isinstance(offer, ProcedureOffer)
    client, address = desk(town.manager), reverse("processes:offer", args=[offer.pk])
    assert address in client.get(reverse("processes:catalogue")).content.decode()
    assert "Soạn" in client.get(address).content.decode()
    assert client.post(reverse("processes:take_offer", args=[offer.pk]), {"version": "x", "valid_from": ""}).status_code == 422
    with pytest.raises(Invalid):
        take_offer(offer, version="2031.1", valid_from=localdate() - timedelta(days=1), by=town.manager, at=now())
    with pytest.raises(NotAllowed):
        take_offer(offer, version="2031.1", valid_from=localdate(), by=town.chairman, at=now())
    given = {"version": "2031.1", "valid_from": localdate().isoformat()}
    assert client.post(reverse("processes:take_offer", args=[offer.pk]), given).status_code == 302
    offer.refresh_from_db()
    assert offer.became
    assert (offer.became.version, offer.became.made_here) == ("2031.1", True)
    version.refresh_from_db()
    assert version.valid_to == localdate() - timedelta(days=1)
    with pytest.raises(WrongState):
        decline_offer(offer, by=town.manager, at=now())
