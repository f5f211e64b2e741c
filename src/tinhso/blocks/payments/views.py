"""Doors for the payer, for gateways, and the pages of the demo gateway."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.identity.guards import PersonRequest, VisitorRequest, safe_next, staff_only
from tinhso.blocks.payments.actions import note_refund, refund_invoice
from tinhso.blocks.payments.gateways.actions import Outcome, apply_callback, keep_silent, start_payment
from tinhso.blocks.payments.gateways.base import gateways
from tinhso.blocks.payments.gateways.demo import SILENCES, DemoGateway, answer_to
from tinhso.blocks.payments.jobs import call_back_late
from tinhso.blocks.payments.models import Payment
from tinhso.blocks.payments.queries import invoice_by_code, invoice_panel, invoices_due_back, refunds_due
from tinhso.kernel.errors import NotFound, WrongState
from tinhso.kernel.permissions import require

_STATUS_OF_OUTCOME = {Outcome.REFUSED: 403, Outcome.UNKNOWN: 404, Outcome.UNREADABLE: 400}
_GATEWAY_IS_SLOW_AFTER = timedelta(minutes=2)
_LATE = {"seconds": 60}
_LONGEST_ADDRESS = 500
_SHOWN = 100  # of each kind; the longest due first


@require_safe
@never_cache
def invoice(request: HttpRequest, code: str) -> HttpResponse:
    found = invoice_by_code(code)
    return render(request, "payments/page.html", {"panel": invoice_panel(found, return_url=request.path)})


@require_POST
def start(request: VisitorRequest, code: str) -> HttpResponse:
    found = invoice_by_code(code)
    own_page = f"/thanh-toan/{found.code}/"
    wanted = request.POST.get("return_url", "")
    return_url = safe_next(wanted, default=own_page) if len(wanted) <= _LONGEST_ADDRESS else own_page
    gateway = request.POST.get("gateway", "")
    try:
        return redirect(start_payment(found, gateway=gateway, return_url=return_url, by=request.person))
    except WrongState as problem:  # paid in the meantime, or a gateway that does not say so
        panel = invoice_panel(invoice_by_code(code), return_url=return_url)
        return render(request, "payments/page.html", {"panel": panel, "problem": problem}, status=problem.status)


@require_safe
@never_cache
def result(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a gateway sends the payer back to. What counts is the call-back; until it comes the page waits."""
    payment = _payment(reference)
    slow = now() - payment.started_at > _GATEWAY_IS_SLOW_AFTER
    return render(request, "payments/result.html", {"payment": payment, "invoice": payment.invoice, "slow": slow})


@require_safe
@staff_only
def refunds(request: PersonRequest) -> HttpResponse:
    """Money that my agencies owe: fees of applications that ended, and what was paid twice, too late or in a wrong amount."""
    require(request.person, "payments.refund")
    invoices, payments = invoices_due_back(request.person), refunds_due(request.person)
    context = {"invoices": invoices[:_SHOWN], "payments": payments[:_SHOWN], "shown": _SHOWN}
    return render(request, "payments/refunds.html", context)


@require_POST
@staff_only
def refunded(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    """One of them was given back."""
    require(request.person, "payments.refund")
    if kind == "hoa-don" and (fee := invoices_due_back(request.person).filter(pk=pk).first()):
        refund_invoice(fee, by=request.person)
    elif kind == "giao-dich" and (payment := refunds_due(request.person).filter(pk=pk).first()):
        note_refund(payment, by=request.person)
    else:
        raise NotFound(_("Không có khoản tiền này, hoặc đã ghi nhận hoàn rồi."))
    messages.success(request, _("Đã ghi nhận việc hoàn tiền."))
    return redirect("payments:refunds")


@csrf_exempt
@require_POST
def callback(request: HttpRequest, gateway: str) -> HttpResponse:
    """For gateways, which prove themselves by their signature."""
    applied = apply_callback(gateway, request.body, request.headers)
    return JsonResponse({"result": applied.outcome.value}, status=_STATUS_OF_OUTCOME.get(applied.outcome, 200))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo(request: HttpRequest, reference: str) -> HttpResponse:
    """The page the demo gateway shows the payer: it lets them choose how the payment goes."""
    payment = _payment(reference, gateway=DemoGateway.code)
    if gateways.get(DemoGateway.code) is None:
        raise NotFound(_("Không có cổng thanh toán này."))
    if request.method != "POST":
        return render(request, "payments/demo.html", {"payment": payment, "invoice": payment.invoice})
    chosen = request.POST.get("outcome")
    if chosen in ("success", "failure"):
        apply_callback(payment.gateway, *answer_to(payment, chosen))
    elif chosen in SILENCES:
        keep_silent(payment, SILENCES[chosen])
    elif chosen == "late":
        call_back_late.configure(schedule_in=_LATE).defer(reference=payment.reference)
    return redirect("payments:result", payment.reference)


def _payment(reference: str, **conditions: str) -> Payment:
    found = Payment.objects.select_related("invoice__agency").filter(reference=reference.upper(), **conditions).first()
    if found is None:
        raise NotFound(_("Không có giao dịch này."))
    return found
