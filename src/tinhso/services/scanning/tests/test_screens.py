"""The screens: the list of what is to be digitised, a case's piles, the scanners' folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case, PartFile
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.services.scanning.folder import KEPT, MOST, TAKEN, folder_check, remove_taken, scans_of, taking
from tinhso.services.scanning.models import Page
from tinhso.services.scanning.tests.conftest import as_file, sheet
from tinhso.services.scanning.views.pages import MOST_FILES

pytestmark = pytest.mark.django_db
Desk = Callable[[Person], Client]
LONG_AGO = 1_700_000_000


@pytest.fixture
def case(submitted: Callable[..., Case], town: Town) -> Case:
    return accept_case(submitted(), by=town.clerk)


@pytest.fixture
def clerk(desk: Desk, town: Town) -> Client:
    return desk(town.clerk)


def address(name: str, case: Case, *more: object) -> str:
    return reverse(f"scanning:{name}", args=[case.code, *more])


def upload(clerk: Client, case: Case, *, accept: str = "text/html", **given: object) -> object:
    picture = as_file(sheet())
    picture.name = "trang.jpg"
    part = case.parts.get(code="don").pk
    return clerk.post(address("take", case), {"part": part, "files": [picture], **given}, headers={"accept": accept})


def test_the_list_has_a_case_until_its_paper_is_digitised(clerk: Client, case: Case) -> None:
    listed = reverse("scanning:waiting")
    assert case.code in clerk.get(listed).content.decode()
    assert case.code in clerk.get(listed, {"q": "dang thi anh"}).content.decode()
    assert "Không có hồ sơ nào khớp" in clerk.get(listed, {"q": "nguoi khac"}).content.decode()
    upload(clerk, case)
    assert "1 trang chờ ghép" in clerk.get(listed).content.decode()
    clerk.post(address("bind", case, case.parts.get(code="don").pk))
    assert "Không còn hồ sơ nào phải số hóa" in clerk.get(listed).content.decode()


def test_the_case_leads_there_for_those_who_digitise_only(clerk: Client, case: Case, desk: Desk, town: Town) -> None:
    page, board = reverse("onestop:case", args=[case.code]), address("board", case)
    assert board in clerk.get(page).content.decode()
    assert board not in desk(town.specialist).get(page).content.decode()


def test_the_camera_is_let_in_on_that_page_and_on_no_other(clerk: Client, case: Case) -> None:
    assert "camera=(self)" in clerk.get(address("board", case)).headers["Permissions-Policy"]
    assert "camera=()" in clerk.get(reverse("scanning:waiting")).headers["Permissions-Policy"]


def test_without_script_files_are_sent_and_pages_acted_on_by_plain_forms(clerk: Client, case: Case) -> None:
    board = clerk.post(address("take", case), {"files": []}, follow=True)
    assert board.status_code == 422
    assert upload(clerk, case).status_code == 302  # type: ignore[attr-defined]
    page = Page.objects.get()
    assert "Đã nhận 1 trang." in clerk.get(address("board", case)).content.decode()
    for act in ("xoay", "sau", "giu"):
        assert clerk.post(address("page", case, page.pk, act)).status_code == 302
    page.refresh_from_db()
    assert page.turned == 90
    assert "Hãy ghi rõ lý do" in clerk.get(address("board", case)).content.decode()
    assert clerk.post(address("page", case, page.pk, "pha")).status_code == 404
    clerk.post(address("assign", case), {"pages": [page.pk], "part": ""})
    assert "Khay chưa phân loại" in clerk.get(address("board", case)).content.decode()
    clerk.post(address("page", case, page.pk, "bo"))
    assert not Page.objects.exists()


def test_the_camera_hears_what_the_check_found(clerk: Client, case: Case) -> None:
    said = upload(clerk, case, accept="application/json", origin="camera", key="chup-1").json()  # type: ignore[attr-defined]
    [taken] = said["taken"]
    assert taken == {"level": "good", "advice": [], "drop": address("page", case, Page.objects.get().pk, "bo")}
    assert 'id="scan-board"' in said["board"]
    again = upload(clerk, case, accept="application/json", origin="camera", key="chup-1").json()  # type: ignore[attr-defined]
    assert (again["taken"], again["problems"], Page.objects.count()) == ([], [], 1)


def test_one_file_that_cannot_be_read_keeps_no_other(clerk: Client, case: Case) -> None:
    good, bad = as_file(sheet()), as_file(sheet())
    good.name, bad.name = "tot.jpg", "hong.jpg"
    bad.truncate(2000)
    said = clerk.post(address("take", case), {"files": [bad, good]}, headers={"accept": "application/json"}).json()
    assert len(said["taken"]) == 1
    assert said["problems"][0].startswith("hong.jpg: Ảnh bị hỏng")


def test_files_beyond_the_most_are_not_passed_over_in_silence(clerk: Client, case: Case) -> None:
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(MOST_FILES + 2)]
    said = clerk.post(address("take", case), {"files": files}, headers={"accept": "application/json"}).json()
    assert "2 tệp cuối chưa được nhận" in said["problems"][0]


def test_a_page_is_shown_as_it_is_turned(clerk: Client, case: Case) -> None:
    upload(clerk, case)
    page = Page.objects.get()
    picture = clerk.get(address("picture", case, page.pk))
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in picture.headers["Cache-Control"]
    large = clerk.get(address("picture", case, page.pk), {"co": "lon"})
    assert len(large.content) > len(picture.content)


def test_what_htmx_asks_for_is_answered_with_the_piles(clerk: Client, case: Case) -> None:
    upload(clerk, case)
    bind = address("bind", case, case.parts.get(code="don").pk)
    told = clerk.post(bind, headers={"HX-Request": "true"})
    assert "Đã tạo bản số hóa" in told.content.decode()
    assert "<html" not in told.content.decode()
    assert clerk.post(bind, headers={"HX-Request": "true"}).status_code == 409
    copy = PartFile.objects.get()
    assert clerk.get(address("file", case, copy.pk)).headers["Content-Type"] == "application/pdf"


@pytest.fixture
def folder(tmp_path: Path, settings: object, town: Town) -> Path:
    """The scanners' folder of the commune, with a page in it, one at the second counter, and something odd."""
    settings.SCANS_DIR = str(tmp_path)  # type: ignore[attr-defined]
    place = tmp_path / str(town.agency.code)
    (place / "quay-2").mkdir(parents=True)
    for name in ("trang 1.jpg", "quay-2/trang.jpg", "doc.exe"):
        (place / name).write_bytes(as_file(sheet()).getvalue())
    (tmp_path / "H20.99").mkdir()
    (tmp_path / "H20.99" / "khac.jpg").write_bytes(b"x")
    (place / "ra-ngoai.jpg").symlink_to(tmp_path / "H20.99" / "khac.jpg")
    for path in place.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (LONG_AGO, LONG_AGO))
    return place


def test_scans_are_listed_looked_at_and_taken(clerk: Client, case: Case, folder: Path) -> None:
    board = clerk.get(address("board", case)).content.decode()
    assert "trang 1.jpg" in board
    assert "quay-2/trang.jpg" in board
    assert "khac.jpg" not in board
    assert "ra-ngoai.jpg" not in board
    assert "để lại trong thư mục" in board
    picture = clerk.get(address("scan_picture", case), {"tep": "trang 1.jpg"})
    assert picture.headers["Content-Type"] == "image/jpeg"
    part = case.parts.get(code="don").pk
    clerk.post(address("take_scan", case), {"part": part, "scans": ["trang 1.jpg", "quay-2/trang.jpg"]})
    assert Page.objects.filter(part=part, origin=Page.Origin.FOLDER).count() == 2
    assert not (folder / "trang 1.jpg").exists()
    assert len(list((folder / TAKEN).iterdir())) == 1
    assert AuditEntry.objects.filter(event="scanning.taken").count() == 2


def test_what_cannot_be_read_stays_and_is_named(clerk: Client, case: Case, folder: Path) -> None:
    (folder / "hong.jpg").write_bytes(b"\xff\xd8\xff\xe0hong")
    os.utime(folder / "hong.jpg", (LONG_AGO, LONG_AGO))
    told = clerk.post(address("take_scan", case), {"scans": ["hong.jpg", "trang 1.jpg"]}, follow=True).content.decode()
    assert "hong.jpg" in told
    assert (folder / "hong.jpg").exists()
    assert not (folder / "trang 1.jpg").exists()


@pytest.mark.parametrize("name", ["../H20.99/khac.jpg", "/etc/passwd", "ra-ngoai.jpg", f"{TAKEN}/x.jpg", "khong-co.jpg"])
def test_no_name_leads_out_of_the_agencys_folder(clerk: Client, case: Case, folder: Path, name: str) -> None:
    assert clerk.get(address("scan_picture", case), {"tep": name}).status_code == 404
    clerk.post(address("take_scan", case), {"scans": [name]})
    assert not Page.objects.exists()


def test_a_file_the_scanner_is_still_writing_is_left_alone(clerk: Client, case: Case, folder: Path) -> None:
    (folder / "trang 1.jpg").touch()
    assert "máy quét đang ghi" in clerk.get(address("scans", case)).content.decode()
    clerk.post(address("take_scan", case), {"scans": ["trang 1.jpg"]})
    assert (folder / "trang 1.jpg").exists()


def test_odd_files_do_not_push_scans_off_the_list(folder: Path, town: Town) -> None:
    for number in range(MOST):
        (folder / f"{number}.xml").write_bytes(b"x")
        os.utime(folder / f"{number}.xml", (LONG_AGO - 60, LONG_AGO - 60))
    assert [scan.name for scan in scans_of(town.agency)[:2]] == ["quay-2/trang.jpg", "trang 1.jpg"]


def test_a_scan_given_back_replaces_no_newer_one_of_its_name(folder: Path, town: Town) -> None:
    def fails() -> None:
        with taking(town.agency, "trang 1.jpg") as held:
            assert held.exists()
            (folder / "trang 1.jpg").write_bytes(b"newer")
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        fails()
    assert (folder / "trang 1.jpg").read_bytes() == b"newer"
    [back] = folder.glob("*-trang 1.jpg")
    assert back.stat().st_size > 1000


def test_a_scan_whose_pages_were_not_committed_goes_back_on_the_list(folder: Path, town: Town) -> None:
    held = folder / TAKEN / ".20261116-090000-000000-a.jpg"
    held.parent.mkdir()
    held.write_bytes(b"x")
    os.utime(held, (LONG_AGO, LONG_AGO))
    assert remove_taken(LONG_AGO + KEPT.total_seconds() + 60) == 0
    assert "20261116-090000-000000-a.jpg" in [scan.name for scan in scans_of(town.agency)]


def test_taken_scans_are_removed_after_some_days_and_the_folder_is_watched(folder: Path, settings: object) -> None:
    kept = folder / TAKEN / "cu.jpg"
    kept.parent.mkdir()
    kept.write_bytes(b"x")
    os.utime(kept, (LONG_AGO, LONG_AGO))
    assert remove_taken(LONG_AGO + 60) == 0
    assert remove_taken(LONG_AGO + KEPT.total_seconds() + 60) == 1
    assert folder_check().state == "ok"
    settings.SCANS_DIR = "/khong/co"  # type: ignore[attr-defined]
    assert folder_check().state == "failed"
    settings.SCANS_DIR = ""  # type: ignore[attr-defined]
    assert folder_check().state == "not configured"
