"""Open cases are moved to a newer version by a plan: mapped, previewed, approved by another, carried out case by case."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from tinhso.blocks.cases.actions import versions
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.procedures import replace_version
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, _staff, withdrawn
from tinhso.blocks.cases.tests.folder import PROCEDURE, PROCESS, write_folder
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.processes import plans
from tinhso.services.processes.actions.carrying import carry_out
from tinhso.services.processes.actions.four_eyes import ChangedMeanwhile
from tinhso.services.processes.actions.plans import (
    Choice,
    approve_plan,
    begin_plan,
    drop_plan,
    go_on_with_plan,
    save_plan,
    send_plan,
    take_back_plan,
)
from tinhso.services.processes.models import MovePlan
from tinhso.services.processes.plans import chosen_cases, preview_of

pytestmark = pytest.mark.django_db
Desk = Callable[[Person], Client]
RENAMED = PROCESS.replace('name="Thẩm định"', 'name="Thẩm tra"')


@pytest.fixture
def target(version: ProcedureVersion, tmp_path: Path) -> ProcedureVersion:
    dates = PROCEDURE.replace('"2025.1"', '"2030.1"').replace("2025-07-01", "2026-11-16")
    return replace_version(load_folder(write_folder(tmp_path / "9.000001@2030.1", procedure=dates, process=RENAMED)), by=None)


@pytest.fixture
def cases(version: ProcedureVersion, submitted: Callable[..., Case], town: Town) -> list[Case]:
    """Three under the old version: at both steps, at the second only, and withdrawn."""
    found = [accept_case(submitted(), by=town.clerk, at=MONDAY) for _index in range(3)]
    step = found[1].steps.select_related("case", "agency").get(node="review")
    complete_step(step, by=town.specialist, at=MONDAY)
    withdrawn(found[2], town)
    return found


@pytest.fixture
def plan(cases: list[Case], version: ProcedureVersion, target: ProcedureVersion, author: Person) -> MovePlan:
    return begin_plan(version, target, by=author)


def approved(plan: MovePlan, author: Person, approver: Person) -> MovePlan:
    plan = send_plan(plan, reason="Đổi bước thẩm định", by=author)
    return approve_plan(plan, revision=plan.revision, by=approver, at=now())


def states(plan: MovePlan) -> dict[int, str]:
    return dict(plan.cases.values_list("case", "state"))


def test_the_map_suggests_itself_and_only_open_cases_are_chosen(plan: MovePlan, cases: list[Case]) -> None:
    assert plan.mapped == {name: name for name in ("review", "check", "draft", "sign")}
    assert [case.pk for case in chosen_cases(plan)] == [cases[0].pk, cases[1].pk]


def test_the_preview_tells_of_every_case_and_changes_nothing(plan: MovePlan, cases: list[Case], author: Person) -> None:
    mapped = {**plan.mapped, "review": ""}
    plan = save_plan(plan, mapped, Choice(), revision=1, by=author)
    seen = preview_of(plan, person=author, at=now())
    assert (seen.goes, seen.stays, seen.chosen, seen.parts) == (1, 1, 2, 1)
    assert seen.reasons == (("đang ở “Thẩm định”, bước được để lại ở phiên bản cũ", 1),)
    [going] = preview_of(plan, person=author, at=now(), only="goes").rows
    assert going.outlook.case.pk == cases[1].pk
    assert Case.objects.filter(version=plan.target).count() == 0


def test_an_approved_plan_is_carried_out_case_by_case_and_the_holders_hear_once(
    plan: MovePlan, cases: list[Case], author: Person, town: Town
) -> None:
    plan = save_plan(plan, plan.mapped, Choice(), revision=1, by=author)
    plan = approved(plan, author, town.manager)
    carry_out(plan.pk)
    carry_out(plan.pk)
    plan.refresh_from_db()
    assert plan.state == "done"
    assert states(plan) == {cases[0].pk: "moved", cases[1].pk: "moved"}
    assert set(Case.objects.filter(version=plan.target).values_list("pk", flat=True)) == {cases[0].pk, cases[1].pk}
    told = Message.objects.filter(template="processes_moved")
    assert set(told.values_list("person", flat=True)) == {town.specialist.pk, town.other_specialist.pk}
    assert told.count() == 2
    assert cases[0].code in told.first().body  # type: ignore[union-attr]
    assert AuditEntry.objects.get(event="processes.plan_done").facts["cases"]["moved"] == 2


def test_a_case_that_fails_stops_no_other_and_is_tried_again(
    plan: MovePlan, cases: list[Case], author: Person, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = save_plan(plan, plan.mapped, Choice(), revision=1, by=author)
    plan = approved(plan, author, town.manager)
    whole = versions.shift_open_steps

    def fails(case: Case) -> None:
        if case.pk == cases[0].pk:
            raise ZeroDivisionError
        whole(case)

    monkeypatch.setattr(versions, "shift_open_steps", fails)
    carry_out(plan.pk)
    assert states(plan) == {cases[0].pk: "failed", cases[1].pk: "moved"}
    cases[0].refresh_from_db()
    assert cases[0].version_id == plan.source_id
    monkeypatch.undo()
    go_on_with_plan(plan, by=town.manager)
    carry_out(plan.pk)
    assert states(plan) == {cases[0].pk: "moved", cases[1].pk: "moved"}


def test_what_has_changed_since_the_approval_is_looked_at_again(
    plan: MovePlan, cases: list[Case], author: Person, town: Town
) -> None:
    plan = save_plan(plan, {**plan.mapped, "review": ""}, Choice(), revision=1, by=author)
    plan = approved(plan, author, town.manager)
    complete_step(cases[0].steps.select_related("case", "agency").get(node="review"), by=town.specialist, at=MONDAY)
    withdrawn(cases[1], town)
    carry_out(plan.pk)
    assert states(plan) == {cases[0].pk: "moved", cases[1].pk: "stayed"}


def test_nobody_approves_what_they_had_a_part_in_and_nothing_half_done_is_sent(
    plan: MovePlan, author: Person, town: Town
) -> None:
    whole = plan.mapped
    plan = save_plan(plan, {name: to for name, to in whole.items() if name != "sign"}, Choice(), revision=1, by=town.manager)
    with pytest.raises(Invalid, match="Ký"):
        send_plan(plan, reason="Vì thế", by=author)
    with pytest.raises(ChangedMeanwhile):
        save_plan(plan, plan.mapped, Choice(), revision=1, by=author)
    with pytest.raises(Invalid, match="Không chuyển tới đó được: draft"):
        save_plan(plan, {**whole, "draft": "return"}, Choice(), revision=2, by=author)
    plan = save_plan(plan, whole, Choice(), revision=2, by=author)
    with pytest.raises(Invalid, match="lý do"):
        send_plan(plan, reason=" ", by=author)
    plan = send_plan(plan, reason="Vì thế", by=author)
    with pytest.raises(NotAllowed):
        approve_plan(plan, revision=plan.revision, by=town.manager, at=now())
    plan = take_back_plan(plan, reason="", by=author)
    drop_plan(plan, by=author)
    with pytest.raises(WrongState):
        send_plan(plan, reason="Vì thế", by=author)


def test_cases_do_not_move_before_the_new_version_is_in_force(
    plan: MovePlan, author: Person, town: Town, target: ProcedureVersion
) -> None:
    plan = send_plan(save_plan(plan, plan.mapped, Choice(), revision=1, by=author), reason="Vì", by=author)
    ProcedureVersion.objects.filter(pk=target.pk).update(valid_from=localdate() + timedelta(days=1))
    with pytest.raises(Invalid, match="đến ngày đó"):
        approve_plan(plan, revision=plan.revision, by=town.manager, at=now())


def test_cases_are_chosen_by_agency_status_and_day(plan: MovePlan, author: Person, town: Town) -> None:
    day = MONDAY.date()
    for choice, count in (
        (Choice(agency=town.agency), 2),
        (Choice(first=day, last=day), 2),
        (Choice(last=day - timedelta(days=1)), 0),
        (Choice(statuses=[5]), 0),
    ):
        plan = save_plan(plan, plan.mapped, choice, revision=plan.revision, by=author)
        assert chosen_cases(plan).count() == count
    with pytest.raises(Invalid):
        save_plan(plan, plan.mapped, Choice(statuses=[9]), revision=plan.revision, by=author)
    with pytest.raises(Invalid):
        save_plan(plan, plan.mapped, Choice(first=day, last=day - timedelta(days=1)), revision=plan.revision, by=author)


def test_a_plan_goes_from_hand_to_hand_on_its_pages(
    desk: Desk, cases: list[Case], target: ProcedureVersion, author: Person, town: Town
) -> None:
    client, approver = desk(author), desk(town.manager)
    assert "2 hồ sơ đang giải quyết" in client.get(reverse("processes:version", args=["9.000001", "2025.1"])).content.decode()
    begun = client.post(reverse("processes:begin_plan", args=["9.000001", "2025.1"]), {"sang": "2030.1"})
    plan = MovePlan.objects.get()
    assert begun.headers["Location"] == reverse("processes:plan", args=[plan.pk])
    page = client.get(begun.headers["Location"]).content.decode()
    assert cases[0].code in page
    form = {"revision": "1", **{f"noi.{name}": to for name, to in plan.mapped.items()}, "noi.sign": "-", "tu": "2026-99-99"}
    save = reverse("processes:save_plan", args=[plan.pk])
    assert client.post(save, form).status_code == 422
    assert client.post(save, {**form, "tu": "2026-11-01"}).status_code == 302
    assert client.post(save, form).status_code in (409, 422)
    assert client.post(reverse("processes:send_plan", args=[plan.pk]), {"reason": "Vì thế"}).status_code == 302
    assert client.post(reverse("processes:approve_plan", args=[plan.pk])).status_code == 403
    assert "Duyệt và chuyển" in approver.get(reverse("processes:plan", args=[plan.pk])).content.decode()
    plan.refresh_from_db()
    approve = reverse("processes:approve_plan", args=[plan.pk])
    assert approver.post(approve).status_code == 409
    assert approver.post(approve, {"revision": plan.revision - 1}).status_code == 409
    assert approver.post(approve, {"revision": plan.revision}).status_code == 302
    running = approver.get(reverse("processes:plan", args=[plan.pk])).content.decode()
    assert "hx-trigger" in running[running.index('<div id="results">') :]  # what is swapped asks again, until nothing waits
    carry_out(plan.pk)
    page = approver.get(reverse("processes:plan", args=[plan.pk]), {"xem": "moved"}).content.decode()
    assert "hx-trigger" not in page[page.index('<div id="results">') :]
    assert "Thẩm định → Thẩm tra" in page


def test_the_page_of_a_plan_asks_the_same_however_many_cases_there_are(
    desk: Desk, plan: MovePlan, author: Person, submitted: Callable[..., Case], town: Town, django_assert_max_num_queries
) -> None:
    for _index in range(4):
        accept_case(submitted(), by=town.clerk, at=MONDAY)
    client, address = desk(author), reverse("processes:plan", args=[plan.pk])
    client.get(address)
    with django_assert_max_num_queries(40):
        assert client.get(address).status_code == 200


def test_a_plan_stays_with_the_agency_it_was_limited_to_when_that_has_no_open_case_any_more(
    desk: Desk, plan: MovePlan, cases: list[Case], author: Person, town: Town
) -> None:
    client, save = desk(author), reverse("processes:save_plan", args=[plan.pk])
    form = {"revision": "1", **{f"noi.{name}": to for name, to in plan.mapped.items()}, "don_vi": str(town.agency.pk)}
    for case in cases[:2]:
        withdrawn(case, town)
    assert client.post(save, {**form, "don_vi": "987654"}).status_code == 422
    assert client.post(save, form).status_code == 302
    plan.refresh_from_db()
    assert plan.agency == town.agency
    page = client.get(reverse("processes:plan", args=[plan.pk])).content.decode()
    assert f'<option value="{town.agency.pk}" selected>' in page


def test_another_approver_goes_on_where_the_first_may_not_any_more(
    plan: MovePlan, cases: list[Case], author: Person, town: Town
) -> None:
    plan = save_plan(plan, plan.mapped, Choice(), revision=1, by=author)
    plan = approved(plan, author, town.manager)
    with pytest.raises(NotAllowed):
        go_on_with_plan(plan, by=town.chairman)
    town.manager.tenures.all().delete()
    carry_out(plan.pk)
    assert set(states(plan).values()) == {"failed"}
    other = _staff(town.province, "Theo dõi", ["manager"], "Lê Thị Theo")
    go_on_with_plan(plan, by=other)
    carry_out(plan.pk, other.pk)
    assert set(states(plan).values()) == {"moved"}
    assert AuditEntry.objects.filter(event="cases.version_changed", actor_id=other.pk).count() == 2


def test_more_cases_than_are_looked_at_at_a_time_come_in_parts(
    plan: MovePlan, cases: list[Case], author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_CASES", 1)
    parts = [preview_of(plan, person=author, at=MONDAY, part=part) for part in (1, 2, 9)]
    assert [[row.outlook.case for row in part.rows] for part in parts] == [[cases[0]], [cases[1]], [cases[1]]]
    assert [(part.chosen, part.first, part.last, part.parts) for part in parts] == [(2, 1, 1, 2), (2, 2, 2, 2), (2, 2, 2, 2)]
