"""Telling somebody that a step was given to them."""

from tinhso.blocks.cases.actions.common import desk_link
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.queries import has_unread

_TOLD = "cases_step_given"


def tell_given(step: Step, case: Case, to: Person) -> None:
    """A notice with the way to the case; one at a time. Who has not read the last one finds the rest in the work list."""
    if has_unread(to, _TOLD):
        return
    context = {"code": case.code, "procedure": case.procedure.name, "step": step.name}
    send(_TOLD, to=to, context=context, about=f"cases.case:{case.pk}", link=desk_link(case), channels={"notice"})
