"""Whatever refers to a stored file keeps it, however old it is: each column that does is tried."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils.timezone import now

from tinhso.blocks.cases.actions.correcting import correct_case
from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.opinions import ask_opinion, give_opinion
from tinhso.blocks.cases.actions.originals import give_back, record_paper
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.returning import Receipt, keep_receipt
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import Town, make_town
from tinhso.blocks.cases.tests.folder import with_question, write_folder
from tinhso.blocks.files.actions import remove_unused_file, store_bytes
from tinhso.blocks.files.jobs import remove_unused_files
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.files.references import unused_files
from tinhso.services.hotline.actions.conversations import Channel, Contact, Written, begin
from tinhso.services.hotline.models import Recording
from tinhso.services.hotline.tests.conftest import make_hotline
from tinhso.services.portal.actions import attach_to_draft, discard_draft, save_section, start_draft, submit_draft
from tinhso.services.portal.models import Draft
from tinhso.services.reports.models import Photo, Report
from tinhso.services.scanning.models import Page

pytestmark = pytest.mark.django_db
SCAN = {"type": "integer", "title": "Bản quét", "x-widget": "file"}
CONTENT = b"%PDF-1.7 giay to"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def version(town: Town, tmp_path: Path) -> ProcedureVersion:
    schema = with_question("scan", SCAN)
    entry = {
        "type": "object",
        "properties": {"copies": {"type": "array", "items": {"type": "integer"}, "title": "Bản", "x-widget": "file"}},
    }
    schema["properties"]["applicant"]["properties"]["more"] = {"type": "array", "title": "Khác", "items": entry}
    return install_procedure(load_folder(write_folder(tmp_path / "9.000001", schema=schema)), by=None)


@pytest.fixture
def file(town: Town) -> StoredFile:
    """Uploaded a month ago by the citizen."""
    found = store_bytes("giay.pdf", CONTENT, "application/pdf", by=town.citizen)
    StoredFile.objects.filter(pk=found.pk).update(created_at=now() - timedelta(days=30))
    return found


def _case(town: Town, version: ProcedureVersion, **applicant: object) -> Case:
    part = applicant.pop("part", None)
    return submit_case(
        version,
        {"applicant": {"full_name": "Ánh", "copies": 1, **applicant}},
        agency=town.agency,
        applicant=Applicant(name="Ánh", person=town.citizen),
        by=town.citizen,
        parts={"don": HandedIn(files=[part]) if isinstance(part, StoredFile) else HandedIn(on_paper=True)},
    )


def _draft(town: Town, version: ProcedureVersion, **applicant: object) -> Draft:
    draft = start_draft(version, agency=town.agency, by=town.citizen)
    return save_section(draft, "applicant", {"applicant": applicant}, finished=False, by=town.citizen)


def _paper(town: Town, version: ProcedureVersion, **columns: object) -> None:
    case = accept_case(_case(town, version), by=town.clerk)
    type(case.papers.get().paper).objects.update(sha256="0" * 64, **columns)


def _paper_signed(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    other = store_bytes("chua-ky.pdf", b"%PDF-1.7 chua ky", "application/pdf")
    _paper(town, version, file=other, signed_file=file, signed_at=now())


def _opinion(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    case = accept_case(_case(town, version), by=town.clerk)
    step = case.steps.select_related("case").get(node="review")
    opinion = ask_opinion(step, town.agency, by=town.specialist, question="Có quy hoạch không?")
    give_opinion(opinion, by=town.specialist, answer="Không", files=[file])


def _corrected(town: Town, version: ProcedureVersion, before: dict[str, object], after: dict[str, object]) -> None:
    answers = {"applicant": {"full_name": "Ánh", "copies": 1, **after}}
    correct_case(_case(town, version, **before), answers, by=town.citizen, reason="Nhầm tệp")


def _returned(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    keep_receipt(_case(town, version), Receipt("counter", receiver="Ánh", signature=file), at=now())


def _originals_back(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    case = _case(town, version)
    given = HandedIn(on_paper=True, form="original", handed=1, lent=1)
    record_paper(case, case.parts.get(), given, by=town.clerk)
    give_back(case, [case.parts.get().pk], by=town.clerk, receipt=Receipt("counter", receiver="Ánh", signature=file))


def _scanned(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    case, facts = _case(town, version), {"position": 1, "width": 0, "height": 0, "dpi": 0, "origin": "upload", "key": "k"}
    Page.objects.create(case=case, part=case.parts.get(), file=file, taken_by=town.clerk, **facts)


def _photographed(town: Town, version: ProcedureVersion, **files: StoredFile) -> None:
    report = Report.objects.create(case=_case(town, version), kind="pothole", routed="default")
    Photo.objects.create(report=report, **files)


def _photo_covered(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    other = store_bytes("anh.pdf", b"%PDF-1.7 chua che", "application/pdf")
    _photographed(town, version, file=other, released=file)


def _recorded(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    call = make_hotline(town).hears("newCall", **{"from": "0912345678", "to": "1022"})
    Recording.objects.create(call=call, file=file, received_at=now(), keep_until=now().date() + timedelta(days=90))


def _written(town: Town, version: ProcedureVersion, file: StoredFile) -> None:
    begin(make_hotline(town).line, Channel.EMAIL, Written("Kèm tệp", files=[file]), Contact(email="hoa@example.org"))


REFERENCES: dict[str, Callable[[Town, ProcedureVersion, StoredFile], object]] = {
    "cases.PartFile.file": lambda town, version, file: _case(town, version, part=file),
    "cases.OpinionFile.file": _opinion,
    "cases.CaseForm.answers": lambda town, version, file: _case(town, version, more=[{"copies": [file.pk]}], scan=file.pk),
    "cases.Correction.before": lambda town, version, file: _corrected(town, version, {"scan": file.pk}, {}),
    "cases.Correction.after": lambda town, version, file: _corrected(town, version, {}, {"scan": file.pk}),
    "portal.DraftFile.file": lambda town, version, file: attach_to_draft(_draft(town, version), "don", file, by=town.citizen),
    "portal.Draft.answers": lambda town, version, file: _draft(town, version, more=[{}, {"copies": [file.pk]}]),
    "cases.ResultReturn.signature": _returned,
    "cases.OriginalsReturn.signature": _originals_back,
    "scanning.Page.file": _scanned,
    "reports.Photo.file": lambda town, version, file: _photographed(town, version, file=file),
    "reports.Photo.released": _photo_covered,
    "hotline.Recording.file": _recorded,
    "hotline.MessageFile.file": _written,
    "papers.Paper.file": lambda town, version, file: _paper(town, version, file=file),
    "papers.Paper.signed_file": _paper_signed,
}


def _columns() -> list[models.Field]:
    return [field for model in apps.get_models() for field in model._meta.concrete_fields]


def test_every_column_that_refers_to_files_is_tried_here() -> None:
    referring = [f for f in _columns() if f.related_model is StoredFile or getattr(f, "names_files", False)]
    assert {f"{field.model._meta.label}.{field.name}" for field in referring} == REFERENCES.keys()


def test_every_column_of_answers_says_that_it_names_files() -> None:
    answers = [field for field in _columns() if isinstance(field, models.JSONField) and field.name == "answers"]
    assert {field.model._meta.label for field in answers if getattr(field, "names_files", False)} == {
        "cases.CaseForm",
        "portal.Draft",
    }
    assert len(answers) == 2


@pytest.mark.parametrize("column", REFERENCES)
def test_a_file_that_is_referred_to_stays(town: Town, version: ProcedureVersion, file: StoredFile, column: str) -> None:
    assert file.pk in unused_files(at=now())
    REFERENCES[column](town, version, file)
    remove_unused_files(int(now().timestamp()))
    assert read_file(StoredFile.objects.get(pk=file.pk)) == CONTENT


def test_a_file_to_which_something_has_come_to_refer_since_it_was_looked_at_stays(
    town: Town, version: ProcedureVersion, file: StoredFile
) -> None:
    _case(town, version, part=file)
    assert not remove_unused_file(file.pk)
    assert read_file(file) == CONTENT


def test_a_draft_s_file_goes_along_to_the_case_and_is_left_behind_by_a_discarded_draft(
    town: Town, version: ProcedureVersion, file: StoredFile
) -> None:
    draft = _draft(town, version, full_name="Ánh", copies=1, scan=file.pk)
    attach_to_draft(draft, "don", file, by=town.citizen)
    submit_draft(Draft.objects.get(), by=town.citizen)
    assert unused_files(at=now()) == []

    other = store_bytes("khac.pdf", b"%PDF-1.7 khac", "application/pdf", by=town.citizen)
    attach_to_draft(_draft(town, version), "don", other, by=town.citizen)
    in_eight_days = now() + timedelta(days=8)
    assert unused_files(at=in_eight_days) == []
    discard_draft(Draft.objects.get(), by=town.citizen)
    assert unused_files(at=in_eight_days) == [other.pk]
