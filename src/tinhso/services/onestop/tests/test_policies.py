"""The screens on which an agency says how its steps find somebody."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.assignment import Way
from tinhso.blocks.cases.models import AssignmentPolicy, Case, Procedure
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.actions import appoint, create_post
from tinhso.blocks.directory.models import Person

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]
LIST = "/mot-cua/giao-viec-tu-dong/"


@pytest.fixture
def new(town: Town) -> str:
    return f"{LIST}moi/?co-quan={town.agency.pk}"


@pytest.fixture
def head(town: Town, desk: Desk) -> Client:
    return desk(town.chairman)


def rules(*lines: tuple[str, str], **others: str) -> dict[str, object]:
    """A form with these conditions and targets."""
    return {"way": "rule", "condition": [line[0] for line in lines], "target": [line[1] for line in lines], **others}


def test_the_head_shares_work_by_load(town: Town, new: str, head: Client, submitted: Submit) -> None:
    answer = head.post(new, {"part": "role:specialist", "way": "load"}, follow=True)
    assert "Người đang ít việc nhất" in answer.content.decode()
    case = accept_case(submitted(), by=Person.objects.get(pk=town.clerk.pk))
    page = head.get(f"/mot-cua/ho-so/{case.code}/").content.decode()
    assert "Trần Văn Bình, theo khối lượng việc" in page
    assert "Đối chiếu sổ: Phạm Thu Hà, theo khối lượng việc" in page


def test_what_is_wrong_stands_beside_its_rule_and_what_was_typed_stays(town: Town, new: str, head: Client) -> None:
    answer = head.post(new, rules(("true", "any"), ("answers.x +", f"person:{town.specialist.pk}")))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="condition-2-error"' in page
    assert "answers.x +" in page
    assert not AssignmentPolicy.objects.exists()


def test_the_trial_is_shown_and_nothing_is_saved(town: Town, new: str, head: Client, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk)
    page = head.post(new, rules(("true", f"person:{town.other_specialist.pk}"), **{"try": "1"})).content.decode()
    assert "2 bước đã mở." in page
    assert "theo quy tắc 1" in page
    assert not AssignmentPolicy.objects.exists()


def test_rules_are_added_and_moved_without_script(new: str, head: Client) -> None:
    page = head.post(new, rules(("1 == 1", "any"), ("2 == 2", "any"), more="1")).content.decode()
    assert 'id="condition-3"' in page
    page = head.post(new, rules(("1 == 1", "any"), ("2 == 2", "any"), up="1")).content.decode()
    assert page.index("2 == 2") < page.index("1 == 1")


def test_a_policy_is_changed_and_removed(town: Town, new: str, head: Client) -> None:
    head.post(new, {"part": "", "way": "load"})
    policy = AssignmentPolicy.objects.get()
    head.post(f"{LIST}{policy.pk}/", rules(("true", "any"), ("", "any")))
    policy.refresh_from_db()
    assert (policy.way, policy.rules.count()) == (Way.RULE, 1)
    assert "1 == 1" not in head.get(f"{LIST}{policy.pk}/").content.decode()
    assert head.post(f"{LIST}{policy.pk}/bo/", follow=True).status_code == 200
    assert not AssignmentPolicy.objects.exists()


def test_a_second_policy_for_the_same_work_is_refused(new: str, head: Client) -> None:
    head.post(new, {"part": "", "way": "load"})
    assert head.post(new, {"part": "", "way": "nobody"}).status_code == 422


def test_the_list_names_steps_that_no_rule_could_give_to_anybody(town: Town, new: str, head: Client, submitted: Submit) -> None:
    head.post(new, rules(("answers.note + 1 > 2", "any")))
    case = accept_case(submitted(), by=town.clerk)
    page = head.get(LIST).content.decode()
    assert case.code in page
    assert "quy tắc 1 không giao được cho ai" in page


def test_who_may_not_read_the_cases_may_not_try_conditions_on_them(town: Town, new: str, desk: Desk, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk)
    post = create_post(town.agency, "Quản trị", roles=["admin"], by=None)
    appoint(town.stranger, post, valid_from=date(2025, 1, 1), by=None)
    admin = desk(town.stranger)
    assert 'class="btn" name="try"' not in admin.get(new).content.decode()
    refused = admin.post(new, rules(("answers.note == 'x'", "any"), **{"try": "1"}))
    assert refused.status_code == 403
    assert "bước đã mở" not in refused.content.decode()
    assert admin.post(new, rules(("true", "any"))).status_code == 302


def test_a_province_s_policies_come_by_pages_and_are_found_by_agency_and_procedure(
    head: Client, town: Town, province_of_policies: int
) -> None:
    first = head.get(LIST).content.decode()
    assert first.count("data-row") == 50
    assert "Trang sau" in first
    assert head.get(f"{LIST}?q=khong co gi nhu the").content.decode().count("data-row") == 0
    found = head.get(f"{LIST}?q=thu tuc so 42").content.decode()
    assert (found.count("data-row"), "Thủ tục số 42" in found) == (1, True)


@pytest.fixture
def province_of_policies(town: Town) -> int:
    procedures = Procedure.objects.bulk_create(
        Procedure(
            code=f"1.{number:06d}",
            name=f"Thủ tục số {number}",
            field="Hộ tịch",
            field_code="HT",
            level="commune",
            grade="full",
            audience=["citizen"],
            search=f"thu tuc so {number} ",
        )
        for number in range(10, 70)
    )
    AssignmentPolicy.objects.bulk_create(AssignmentPolicy(agency=town.agency, procedure=one, way=Way.LOAD) for one in procedures)
    return len(procedures)
