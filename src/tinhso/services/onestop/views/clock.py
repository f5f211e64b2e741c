"""What is done to the clock of a case."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.blocks.cases.actions.clock import begin_pause, end_pause, extend_term
from tinhso.blocks.cases.models import Case
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import local
from tinhso.services.onestop.views.case import carry_out


@require_POST
@staff_only
def pause(request: PersonRequest, code: str) -> HttpResponse:
    given = request.POST.get

    def stand(case: Case) -> Case:
        reason, note, document = (given(name, "") for name in ("pause_reason", "pause_note", "document"))
        return begin_pause(case, by=request.person, reason=reason, note=note, document=document)

    return carry_out(request, code, stand, _("Đã tạm dừng thời hạn và báo cho người nộp."))


@require_POST
@staff_only
def resume(request: PersonRequest, code: str) -> HttpResponse:
    note = request.POST.get("resume_note", "")
    return carry_out(
        request,
        code,
        lambda case: end_pause(case, by=request.person, note=note),
        lambda resumed: _("Thời hạn được tính tiếp, hẹn trả %(due)s.") % {"due": _moment(resumed)},
    )


@require_POST
@staff_only
def extend(request: PersonRequest, code: str) -> HttpResponse:
    amount, reason = whole_number(request.POST.get("amount")) or 0, request.POST.get("extend_reason", "")
    return carry_out(
        request,
        code,
        lambda case: extend_term(case, by=request.person, amount=amount, reason=reason),
        lambda extended: _("Đã lập phiếu xin lỗi và hẹn lại %(due)s.") % {"due": _moment(extended)},
    )


def _moment(case: Case) -> str:
    return f"{local(case.due_at):%H:%M %d/%m/%Y}" if case.due_at else ""
