"""Bursts, script in the text on every public surface, enormous pictures, other people's ids."""

import io
import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.files.actions import store_photo
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.models import Photo, Report
from tinhso.services.reports.tests.conftest import Staff
from tinhso.services.reports.tests.test_public import CLOSE, FORM, photo
from tinhso.services.reports.tests.test_staff_screens import do, routed, signed_in  # noqa: F401 - rules that lead to the commune

Send = Callable[..., Report]
BAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> =1+1 ]]> {{7*7}}"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def poisoned(sent: Send, staff: Staff) -> Report:
    """Somebody's words, address and the agency's answer all hold script, and a moderator let them pass."""
    report = sent(at=now(), text=BAD)
    publish(report, by=staff.desk, text=BAD, where=BAD)
    write_answer(report, by=staff.handler, text=BAD)
    approve_answer(report, by=staff.approver)
    report.refresh_from_db()
    return report


HTML = ("/phan-anh/", "/phan-anh/{code}/", "/phan-anh/gan-day/?lon=106.36&lat=10.36&kind=PA-ANTT.pothole")


@pytest.mark.parametrize("address", HTML)
def test_script_in_the_text_is_text_on_every_page(poisoned: Report, sent: Send, staff: Staff, address: str) -> None:
    publish(sent(at=now(), text=BAD), by=staff.desk, text=BAD, where=BAD)  # an open one, for what is close by
    page = Client().get(address.format(code=poisoned.case.code)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in page.partition("alert(2)")[2][:40]


@pytest.mark.parametrize("address", ["/phan-anh/rss.xml", "/open311/v2/requests.xml", "/open311/v2/requests/{code}.xml"])
def test_script_in_the_text_is_text_in_xml(poisoned: Report, address: str) -> None:
    answer = Client().get(address.format(code=poisoned.case.code))
    assert "xml" in answer["Content-Type"]
    content = b"".join(answer) if answer.streaming else answer.content
    assert b"<script>" not in content
    assert any((node.text or "") == BAD for node in ElementTree.fromstring(content).iter())


@pytest.mark.parametrize(
    "address", ["/phan-anh/du-lieu.geojson", "/open311/v2/requests.json", "/open311/v2/requests/{code}.json"]
)
def test_script_in_the_text_is_text_in_json_that_no_browser_shows_as_a_page(poisoned: Report, address: str) -> None:
    answer = Client().get(address.format(code=poisoned.case.code))
    assert "json" in answer["Content-Type"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    content = b"".join(answer) if answer.streaming else answer.content
    assert BAD in json.dumps(json.loads(content), ensure_ascii=False).replace('\\"', '"')


def test_the_map_says_nothing_of_the_text(poisoned: Report) -> None:
    points = Client().get("/phan-anh/cum.json", CLOSE).json()["points"]
    assert points
    assert all(set(point) <= {"lon", "lat", "count", "url"} for point in points)


def test_script_in_the_text_is_text_on_the_pages_of_those_who_see_to_it(poisoned: Report, staff: Staff) -> None:
    desk = signed_in(staff.desk)
    for address in (f"/phan-anh/xu-ly/{poisoned.case.code}/", "/phan-anh/xu-ly/?muc=tat-ca"):
        page = desk.get(address).content.decode()
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page


# --- bursts


def test_many_senders_of_one_address_are_stopped_together(staff: Staff) -> None:
    answers = [Client().post("/phan-anh/gui/", {**FORM, "phone": f"09123{n:05}"}).status_code for n in range(23)]
    assert answers[:20] == [302] * 20
    assert set(answers[20:]) == {429}
    assert Report.objects.count() == 20
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").post("/phan-anh/gui/", {**FORM, "phone": "0912399999"})
    assert elsewhere.status_code == 302


def test_a_form_that_is_stopped_keeps_no_files_and_loses_no_words(staff: Staff) -> None:
    visitor = Client()
    for _time in range(10):
        visitor.post("/phan-anh/gui/", FORM)
    stopped = visitor.post("/phan-anh/gui/", {**FORM, "photos": [photo()]})
    assert stopped.status_code == 429
    assert FORM["text"] in stopped.content.decode()
    assert not Photo.objects.exists()


# --- pictures


def large(side: int) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("L", (side, side)).save(content, "JPEG", quality=30)
    return SimpleUploadedFile("a.jpg", content.getvalue(), "image/jpeg")


def test_a_picture_of_ten_thousand_pixels_a_side_is_refused_with_a_reason(staff: Staff) -> None:
    answer = Client().post("/phan-anh/gui/", {**FORM, "photos": [large(10_000)]})
    assert answer.status_code == 422
    assert "Ảnh quá lớn" in answer.content.decode()


def test_the_largest_picture_that_is_taken_is_made_small_where_it_is_covered(staff: Staff) -> None:
    assert Client().post("/phan-anh/gui/", {**FORM, "photos": [large(9_000)]}).status_code == 302
    kept = Photo.objects.get()
    address = f"/phan-anh/xu-ly/{kept.report.case.code}/anh/{kept.pk}/che/"
    assert signed_in(staff.desk).post(address, {"boxes": "1 1 20 20"}).status_code == 302
    kept.refresh_from_db()
    assert kept.released.size < 1_000_000


def test_a_picture_that_would_fill_the_memory_is_refused_with_a_reason(staff: Staff) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    answer = Client().post("/phan-anh/gui/", {**FORM, "photos": [SimpleUploadedFile("a.png", bomb.getvalue(), "image/png")]})
    assert answer.status_code == 422
    assert "Ảnh quá lớn" in answer.content.decode()


# --- other people's ids


def test_numbers_of_other_reports_open_nothing(sent: Send, staff: Staff, town: Town) -> None:
    mine = sent(at=now(), files=[store_photo(photo(), by=None)])
    other = sent(at=now(), files=[store_photo(photo("b.jpg"), by=None)])
    theirs = other.photos.get()
    publish(mine, by=staff.desk, text="Ổ gà")
    desk, stranger = signed_in(staff.desk), Client()
    assert stranger.get(f"/phan-anh/{mine.case.code}/anh/{theirs.pk}/").status_code == 404
    assert stranger.get(f"/open311/v2/media/{theirs.pk}").status_code == 404
    assert desk.get(f"/phan-anh/xu-ly/{mine.case.code}/anh/{theirs.pk}/").status_code == 404
    assert desk.post(f"/phan-anh/xu-ly/{mine.case.code}/anh/{theirs.pk}/che/", {"boxes": "1 1 9 9"}).status_code == 404
    do(desk, mine, "cong-khai", text="Ổ gà", photos=[theirs.pk])
    theirs.refresh_from_db()
    assert not theirs.public
    for number in ("0", "-1", str(2**63), "9" * 30, "x"):
        assert desk.get(f"/phan-anh/xu-ly/{mine.case.code}/anh/{number}/").status_code == 404
        assert do(desk, mine, "giao", to=number) == 404


def test_an_officer_of_another_commune_finds_nothing_and_does_nothing(sent: Send, staff: Staff, town: Town) -> None:
    report = sent(at=now())
    outsider = signed_in(town.stranger)
    assert outsider.get(f"/phan-anh/xu-ly/{report.case.code}/").status_code in {403, 404}
    assert do(outsider, report, "tra-loi", answer="x") in {403, 404}
    report.refresh_from_db()
    assert report.draft == ""
