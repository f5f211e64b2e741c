"""Sending without scripts: what was entered and chosen survives a refusal."""

import re

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tinhso.blocks.files.models import StoredFile
from tinhso.services.reports.models import Report
from tinhso.services.reports.tests.conftest import Staff
from tinhso.services.reports.tests.test_public import FORM, photo

SEND = "/phan-anh/gui/"


@pytest.fixture(autouse=True)
def nothing_kept(staff: Staff) -> None:
    cache.clear()


def _kept(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found
    return found[1]


def test_photos_need_not_be_chosen_again_after_a_mistake() -> None:
    visitor = Client()
    refused = visitor.post(SEND, {**FORM, "text": "", "address": "Cạnh cây xăng", "photos": [photo(), photo("b.jpg")]})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Đã giữ 2 ảnh" in page
    assert 'value="Cạnh cây xăng"' in page
    again = visitor.post(SEND, {**FORM, "kept": _kept(page), "photos": [photo("c.jpg")]})
    assert again.status_code == 302
    assert Report.objects.get().photos.count() == 3


def test_the_good_photos_are_kept_where_one_cannot_be_taken() -> None:
    bad = SimpleUploadedFile("c.jpg", b"GIF89a", "image/jpeg")
    page = Client().post(SEND, {**FORM, "photos": [photo(), bad]}).content.decode()
    assert "Đã giữ 1 ảnh" in page
    assert FORM["text"] in page


def test_kept_photos_can_be_dropped() -> None:
    visitor = Client()
    page = visitor.post(SEND, {**FORM, "text": "", "photos": [photo()]}).content.decode()
    visitor.post(SEND, {**FORM, "kept": _kept(page), "drop_kept": "1"})
    assert Report.objects.get().photos.count() == 0


def test_kept_photos_count_towards_the_limit() -> None:
    visitor = Client()
    page = visitor.post(SEND, {**FORM, "text": "", "photos": [photo(f"{n}.jpg") for n in range(5)]}).content.decode()
    refused = visitor.post(SEND, {**FORM, "kept": _kept(page), "photos": [photo()]})
    assert refused.status_code == 422
    assert "Đã giữ 5 ảnh" in refused.content.decode()


@pytest.mark.parametrize(
    "token", ["1", "[1]", "x:y:z", signing.dumps([1], salt="other")], ids=["number", "list", "signs", "another use"]
)
def test_nobody_names_the_files_of_others(token: str) -> None:
    visitor = Client()
    visitor.post(SEND, {**FORM, "text": "", "photos": [photo()]})
    assert StoredFile.objects.count() == 1
    visitor.post(SEND, {**FORM, "kept": token.replace("1", str(StoredFile.objects.get().pk))})
    assert Report.objects.get().photos.count() == 0
