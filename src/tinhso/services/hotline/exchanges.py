"""What a line's adapter can be asked to do."""

from django.utils.translation import gettext_lazy as _

from tinhso.kernel.errors import Invalid
from tinhso.services.hotline import demo_exchange
from tinhso.services.hotline.models import Agent, Call, Line
from tinhso.services.hotline.numbers import e164


def dials(line: Line) -> bool:
    """Whether the exchange calls when asked to. Otherwise the agent's own telephone does, by a link `tel:`."""
    return line.adapter == Line.Adapter.DEMO


def dialled(agent: Agent, number: str) -> Call | None:
    """Let the agent's telephone call a number; the demonstration is answered at once. None: the telephone dials itself.

    Raises:
        Invalid: this is no number.
    """
    if not e164(number):
        raise Invalid(_("Số điện thoại chưa đúng."))
    if not dials(agent.line):
        return None
    call = demo_exchange.ring(agent.line, number, extensions=(agent.extension,), direction=Call.Direction.OUT)
    return demo_exchange.answer(call, agent)
