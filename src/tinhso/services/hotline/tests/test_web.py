"""Asking on the site to be called back."""

import pytest
from django.test import Client

from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db
FORM = {"phone": "0912 345 678", "name": "Hoa", "text": "Hỏi giấy tờ khai sinh cho con"}


def test_somebody_is_called_back_by_a_time_that_is_told(hotline: Hotline, client: Client) -> None:
    page = client.post("/tong-dai/nho-goi-lai/", FORM).content.decode()
    back = Callback.objects.get()
    assert "gọi cho bạn trước" in page
    assert (back.number, back.reason, back.note) == ("+84912345678", "web", "Hoa: Hỏi giấy tờ khai sinh cho con")
    assert back.owner is not None


@pytest.mark.parametrize("wrong", [{"phone": ""}, {"phone": "123"}, {"text": "?"}, {"text": "x" * 301}])
def test_what_is_wrong_is_told_and_what_was_typed_stays(hotline: Hotline, client: Client, wrong: dict[str, str]) -> None:
    answer = client.post("/tong-dai/nho-goi-lai/", FORM | wrong)
    assert answer.status_code == 422
    assert "Hoa" in answer.content.decode()
    assert Callback.objects.count() == 0


def test_a_number_is_not_asked_for_without_end(hotline: Hotline, client: Client) -> None:
    answers = [client.post("/tong-dai/nho-goi-lai/", FORM).status_code for _time in range(4)]
    assert answers == [200, 200, 200, 429]
    assert Callback.objects.count() == 1


def test_without_a_line_the_page_says_so(client: Client) -> None:
    assert "chưa mở tổng đài" in client.get("/tong-dai/nho-goi-lai/").content.decode()
