"""The tabs of the queue, by kept queries, against what the person may see asked in plain words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils.timezone import now

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.models import Status
from tinhso.blocks.cases.queries import cases_visible_to, work_of
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.models import Person
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.actions.moving import forward
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.queue import TABS, queue_page
from tinhso.services.reports.tests.conftest import Staff

Send = Callable[..., Report]
AT = MONDAY + timedelta(days=9)


@pytest.fixture
def reports(sent: Send, staff: Staff, town: Town) -> list[Report]:
    rules = [Rule('case.field == "PA-ANTT"', "place")]
    draft = draft_routing(REPORTS, rules, fallback=town.province, by=staff.desk, at=MONDAY - timedelta(days=1))
    approve_routing(draft, REPORTS, by=town.manager, at=MONDAY - timedelta(days=1))
    found = [sent(key=f"k{number}") for number in range(4)]
    found += [sent(field="PA-TNMT", kind="garbage", key="far"), sent(at=now(), key="new", text="100 % bụi ở_chợ")]
    publish(found[0], by=staff.desk, text="Ổ gà")
    write_answer(found[1], by=staff.handler, text="Đã vá.", at=MONDAY)
    approve_answer(found[1], by=staff.approver, at=MONDAY)
    write_answer(found[2], by=staff.handler, text="Đã vá.", at=MONDAY)
    ask_supplement(found[3].case, by=staff.handler, content="Ở đâu?", at=MONDAY)
    forward(found[0], by=staff.handler, reason="Đường do tỉnh quản lý.", at=MONDAY)
    return found


def plain(person: Person, tab: str) -> Q:
    return {
        "": Q(pk__in=work_of(person, REPORTS).order_by().values("case")),
        "kiem-duyet": Q(report__shown="waiting", status__lt=99),
        "dang-xu-ly": Q(status=Status.IN_PROGRESS),
        "qua-han": Q(ended_at=None, due_at__lt=AT),
        "hoi-them": Q(status=Status.SUPPLEMENT_ASKED),
        "tat-ca": Q(),
    }[tab]


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.code)
def test_a_tab_shows_what_its_rule_says_of_what_the_person_may_see(
    reports: list[Report], staff: Staff, town: Town, tab: object
) -> None:
    for person in (staff.handler, staff.approver, staff.desk, town.manager, town.stranger):
        if tab.code == "kiem-duyet" and person != staff.desk:  # type: ignore[attr-defined]
            continue
        seen = {line.pk for line in queue_page(person, tab, at=AT).rows}  # type: ignore[arg-type]
        expected = cases_visible_to(person, REPORTS).filter(plain(person, tab.code))  # type: ignore[attr-defined]
        assert seen == set(expected.values_list("pk", flat=True))


def test_words_and_field_narrow_it_and_signs_of_patterns_mean_themselves(reports: list[Report], staff: Staff) -> None:
    def found(**asked: str) -> set[int]:
        return {line.pk for line in queue_page(staff.handler, at=AT, **asked).rows}

    new = {reports[-1].pk}
    assert found(text=reports[-1].case.code) == found(text="100 %") == found(text="o_cho") == found(text="BỤI chợ") == new
    assert found(text="10_ %") == found(text="khong co") == found(field="PA-CT") == set()
    assert new < found(field="PA-ANTT") == found()


def test_a_whole_code_is_looked_up_and_shown_to_those_alone_who_may_see_the_report(
    reports: list[Report], staff: Staff, town: Town, django_assert_num_queries: Callable[..., object]
) -> None:
    case = reports[-1].case
    queue_page(staff.handler, at=AT, text=case.code)
    with django_assert_num_queries(2):  # and what is kept of agencies, asked for once a request
        (line,) = queue_page(staff.handler, at=AT, text=f" {case.code.lower()}").rows
    assert line.pk == case.pk
    assert queue_page(town.stranger, at=AT, text=case.code).rows == []
    assert queue_page(staff.handler, at=AT, text=f"{case.code[:-1]}#").rows == []


def test_a_page_of_the_queue_is_two_queries_for_what_it_shows(
    reports: list[Report], staff: Staff, django_assert_num_queries: Callable[..., object]
) -> None:
    queue_page(staff.handler, at=AT)
    with django_assert_num_queries(2):
        for line in queue_page(staff.handler, at=AT).rows:
            assert all((line.kind, line.address, line.agency_name, line.text))
