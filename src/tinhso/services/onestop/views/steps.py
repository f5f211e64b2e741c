"""Doing the steps: finish, hand over to a colleague, sign one or many, return the result."""

from base64 import b64decode
from binascii import Error as Base64Error

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.actions.results import Signed, send_back_unsigned, sign_many, sign_result
from tinhso.blocks.cases.actions.returning import Receipt
from tinhso.blocks.cases.actions.work import assign_step, complete_step
from tinhso.blocks.cases.clock import remaining_until
from tinhso.blocks.cases.models import Case, ResultReturn, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import case_for_staff, colleagues_for
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.content import PNG
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.web.answers import wants_json
from tinhso.services.onestop.actions import hand_result_over
from tinhso.services.onestop.queries import waiting_for_signature
from tinhso.services.onestop.views.case import again, done

BATCH = 50
_LARGEST_SIGNATURE = 300_000  # bytes


def step_of(request: PersonRequest, code: str, step: int) -> tuple[Case, Step]:
    case = case_for_staff(code, request.person)
    found = case.steps.select_related("case", "agency").filter(pk=step).first()
    if found is None:
        raise NotFound(_("Không có bước này trong hồ sơ."))
    return case, found


@require_POST
@staff_only
def complete(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = step_of(request, code, step)
    try:
        complete_step(found, by=request.person, outcome=request.POST.get("outcome", ""), note=request.POST.get("note", ""))
    except DomainError as error:
        return again(request, case, error, step=found)
    return done(request, case, _("Đã hoàn thành bước “%(name)s”.") % {"name": found.name})


@require_POST
@staff_only
def assign(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = step_of(request, code, step)
    receiver = colleagues_for(found).filter(pk=whole_number(request.POST.get("to")) or 0).first()
    if receiver is None:
        raise NotFound(_("Không có người này trong số những người làm được bước này."))
    try:
        assign_step(found, to=receiver, by=request.person)
    except DomainError as error:
        return again(request, case, error, step=found)
    return done(request, case, _("Đã giao bước “%(name)s” cho %(to)s.") % {"name": found.name, "to": receiver.full_name})


@require_POST
@staff_only
def sign(request: PersonRequest, code: str, step: int) -> HttpResponse:
    """Sign, or send the draft back when another outcome was chosen."""
    case, found = step_of(request, code, step)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    offered = outcomes_of(case, found)
    try:
        if offered and outcome and outcome != offered[0].code:
            send_back_unsigned(found, by=request.person, outcome=outcome, note=note)
            told = _("Đã gửi trả hồ sơ %(code)s để chỉnh sửa.")
        else:
            sign_result(found, by=request.person, note=note)
            told = _("Đã ký số kết quả của hồ sơ %(code)s.")
    except DomainError as error:
        return again(request, case, error, step=found)
    messages.success(request, told % {"code": case.code})
    return redirect("onestop:signing") if "from_heap" in request.POST else redirect("onestop:case", code=case.code)


@require_POST
@staff_only
def hand_over(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = step_of(request, code, step)
    try:
        originals = [number for pk in request.POST.getlist("originals") if (number := whole_number(pk))]
        hand_result_over(
            found, by=request.person, receipt=receipt_of(request), note=request.POST.get("note", ""), originals=originals
        )
    except DomainError as error:
        return again(request, case, error, step=found)
    return done(request, case, _("Đã trả kết quả. Hồ sơ đã khép lại."))


def receipt_of(request: PersonRequest) -> Receipt:
    given = request.POST
    signature = drawn_signature(request) if given.get("way") == ResultReturn.Way.COUNTER else None
    return Receipt(
        way=given.get("way", ""),
        receiver=given.get("receiver", ""),
        signature=signature,
        on_paper="on_paper" in given,
        tracking=given.get("tracking", ""),
    )


def drawn_signature(request: PersonRequest) -> StoredFile | None:
    """The signature drawn on the pad, which the page sends as a picture in a text.

    Raises:
        Invalid: it is no picture.
    """
    head, _comma, text = request.POST.get("signature", "").partition(",")
    if head != "data:image/png;base64":
        return None
    try:
        picture = SimpleUploadedFile("chu-ky.png", b64decode(text, validate=True))
    except Base64Error:
        return None
    return store_upload(picture, by=request.person, allowed=(PNG,), max_size=_LARGEST_SIGNATURE)


@require_safe
@staff_only
def signature(request: PersonRequest, code: str) -> HttpResponseBase:
    """The signature of whoever took the result."""
    given = ResultReturn.objects.select_related("signature").filter(case=case_for_staff(code, request.person)).last()
    if given is None or given.signature is None:
        raise NotFound(_("Hồ sơ này không có chữ ký nhận."))
    return file_response(given.signature, inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def signing(request: PersonRequest) -> HttpResponse:
    """Results that wait for my signature: read one after the other, or signed several at once."""
    require(request.person, "papers.sign")
    if request.method != "POST":
        return _signing_page(request, [])
    chosen = [number for pk in request.POST.getlist("steps") if (number := whole_number(pk))][:BATCH]
    if not chosen:
        messages.error(request, _("Hãy chọn ít nhất một hồ sơ để ký."))
        return redirect("onestop:signing")
    outcomes = sign_many(waiting_for_signature(request.person).filter(pk__in=chosen), by=request.person)
    failed = [outcome for outcome in outcomes if not outcome.paper]
    signed = len(outcomes) - len(failed)
    if wants_json(request):
        return JsonResponse({"done": signed, "failed": [f"{outcome.step.case.code}: {outcome.error}" for outcome in failed]})
    if signed:
        messages.success(request, signed_sentence(signed))
    return _signing_page(request, failed) if failed else redirect("onestop:signing")


def signed_sentence(count: int) -> str:
    return ngettext("Đã ký %(n)s kết quả.", "Đã ký %(n)s kết quả.", count) % {"n": count}


def _signing_page(request: PersonRequest, failed: list[Signed]) -> HttpResponse:
    """The heap, and the one being read: the one asked for, else the most urgent."""
    page = page_by_key(waiting_for_signature(request.person), order=("due_at",), cursor=request.GET.get("trang"), size=BATCH)
    moment = now()
    rows = [(step, remaining_until(step.agency, step.due_at, moment)) for step in page.rows]
    wanted = request.GET.get("xem", "")
    read = next((row for row in rows if str(row[0].pk) == wanted), rows[0] if rows else None)
    context = {
        "page": page,
        "rows": rows,
        "failed": failed,
        "step": read[0] if read else None,
        "remaining": read[1] if read else None,
        "outcomes": outcomes_of(read[0].case, read[0])[1:] if read else [],
    }
    return render(request, "onestop/signing.html", context)
