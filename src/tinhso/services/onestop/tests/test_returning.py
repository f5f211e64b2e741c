"""Returning the result, with what shows it."""

import base64
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.returning import Receipt
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, ResultReturn, Status, Step
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def done(submitted: Callable[..., Case], town: Town) -> Step:
    """A signed case that waits to be returned: its step."""
    case = accept_case(submitted(), by=town.clerk)
    for node in ("review", "check", "draft"):
        complete_step(case.steps.select_related("case").get(node=node, done_at=None), by=town.specialist)
    sign_result(case.steps.select_related("case").get(does="sign", done_at=None), by=town.chairman)
    return case.steps.select_related("case", "agency").get(does="return")


def _drawn() -> str:
    picture = BytesIO()
    Image.new("RGB", (60, 20), "white").save(picture, "PNG")
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()


def _hand_over(client: Client, step: Step, **given: str) -> int:
    address = reverse("onestop:hand_over", args=[step.case.code, step.pk])
    return client.post(address, given).status_code


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt("counter", receiver="Đặng Thị Ánh"),
        Receipt("counter", on_paper=True),
        Receipt("post", tracking="12"),
        Receipt("pigeon"),
    ],
)
def test_a_return_without_its_proof_returns_nothing(done: Step, town: Town, receipt: Receipt) -> None:
    with pytest.raises(Invalid):
        return_result(done, by=town.clerk, receipt=receipt)
    assert Case.objects.get().status == Status.DONE


def test_the_receiver_signs_on_the_pad(done: Step, town: Town, desk: SignIn) -> None:
    clerk = desk(town.clerk)
    page = clerk.get(reverse("onestop:case", args=[done.case.code])).content.decode()
    assert "Đã ký nhận trên giấy" in page
    assert _hand_over(clerk, done, way="counter", receiver="Đặng Văn Con", signature="data:image/png;base64,AAAA") == 422
    assert _hand_over(clerk, done, way="counter", receiver="Đặng Văn Con", signature=_drawn()) == 302
    given = ResultReturn.objects.get()
    assert given.receiver == "Đặng Văn Con"
    assert "Đặng Văn Con" in clerk.get(reverse("onestop:case", args=[done.case.code])).content.decode()
    picture = clerk.get(reverse("onestop:signature", args=[done.case.code]))
    assert picture.headers["Content-Type"] == "image/png"


def test_by_post_the_applicant_sees_the_number(done: Step, town: Town, desk: SignIn) -> None:
    assert _hand_over(desk(town.clerk), done, way="post", tracking="cp 123 456 789 vn") == 302
    assert ResultReturn.objects.get().tracking == "CP123456789VN"


def test_electronically_nothing_more_is_asked(done: Step, town: Town, desk: SignIn) -> None:
    assert _hand_over(desk(town.clerk), done, way="electronic", receiver="ai đó") == 302
    assert ResultReturn.objects.get().receiver == ""
