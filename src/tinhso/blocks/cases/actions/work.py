"""Work on the steps of a case."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.given import tell_given
from tinhso.blocks.cases.actions.process import continue_process
from tinhso.blocks.cases.actions.tasks import HELD_UP
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.queries import may_work_on
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.permissions import allowed
from tinhso.kernel.updates import update

_STEP = FixedQuery(
    lambda: Step.objects.select_related("agency").annotate(held_up=HELD_UP).filter(case=Param("case"), pk=Param("pk"))
)


def open_step(step: Step, case: Case, *, by: Person) -> Step:
    """The step as it stands under the case's lock, refused to those who do not hold its role.

    Raises:
        NotAllowed: the step belongs to another role, or a colleague has taken it.
        WrongState: it is done or cancelled.
    """
    return checked_step(_STEP.rows(case=case.pk, pk=step.pk)[0], case, by=by)


def checked_step(fresh: Step, case: Case, *, by: Person) -> Step:
    """The same for a step that was read under the case's lock, with its agency."""
    fresh.case = case
    if not may_work_on(by, fresh):
        raise NotAllowed(_("Bước này thuộc về người hoặc bộ phận khác."))
    if not fresh.open:
        raise WrongState(_("Bước “%(name)s” đã được làm xong. Hãy tải lại trang để xem bước tiếp theo.") % {"name": fresh.name})
    if case.due_at is None:
        raise WrongState(_("Thời hạn của hồ sơ đang tạm dừng. Hãy kết thúc tạm dừng rồi làm tiếp bước này."))
    return fresh


@action
def complete_step(step: Step, *, by: Person, outcome: str = "", note: str = "", at: datetime | None = None) -> Case:
    """Finish a review or drafting step and let the process go on.

    Steps that sign or return have actions of their own (`sign_result`, `return_result`), which end here too.

    Raises:
        Invalid: the outcome is not one the step offers; a step sent back has no reason.
    """
    at = at or now()
    with transition(step.case, Deed.WORK) as case:
        fresh = open_step(step, case, by=by)
        if fresh.does in ("sign", "return"):
            raise WrongState(_("Bước này kết thúc bằng việc ký hoặc trả kết quả."))
        finish_step(fresh, case, by=by, outcome=outcome, note=note, at=at, last=True)
    return case


def finish_step(step: Step, case: Case, *, by: Person, outcome: str, note: str, at: datetime, last: bool = False) -> None:
    """Close a step under the case's lock and move the token on. `last`: the running action looks at the case's rows no more."""
    offered = graph_of(case.version).node(step.node).outcomes
    note = free_text(note, field="note")
    if offered and outcome not in offered:
        raise Invalid(_("Hãy chọn kết quả của bước này."), fields={"outcome": _("Hãy chọn kết quả của bước này.")})
    if offered and outcome != offered[0] and not note:
        raise Invalid(_("Hãy ghi lý do."), fields={"note": _("Hãy ghi lý do để người nhận biết phải làm gì.")})
    step.done_at, step.done_by, step.outcome, step.note = at, by, outcome if offered else "", note
    update(step, "done_at", "done_by", "outcome", "note")
    tell(case, "step_done", by=by, at=at, public=False, note=note, node=step.node, outcome=step.outcome)
    continue_process(step, case, at=at, last=last)


@action
def take_step(step: Step, *, by: Person, at: datetime | None = None) -> Step:
    """Take an unassigned step for oneself."""
    return assign_step(step, to=by, by=by, at=at)


@action
def assign_step(step: Step, *, to: Person, by: Person, at: datetime | None = None) -> Step:
    """Give a step to a colleague who holds its role at its agency; anybody who may work on the step, or a head, may do so."""
    at = at or now()
    with transition(step.case, Deed.ASSIGN) as case:
        fresh = _STEP.rows(case=case.pk, pk=step.pk)[0]
        if not (may_work_on(by, fresh) or allowed(by, power(case, "assign"), at=fresh.agency)):
            raise NotAllowed(_("Bước này thuộc về người hoặc bộ phận khác."))
        if not fresh.open:
            raise WrongState(_("Bước “%(name)s” đã được làm xong.") % {"name": fresh.name})
        if (fresh.agency_id, fresh.role) not in grants(to).pairs:
            raise Invalid(
                _("Người được giao không giữ vai trò của bước này."),
                fields={"to": _("%(name)s không giữ vai trò của bước này.") % {"name": to.full_name}},
            )
        fresh.assignee, fresh.assigned_how = to, ""
        update(fresh, "assignee", "assigned_how")
        tell(case, "step_assigned", by=by, at=at, public=False, note=f"{fresh.name}: {to.full_name}", node=fresh.node, to=to.pk)
        if to != by:
            tell_given(fresh, case, to)
    return fresh
