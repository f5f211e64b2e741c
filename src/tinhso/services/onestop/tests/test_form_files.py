"""Files that a procedure's own form asks for: handed in at the counter or online, opened by those who see the case."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.cases.tests.folder import with_question, write_folder
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.tests.samples import pdf
from tinhso.kernel.errors import Invalid

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]
COUNTER = "/mot-cua/tiep-nhan/quay/9.000001/"
PDF = pdf()
SCAN = {"type": "integer", "title": "Bản quét", "x-widget": "file"}


@pytest.fixture
def version(town: Town, tmp_path: Path) -> ProcedureVersion:
    """A procedure whose form asks for a file in it and a file in each entry of a list."""
    entry = {"type": "object", "properties": {"name": {"type": "string", "title": "Tên"}, "copy": SCAN}}
    schema = with_question("scan", SCAN)
    schema["properties"]["applicant"]["required"].append("scan")
    schema["properties"]["applicant"]["properties"]["more"] = {"type": "array", "title": "Giấy tờ khác", "items": entry}
    return install_procedure(load_folder(write_folder(tmp_path / "9.000001", schema=schema)), by=None)


def entry(**more: object) -> dict[str, object]:
    return {
        "applicant.full_name": "Đặng Thị Ánh", "applicant.copies": "1", "_shown": "-", "key": "k" * 32, "paper_don": "on",
        "name": "Đặng Thị Ánh", "identity_number": "082190000123", "phone": "", "email": "", "address": "", **more,
    }  # fmt: skip


def scan(name: str = "giay.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def held(answer: str) -> str:
    """What the page holds of the files in the form."""
    return str(html.fromstring(f"<div>{answer}</div>").xpath("//input[@id='counter-files']/@value")[0])


def test_a_file_of_the_form_handed_in_at_the_counter_is_kept_and_opened_from_the_case(
    town: Town, version: ProcedureVersion, desk: Desk
) -> None:
    clerk = desk(town.clerk)
    assert clerk.post(COUNTER, entry(**{"applicant.scan": scan()})).status_code == 302

    case = Case.objects.get()
    stored = StoredFile.objects.get()
    assert case.form.answers["applicant"]["scan"] == stored.pk
    address = f"/mot-cua/ho-so/{case.code}/tep-khai/{stored.pk}/"
    page = html.fromstring(clerk.get(f"/mot-cua/ho-so/{case.code}/").content.decode())
    assert page.xpath(f"//a[@href='{address}']/text()") == ["giay.pdf"]
    assert b"".join(clerk.get(address).streaming_content) == PDF  # type: ignore[attr-defined]
    assert b"".join(desk(town.specialist).get(address).streaming_content) == PDF  # type: ignore[attr-defined]
    other = store_bytes("la.pdf", pdf(), "application/pdf", by=town.clerk)
    assert clerk.get(f"/mot-cua/ho-so/{case.code}/tep-khai/{other.pk}/").status_code == 404


def test_a_file_stays_with_an_entry_that_is_refused(town: Town, version: ProcedureVersion, desk: Desk) -> None:
    clerk = desk(town.clerk)
    files = {"applicant.scan": scan(), "applicant.more[0].copy": scan("khac.pdf"), "applicant.more[0]._entry": "1"}
    refused = clerk.post(COUNTER, entry(**files, **{"applicant.copies": "nhiều"}))
    assert refused.status_code == 422
    shown = html.fromstring(refused.content.decode()).xpath("//ul[@class='tsf-files']/li")
    assert [name for line in shown for name in ("giay.pdf", "khac.pdf") if name in line.text_content()] == [
        "giay.pdf",
        "khac.pdf",
    ]

    again = {"files": held(refused.content.decode()), "applicant.more[0]._entry": "1"}
    assert clerk.post(COUNTER, entry(**again)).status_code == 302

    answers = Case.objects.get().form.answers["applicant"]
    names = StoredFile.objects.in_bulk()
    assert [names[number].name for number in (answers["scan"], answers["more"][0]["copy"])] == ["giay.pdf", "khac.pdf"]


def test_a_file_taken_out_in_a_redraw_is_gone_from_what_the_page_holds(town: Town, version: ProcedureVersion, desk: Desk) -> None:
    clerk = desk(town.clerk)
    page = clerk.post(COUNTER, entry(**{"applicant.scan": scan(), "_update": "1"})).content.decode()
    assert held(page)

    fragment = clerk.post(COUNTER, entry(files=held(page), _remove="applicant.scan", _render="1")).content.decode()

    assert "giay.pdf" not in fragment
    assert held(fragment) == ""
    assert 'hx-swap-oob="true"' in fragment


def test_a_file_that_cannot_be_kept_is_said_beside_its_question(town: Town, version: ProcedureVersion, desk: Desk) -> None:
    virus = SimpleUploadedFile("virus.pdf", b"MZ" + bytes(100))
    page = html.fromstring(desk(town.clerk).post(COUNTER, entry(**{"applicant.scan": virus})).content.decode())
    assert "virus.pdf: " in page.get_element_by_id("f-applicant-scan-error").text_content()
    assert not Case.objects.exists()


def test_files_that_a_colleague_s_page_holds_are_not_taken(
    town: Town, version: ProcedureVersion, desk: Desk, second_clerk: Person
) -> None:
    theirs = held(desk(second_clerk).post(COUNTER, entry(**{"applicant.scan": scan(), "_update": "1"})).content.decode())
    clerk = desk(town.clerk)
    for forged in (theirs, theirs[:-1] + "x", '[1, {"applicant": {"scan": 1}}]', ""):
        answer = clerk.post(COUNTER, entry(files=forged))
        assert answer.status_code == 422
        assert "Hãy đính kèm bản quét" in answer.content.decode()
    assert not Case.objects.exists()


def test_an_answer_naming_a_file_of_somebody_else_is_refused(town: Town, version: ProcedureVersion, submitted: Submit) -> None:
    secret = store_bytes("mat.pdf", PDF, "application/pdf", by=town.stranger)
    for number in (secret.pk, secret.pk + 1, 10**30):
        with pytest.raises(Invalid) as refused:
            submitted(answers={"applicant": {"full_name": "Ánh", "copies": 1, "scan": number}})
        assert list(refused.value.fields) == ["applicant.scan"]
