"""The life of a plan by which open cases move to a newer version: begun, mapped, sent, approved by somebody else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.cases.life import LIFE, Deed
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.version_maps import places_to_rest, proposed_map, wrong_in
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.processes.actions.four_eyes import (
    ChangedMeanwhile,
    give_back,
    put_aside,
    refuse_unless_read_by_another,
)
from tinhso.services.processes.jobs import move_cases
from tinhso.services.processes.models import MovePlan, PlannedCase
from tinhso.services.processes.plans import chosen_cases

State = MovePlan.State
UNDER_WAY = tuple(sorted(LIFE[Deed.MOVE_VERSION].starts))
_BATCH = 2_000


@dataclass(frozen=True)
class Choice:
    """Which cases, and on what terms. Empty means: not limited."""

    statuses: Collection[int] = ()
    agency: Agency | None = None
    first: date | None = None
    last: date | None = None
    incomplete: bool = False
    shorter: bool = False


@action
def begin_plan(source: ProcedureVersion, target: ProcedureVersion, *, by: Person) -> MovePlan:
    """Begin a plan with the map that suggests itself.

    Raises:
        Invalid: the target is no newer version of the same procedure.
    """
    require(by, "processes.draft")
    if target.procedure_id != source.procedure_id or target.valid_from <= source.valid_from:
        raise Invalid(_("Hãy chọn một phiên bản mới hơn của cùng thủ tục."))
    mapped = proposed_map(graph_of(source), graph_of(target))
    plan = MovePlan.objects.create(source=source, target=target, mapped=mapped, begun_by=by)
    plan.authors.add(by)
    record("processes.plan_begun", by=by, on=plan, procedure=source.procedure.code, of=source.version, to=target.version)
    return plan


@action
def save_plan(plan: MovePlan, mapped: Mapping[str, str], choice: Choice, *, revision: int, by: Person) -> MovePlan:
    """Keep the map and the choice of cases; the map need not be complete yet.

    Args:
        revision: the one the change was begun from.

    Raises:
        ChangedMeanwhile: that is not the last one any more.
        Invalid: a place leads to where it may not go, or the days are in the wrong order.
    """
    require(by, "processes.draft")
    plan = _locked(plan, State.OPEN)
    if plan.revision != revision:
        raise ChangedMeanwhile(_("Người khác vừa lưu kế hoạch này. Hãy tải lại trang trước khi sửa tiếp."))
    if wrong := wrong_in(mapped, graph_of(plan.source), graph_of(plan.target)):
        raise Invalid(_("Không chuyển tới đó được: {places}.").format(places=", ".join(wrong)))
    if choice.first and choice.last and choice.last < choice.first:
        raise Invalid(_("Ngày tiếp nhận cuối đứng trước ngày đầu."))
    if not set(choice.statuses) <= set(UNDER_WAY):
        raise Invalid(_("Chỉ chuyển được hồ sơ đang giải quyết."))
    plan.mapped, plan.statuses, plan.agency = dict(mapped), sorted(choice.statuses), choice.agency
    plan.first, plan.last, plan.incomplete, plan.shorter = choice.first, choice.last, choice.incomplete, choice.shorter
    plan.revision += 1
    plan.save()
    plan.authors.add(by)
    record("processes.plan_saved", by=by, on=plan, revision=plan.revision)
    return plan


@action
def send_plan(plan: MovePlan, *, reason: str, by: Person) -> MovePlan:
    """Ask for approval.

    Raises:
        Invalid: no reason is given, or a place of the old process has no entry.
    """
    require(by, "processes.draft")
    plan = _locked(plan, State.OPEN)
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do chuyển."))
    left = [
        place.node.name or place.node.id for place in places_to_rest(graph_of(plan.source)) if place.node.id not in plan.mapped
    ]
    if left:
        raise Invalid(_("Hãy chọn nơi đến cho: {places}.").format(places=", ".join(left)))
    if plan.reason != reason.strip():  # an approver may still look at the one before
        plan.revision += 1
    plan.state, plan.reason, plan.answer = State.SENT, reason.strip(), ""
    plan.save(update_fields=["state", "reason", "answer", "revision"])
    record("processes.plan_sent", by=by, on=plan)
    return plan


@action
def take_back_plan(plan: MovePlan, *, reason: str, by: Person) -> MovePlan:
    """Open a sent plan again: an author thinks again, or an approver sends it back with a reason."""
    plan = _locked(plan, State.SENT)
    give_back(plan, reason=reason, by=by, event="processes.plan_taken_back")
    return plan


@action
def approve_plan(plan: MovePlan, *, revision: int, by: Person, at: datetime) -> MovePlan:
    """Let a job move the cases, one by one. Which they are is fixed now; how each stands is looked at again when its turn comes.

    Args:
        revision: the one that was read.

    Raises:
        ChangedMeanwhile: that is not the last one any more.
        NotAllowed: `by` has written a part of it.
        Invalid: the new version is not in force yet.
    """
    require(by, "processes.approve")
    require(by, "cases.edit_procedures")
    plan = _locked(plan, State.SENT)
    refuse_unless_read_by_another(plan, revision=revision, by=by)
    if plan.target.valid_from > localdate(at):
        text = _("Phiên bản {version} có hiệu lực từ {day}; đến ngày đó mới chuyển được.")
        raise Invalid(text.format(version=plan.target.version, day=f"{plan.target.valid_from:%d/%m/%Y}"))
    chosen = chosen_cases(plan).values_list("pk", flat=True)
    PlannedCase.objects.bulk_create((PlannedCase(plan=plan, case_id=pk) for pk in chosen), batch_size=_BATCH)
    plan.state, plan.decided_by, plan.decided_at = State.RUNNING, by, at
    plan.save(update_fields=["state", "decided_by", "decided_at"])
    record("processes.plan_approved", by=by, on=plan, cases=plan.cases.count())
    move_cases.defer(plan=plan.pk)
    return plan


@action
def go_on_with_plan(plan: MovePlan, *, by: Person) -> MovePlan:
    """Once more, in the name of `by`: what a broken-off job left, and the cases that failed. Two jobs at a time do no harm."""
    require(by, "processes.approve")
    require(by, "cases.edit_procedures")
    plan = _locked(plan, State.RUNNING, State.DONE)
    plan.cases.filter(state=PlannedCase.State.FAILED).update(state=PlannedCase.State.WAITING, obstacles=[])
    plan.state = State.RUNNING
    plan.save(update_fields=["state"])
    record("processes.plan_gone_on_with", by=by, on=plan)
    move_cases.defer(plan=plan.pk, by=by.pk)
    return plan


@action
def drop_plan(plan: MovePlan, *, by: Person) -> None:
    """Put it aside for good; it stays on record."""
    require(by, "processes.draft")
    plan = _locked(plan, State.OPEN)
    put_aside(plan, by=by, event="processes.plan_dropped")


def _locked(plan: MovePlan, *states: State) -> MovePlan:
    related = ("source__procedure", "target__procedure")
    locked = MovePlan.objects.select_for_update(of=("self",)).select_related(*related).get(pk=plan.pk)
    if locked.state not in states:
        raise WrongState(_("Kế hoạch này đang ở trạng thái “{state}”.").format(state=locked.get_state_display()))
    return locked
