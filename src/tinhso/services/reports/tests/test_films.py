"""A film cannot be covered: it stays closed, or stills of it are published, or somebody says that the whole may be seen."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.tests.test_stripping import film, photo
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.models import Photo, Report
from tinhso.services.reports.queries import photos_shown
from tinhso.services.reports.tests.conftest import Staff
from tinhso.services.reports.tests.test_staff_screens import do, signed_in

Send = Callable[..., Report]


def _upload(name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), "image/jpeg")


@pytest.fixture
def filmed(sent: Send) -> Photo:
    """A report with a film."""
    return sent(at=now(), files=[store_photo(SimpleUploadedFile("v.mp4", film()), by=None)]).photos.get()


def test_a_film_is_public_only_when_it_is_named_as_one_seen_whole(filmed: Photo, staff: Staff) -> None:
    desk, report = signed_in(staff.desk), filmed.report
    do(desk, report, "cong-khai", text="Ổ gà", photos=[filmed.pk])
    filmed.refresh_from_db()
    assert not filmed.public
    do(desk, report, "cong-khai", text="Ổ gà", films=[filmed.pk])
    filmed.refresh_from_db()
    assert filmed.public
    do(desk, report, "cong-khai", text="Ổ gà")
    filmed.refresh_from_db()
    assert not filmed.public


def test_stills_are_taken_covered_and_published_in_place_of_the_film(filmed: Photo, staff: Staff) -> None:
    desk, report = signed_in(staff.desk), filmed.report
    address = f"/phan-anh/xu-ly/{report.case.code}/anh/{filmed.pk}/khung-hinh/"
    assert "data-stills" in desk.get(address).content.decode()
    assert desk.post(address, {"stills": [_upload(), _upload("b.jpg")]}).status_code == 302
    still = filmed.stills.order_by("pk")[0]
    assert not still.public
    assert desk.post(f"/phan-anh/xu-ly/{report.case.code}/anh/{still.pk}/che/", {"boxes": "10 10 50 50"}).status_code == 302
    publish(report, by=staff.desk, text="Ổ gà", photos=[still.pk])
    page = Client().get(f"/phan-anh/{report.case.code}/").content.decode()
    assert f"/anh/{still.pk}/" in page
    assert f"/anh/{filmed.pk}/" not in page


def test_stills_are_pictures_few_and_of_a_film(filmed: Photo, staff: Staff, sent: Send) -> None:
    desk = signed_in(staff.desk)
    address = f"/phan-anh/xu-ly/{filmed.report.case.code}/anh/{filmed.pk}/khung-hinh/"
    assert desk.post(address).status_code == 422
    assert desk.post(address, {"stills": [SimpleUploadedFile("v.mp4", film())]}).status_code == 422
    assert desk.post(address, {"stills": [_upload(f"{n}.jpg") for n in range(11)]}).status_code == 422
    assert not filmed.stills.exists()
    other = sent(at=now(), files=[store_photo(_upload(), by=None)]).photos.get()
    assert desk.get(f"/phan-anh/xu-ly/{other.report.case.code}/anh/{other.pk}/khung-hinh/").status_code == 404
    assert desk.get(f"/phan-anh/xu-ly/{other.report.case.code}/anh/{filmed.pk}/khung-hinh/").status_code == 404
    assert signed_in(staff.handler).get(address).status_code in {403, 404}


def test_a_sender_does_not_see_stills_before_they_are_released(filmed: Photo) -> None:
    Photo.objects.create(report=filmed.report, file=store_photo(_upload(), by=None), still_of=filmed)
    assert list(photos_shown(filmed.report, own=True)) == [filmed]
