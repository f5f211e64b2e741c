from django import template
from django.template import RequestContext

from tinhso.blocks.identity.policy import grants
from tinhso.kernel.permissions import allowed
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.exchanges import dials
from tinhso.services.hotline.numbers import spoken
from tinhso.services.hotline.queries import agent_of, open_callbacks

register = template.Library()
_LATE_SHOWN = 10


@register.simple_tag(takes_context=True)
def calls_by_press(context: RequestContext) -> bool:
    """Whether who looks at the page answers a line whose exchange calls when asked to."""
    person = getattr(context.get("request"), "person", None)
    if person is None or "hotline.serve" not in grants(person).permissions:
        return False
    agent = agent_of(person)
    return agent is not None and dials(agent.line)


@register.simple_tag(takes_context=True)
def overdue_callbacks(context: RequestContext) -> list[Callback]:
    """For who serves the line: the figures alone are for others."""
    line, at = context["line"], context["now"]
    if not allowed(context["request"].person, "hotline.serve", at=line.agency):
        return []
    return list(open_callbacks(line).filter(due_at__lt=at)[:_LATE_SHOWN])


@register.filter
def phone(number: str) -> str:
    """+84912345678 → 0912 345 678."""
    return spoken(number)


@register.filter
def clock(seconds: float | None) -> str:
    """95 → 1:35."""
    return "–" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
