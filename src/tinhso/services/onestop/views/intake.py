"""What reception does with a case: take it in, refuse it, ask for more, take back what was asked for."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.blocks.cases.actions.intake import HandedIn, accept_case, refuse_case
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.services.onestop.views.case import carry_out


@require_POST
@staff_only
def accept(request: PersonRequest, code: str) -> HttpResponse:
    return carry_out(request, code, lambda case: accept_case(case, by=request.person), _("Đã tiếp nhận hồ sơ và lập giấy hẹn."))


@require_POST
@staff_only
def refuse(request: PersonRequest, code: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return carry_out(
        request,
        code,
        lambda case: refuse_case(case, by=request.person, reason=reason),
        _("Đã từ chối hồ sơ và gửi lý do cho người nộp."),
    )


@require_POST
@staff_only
def supplement(request: PersonRequest, code: str) -> HttpResponse:
    given = request.POST.get
    return carry_out(
        request,
        code,
        lambda case: ask_supplement(case, by=request.person, content=given("content", ""), reason=given("why", "")),
        _("Đã gửi yêu cầu bổ sung. Thời hạn giải quyết tạm dừng."),
    )


@require_POST
@staff_only
def supplemented(request: PersonRequest, code: str) -> HttpResponse:
    on_paper = {part: HandedIn(on_paper=True) for part in request.POST.getlist("parts")}
    answer = request.POST.get("answer", "")
    return carry_out(
        request,
        code,
        lambda case: answer_supplement(case, by=request.person, answer=answer, parts=on_paper),
        _("Đã ghi nhận phần bổ sung."),
    )
