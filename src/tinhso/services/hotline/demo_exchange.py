"""The demonstration exchange: it sends the events a real one would send. For lines with the demo adapter only."""

from random import choice
from secrets import token_hex

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import WrongState
from tinhso.services.hotline.actions.telephony import hear
from tinhso.services.hotline.models import Agent, Call, Line
from tinhso.services.hotline.numbers import e164
from tinhso.services.hotline.telephony import ANSWER, HANGUP, NEW_CALL, Event


def ring(line: Line, number: str = "", *, extensions: tuple[str, ...] = (), direction: str = Call.Direction.IN) -> Call:
    """Let the line ring: from `number`, else from the telephone of somebody in the register."""
    _only_demo(line)
    if not number:
        phones = Person.objects.exclude(phone="").filter(tenures=None).order_by("pk").values_list("phone", flat=True)[:20]
        number = choice(list(phones) or ["0900000001"])  # noqa: S311 - sample
    return hear(line, Event(NEW_CALL, f"mau-{token_hex(8)}", direction, e164(number), extensions, queue=line.number))


def answer(call: Call, agent: Agent) -> Call:
    _only_demo(call.line)
    return hear(call.line, Event(ANSWER, call.call_id, call.direction, users=(agent.extension,)))


def hang_up(call: Call, cause: str = "normalClearing") -> Call:
    _only_demo(call.line)
    return hear(call.line, Event(HANGUP, call.call_id, call.direction, cause=cause))


def _only_demo(line: Line) -> None:
    if line.adapter != Line.Adapter.DEMO:
        raise WrongState(_("Đường dây này nối với tổng đài thật; hãy nghe và gọi bằng điện thoại."))
