"""The end of a case without a result: withdrawn, or stopped."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.blocks.cases.actions.stopping import ask_withdrawal, deny_withdrawal, grant_withdrawal, stop_case, withdraw_case
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.services.onestop.views.case import carry_out


@require_POST
@staff_only
def withdraw(request: PersonRequest, code: str) -> HttpResponse:
    """Before reception: it is withdrawn at once."""
    return carry_out(request, code, lambda case: withdraw_case(case, by=request.person), _("Đã ghi nhận yêu cầu rút hồ sơ."))


@require_POST
@staff_only
def ask(request: PersonRequest, code: str) -> HttpResponse:
    """Under way: reception enters what the applicant asks, for those who decide."""
    reason = request.POST.get("withdraw_reason", "")
    return carry_out(
        request,
        code,
        lambda case: ask_withdrawal(case, by=request.person, reason=reason),
        _("Đã ghi nhận đề nghị rút hồ sơ và báo lãnh đạo quyết định."),
    )


@require_POST
@staff_only
def decide(request: PersonRequest, code: str) -> HttpResponse:
    """Give the case back, or go on with it."""
    answer = request.POST.get("withdraw_answer", "")
    if request.POST.get("decision") == "grant":
        said = _("Đã cho rút hồ sơ và báo cho người nộp.")
        return carry_out(request, code, lambda case: grant_withdrawal(case, by=request.person, answer=answer), said)
    said = _("Đã từ chối đề nghị rút hồ sơ và gửi lý do cho người nộp.")
    return carry_out(request, code, lambda case: deny_withdrawal(case, by=request.person, answer=answer), said)


@require_POST
@staff_only
def stop(request: PersonRequest, code: str) -> HttpResponse:
    given = request.POST.get
    return carry_out(
        request,
        code,
        lambda case: stop_case(case, by=request.person, reason=given("stop_reason", ""), basis=given("stop_basis", "")),
        _("Đã dừng giải quyết hồ sơ, lập thông báo (mẫu 05) và gửi cho người nộp."),
    )
