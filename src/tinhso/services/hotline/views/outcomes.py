"""What an agent makes of a call or a conversation, and what the page says of it: a ticket, a promise to call back."""

from django.contrib import messages
from django.utils.translation import gettext as _

from tinhso.blocks.identity.guards import PersonRequest
from tinhso.kernel.web.templatetags.ui import moment
from tinhso.services.hotline.actions.callbacks import ask_back
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.models import Call
from tinhso.services.hotline.views.tickets import make_from


def promise_call(request: PersonRequest, source: Call | Conversation) -> None:
    """Somebody is called back, at the number typed, else at the one they called or wrote from."""
    number, note = request.POST.get("number", "") or source.number, request.POST.get("note", "")
    made = ask_back(source.line, number, by=request.person, call=source if isinstance(source, Call) else None, note=note)
    messages.success(request, _("Đã hẹn gọi lại trước %(when)s.") % {"when": moment(made.due_at)})


def make_ticket_of(request: PersonRequest, source: Call | Conversation) -> None:
    """A ticket out of the desk's form."""
    case = make_from(request, source)
    if case.ended:
        messages.success(request, _("Đã lưu câu hỏi và câu trả lời, phiếu %(code)s.") % {"code": case.code})
        return
    words = {"code": case.code, "agency": case.agency.short_name or case.agency.name, "when": moment(case.due_at)}
    messages.success(request, _("Đã lập phiếu %(code)s, chuyển đến %(agency)s; trả lời trước %(when)s.") % words)
