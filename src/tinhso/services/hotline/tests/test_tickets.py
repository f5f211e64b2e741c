"""From a call to a case at the agency that answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.families import family_named
from tinhso.blocks.cases.models import Status
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.queries import cases_visible_to, work_of
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.hotline.actions.tickets import answer_ticket, make_ticket
from tinhso.services.hotline.catalogue import groups
from tinhso.services.hotline.desk_tables import Callback, CallTicket
from tinhso.services.hotline.family import TICKETS
from tinhso.services.hotline.models import Call
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler(hotline: Hotline, town: Town) -> Person:
    rules = draft_routing(TICKETS, [Rule("place.commune != null", "place")], fallback=town.province, by=None, at=MONDAY)
    approve_routing(rules, TICKETS, by=None, at=MONDAY - timedelta(hours=1))
    person = register_person("Đỗ Văn Trả", by=None)
    post = create_post(town.agency, "Trả lời 1022", roles=["ticket_handler"], by=None)
    appoint(person, post, valid_from=MONDAY.date().replace(month=1), by=None)
    return person


@pytest.fixture
def call(hotline: Hotline, second: Callable[[float], datetime]) -> Call:
    hotline.hears("newCall", **{"from": "0912345678", "user": "201"})
    return hotline.hears("answer", user="201", at=second(5))


def _make(hotline: Hotline, town: Town, call: Call, **changes: object):  # type: ignore[no-untyped-def]
    given = {"matter": "TD-YC.late", "place": Place(commune=town.agency.unit.code), "text": "Hồ sơ trễ ba ngày.", "at": MONDAY}
    given |= {"by": hotline.agent.person, "caller_name": "Chị Hoa", **changes}
    matter = str(given.pop("matter"))
    return make_ticket(call, matter, **given)  # type: ignore[arg-type]


def test_a_request_is_a_case_at_the_agency_of_the_place_with_its_clock_running(
    hotline: Hotline, town: Town, handler: Person, call: Call
) -> None:
    case = _make(hotline, town, call)
    assert (case.family, case.agency, case.status) == ("hotline", town.agency, Status.IN_PROGRESS)
    assert case.due_at > MONDAY
    assert (case.place.unit, CallTicket.objects.get(case=case).call) == (town.agency.unit, call)
    assert [step.case for step in work_of(handler, TICKETS)] == [case]
    assert case.parties.get().phone == "0912345678"
    assert case.applicant_name == "Chị Hoa"
    assert not cases_visible_to(town.clerk).filter(pk=case.pk).exists()


def test_the_agency_answers_once(hotline: Hotline, town: Town, handler: Person, call: Call) -> None:
    case = _make(hotline, town, call)
    with pytest.raises(NotAllowed):
        answer_ticket(case, by=hotline.colleague.person, text="x")
    with pytest.raises(Invalid):
        answer_ticket(case, by=handler, text=" ")
    answer_ticket(case, by=handler, text="Đã trả kết quả sáng nay.", at=MONDAY + timedelta(hours=2))
    case.refresh_from_db()
    assert (case.status, CallTicket.objects.get().answer) == (Status.RETURNED, "Đã trả kết quả sáng nay.")
    back = Callback.objects.get()
    assert (back.reason, back.owner, back.note) == ("answer", hotline.agent, f"{case.code}: Đã trả kết quả sáng nay.")
    with pytest.raises(WrongState):
        answer_ticket(case, by=handler, text="Nữa")


def test_a_question_answered_at_once_ends_with_the_call(hotline: Hotline, town: Town, handler: Person, call: Call) -> None:
    case = _make(hotline, town, call, matter="TD-HD.fee", place=Place(), text="Hỏi phí trích lục; 8.000 đồng một bản.")
    call.refresh_from_db()
    assert (case.agency, case.status, call.disposition) == (hotline.line.agency, Status.RETURNED, "answered")
    assert not Callback.objects.exists()


def test_a_second_press_makes_nothing(hotline: Hotline, town: Town, handler: Person, call: Call) -> None:
    assert _make(hotline, town, call, key="1") == _make(hotline, town, call, key="1")
    assert CallTicket.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"matter": "TD-YC.nothing"}, "matter"), ({"matter": ""}, "matter"), ({"text": " "}, "text"), ({"place": Place()}, "place")],
)
def test_what_is_missing_is_named(
    hotline: Hotline, town: Town, handler: Person, call: Call, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _make(hotline, town, call, **changes)
    assert field in refused.value.fields
    assert CallTicket.objects.count() == 0


def test_only_the_agent_of_the_call_makes_tickets(hotline: Hotline, town: Town, handler: Person, call: Call) -> None:
    with pytest.raises(NotAllowed):
        _make(hotline, town, call, by=hotline.colleague.person)


def test_a_report_told_on_the_phone_is_a_report_like_any_other(
    hotline: Hotline, town: Town, handler: Person, call: Call, django_capture_on_commit_callbacks: object
) -> None:
    from importlib import import_module

    import_module("tinhso.services.reports.catalogue").install_fields()
    assert [group.family.code for group in groups(MONDAY)] == ["hotline"] * 2 + ["report"] * 5
    case = _make(hotline, town, call, matter="PA-CT.power", text="Mất điện cả ấp từ sáng.")
    assert case.family == "report"
    assert case.code.startswith("PA-")
    reports = import_module("tinhso.services.reports.actions.sending")
    adopted = reports.adopt_report(case, kind="power", routed="rule:1")
    assert reports.adopt_report(case, kind="power", routed="rule:1") == adopted
    assert family_named("report").nameless


def test_the_desk_tells_the_promise_and_the_agency_answers_on_its_page(
    hotline: Hotline, town: Town, handler: Person, call: Call
) -> None:
    agent, other = Client(), Client()
    agent.force_login(open_account(kind=Account.Kind.STAFF, person=hotline.agent.person, username="agent", by=None))
    other.force_login(open_account(kind=Account.Kind.STAFF, person=handler, username="handler", by=None))
    form = {"matter": "TD-YC.late", "commune": town.agency.unit.code, "text": "Hồ sơ trễ ba ngày.", "key": "k"}
    promised = agent.get(f"/tong-dai/loi-hen/{call.pk}/", form).content.decode()
    assert "trả lời trước" in promised
    nowhere = agent.post(f"/tong-dai/dang-goi/{call.pk}/lap-phieu/", form | {"commune": ""}, headers={"HX-Request": "true"})
    assert nowhere.status_code == 422  # what was typed stays in the browser
    assert "Hãy chọn vị trí trên bản đồ hoặc ghi địa chỉ." in nowhere.content.decode()
    page = agent.post(f"/tong-dai/dang-goi/{call.pk}/lap-phieu/", form, headers={"HX-Request": "true"}).content.decode()
    case = CallTicket.objects.get().case
    assert case.code in page
    assert case.code in other.get("/tong-dai/phieu/").content.decode()
    assert "Hồ sơ trễ ba ngày." in other.get(f"/tong-dai/phieu/{case.code}/").content.decode()
    assert other.post(f"/tong-dai/phieu/{case.code}/", {"answer": ""}).status_code == 422
    assert other.post(f"/tong-dai/phieu/{case.code}/", {"answer": "Đã trả."}).status_code == 302
    assert "Đã trả." in agent.get(f"/tong-dai/cuoc-goi/{call.pk}/").content.decode()
    assert other.get("/tong-dai/").status_code == 403
