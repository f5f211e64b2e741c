"""Calling by a press, and what became of promises to call back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.actions.callbacks import ask_back, finish_callback
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.models import Call, Line
from tinhso.services.hotline.queries import calls_back
from tinhso.services.hotline.tests.conftest import MONDAY, Hotline

pytestmark = pytest.mark.django_db
NUMBER = "+84912345678"
SignIn = Callable[[Person], Client]


def _calls_out(hotline: Hotline, call_id: str, *, answered: bool) -> None:
    form = {"direction": "out", "to": NUMBER, "user": "201"}
    hotline.hears("newCall", call_id, at=now(), **form)
    if answered:
        hotline.hears("answer", call_id, at=now(), **form)
    hotline.hears("hangup", call_id, at=now(), **form)


def test_a_case_page_calls_its_party_where_the_exchange_does(
    hotline: Hotline,
    town: Town,
    submitted: Callable[..., Case],
    signed_in: SignIn,
) -> None:
    case = submitted()
    clerk_too = create_post(town.agency, "Kiêm nhiệm", roles=["reception", "specialist"], by=None)
    appoint(hotline.agent.person, clerk_too, valid_from=MONDAY.date().replace(month=1), by=None)
    case.parties.update(phone="0912345678")
    page = signed_in(hotline.agent.person).get(f"/mot-cua/ho-so/{case.code}/")
    assert "Gọi bằng máy 1022" in page.content.decode()
    assert "Gọi bằng máy 1022" not in signed_in(town.clerk).get(f"/mot-cua/ho-so/{case.code}/").content.decode()
    Line.objects.update(adapter=Line.Adapter.SIP)
    page = signed_in(hotline.agent.person).get(f"/mot-cua/ho-so/{case.code}/").content.decode()
    assert "Gọi bằng máy 1022" not in page  # the agent's telephone takes the link
    assert 'href="tel:0912345678"' in page


def test_a_press_calls_and_nonsense_is_refused(hotline: Hotline, signed_in: SignIn) -> None:
    client = signed_in(hotline.agent.person)
    assert "Số điện thoại chưa đúng" in client.post("/tong-dai/goi/", {"number": "không phải số"}, follow=True).content.decode()
    client.post("/tong-dai/goi/", {"number": "0912 345 678"})
    call = Call.objects.get()
    assert (call.direction, call.number, call.agent) == ("out", NUMBER, hotline.agent)
    Line.objects.update(adapter=Line.Adapter.SIP)
    assert "bấm vào số điện thoại" in client.post("/tong-dai/goi/", {"number": "0912345678"}, follow=True).content.decode()
    assert Call.objects.count() == 1


def test_calls_in_vain_are_told_and_count_as_attempts(hotline: Hotline, signed_in: SignIn) -> None:
    back = ask_back(hotline.line, NUMBER, by=hotline.agent.person, at=now() - timedelta(minutes=5))
    for number in range(3):
        _calls_out(hotline, f"o{number}", answered=False)
        if number < 2:
            with pytest.raises(Invalid):
                finish_callback(back, Callback.Outcome.NOT_REACHED, by=hotline.agent.person)
    page = signed_in(hotline.agent.person).get("/tong-dai/goi-lai/").content.decode()
    assert page.count("gọi, không ai nghe") == 3
    finish_callback(back, Callback.Outcome.NOT_REACHED, by=hotline.agent.person)
    assert calls_back([]) == {}


def test_a_call_that_is_answered_keeps_the_promise(hotline: Hotline) -> None:
    ask_back(hotline.line, NUMBER, by=hotline.agent.person, at=now() - timedelta(minutes=5))
    _calls_out(hotline, "o", answered=True)
    assert Callback.objects.get().outcome == Callback.Outcome.REACHED


def test_the_supervisor_sees_what_is_overdue(hotline: Hotline, signed_in: SignIn) -> None:
    client = signed_in(hotline.lead)
    assert "Gọi lại quá hạn" not in client.get("/tong-dai/bang/").content.decode()
    ask_back(hotline.line, NUMBER, by=hotline.agent.person, at=now() - timedelta(days=9))
    for path in ("bang/", "bang/hien-tai/"):
        page = client.get(f"/tong-dai/{path}").content.decode()
        assert "Gọi lại quá hạn" in page
        assert "0912 345 678" in page
        assert hotline.agent.person.full_name in page
    reader = register_person("Người Xem", by=None)
    post = create_post(hotline.line.agency, "Theo dõi", roles=["manager"], by=None)
    appoint(reader, post, valid_from=MONDAY.date().replace(month=1), by=None)
    page = signed_in(reader).get("/tong-dai/bang/").content.decode()
    assert "Cần gọi lại" in page
    assert "0912 345 678" not in page  # figures are not numbers
