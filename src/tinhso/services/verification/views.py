"""The public page where anybody checks a paper: by code, by QR, by file. Nobody needs to sign in; nothing uploaded is kept."""

from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.esignature.verify import VerificationReport
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.blocks.papers.models import Paper
from tinhso.blocks.papers.queries import clean_code, paper_by_code
from tinhso.kernel.web.answers import Refusal, answer, unavailable, wants_json
from tinhso.services.verification.facts import Comparison, PaperFacts, compare, facts_of, paper_with_content
from tinhso.services.verification.forms import CodeForm, UploadForm
from tinhso.services.verification.judging import judged

_UPLOADS, _WINDOW = 60, timedelta(minutes=15)  # from one network address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Enter a code, or hand in a file and read the judgement."""
    if request.method != "POST":
        return _enter(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_form(request, form, CodeForm(), status=422)
    content = _content(request, form.cleaned_data["file"])
    report = judged(content)
    if report is None:
        return unavailable(request, advice=_("Đang có nhiều người kiểm tra cùng lúc. Hãy thử lại sau ít phút."))
    known = paper_with_content(report.sha256)
    facts = facts_of(known) if known else None
    if wants_json(request):
        return JsonResponse(report.as_dict() | {"paper": facts.as_dict() if facts else None})
    context = {"report": report, "facts": facts, "name": form.cleaned_data["file"].name}
    return render(request, "verification/report.html", context)


def _enter(request: HttpRequest) -> HttpResponse:
    if "code" not in request.GET:
        return _show_form(request, UploadForm(), CodeForm())
    form = CodeForm(request.GET)
    if not form.is_valid():
        return _show_form(request, UploadForm(), form, status=422)
    code = clean_code(form.cleaned_data["code"])
    if not code or paper_by_code(code) is None:
        form.add_error("code", _no_such_code())
        return _show_form(request, UploadForm(), form, status=404)
    return redirect("verification:paper", code=code)


def _show_form(request: HttpRequest, upload: UploadForm, code: CodeForm, *, status: int = 200) -> HttpResponse:
    if wants_json(request):
        messages = [message for _target, message in [*upload.summary(), *code.summary()]]
        return JsonResponse({"errors": messages}, status=status)
    return render(request, "verification/check.html", {"upload": upload, "code": code}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """What the public may know of the paper with this code; compare a file with it."""
    found = paper_by_code(code)
    if found is None:
        advice = _("Hãy xem lại mã in dưới mã QR, hoặc liên hệ cơ quan ghi trên giấy.")
        return answer(request, Refusal(404, "not_found", _("Không có giấy tờ nào mang mã này"), _no_such_code(), advice))
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    comparison, report = None, None
    if request.method == "POST" and form.is_valid():
        comparison, report = _compared(found, _content(request, form.cleaned_data["file"]))
    return _show_paper(request, facts_of(found), form, comparison, report)


def _compared(found: Paper, content: bytes) -> tuple[Comparison, VerificationReport | None]:
    """The comparison; a file that differs is judged by itself as well."""
    comparison = compare(found, content)
    return comparison, None if comparison.same else judged(content)


def _show_paper(
    request: HttpRequest, facts: PaperFacts, form: UploadForm, comparison: Comparison | None, report: VerificationReport | None
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    if wants_json(request):
        body = facts.as_dict()
        if comparison:
            body["comparison"] = {"same": comparison.same, "sentence": comparison.sentence}
        return JsonResponse(body, status=status)
    context = {"facts": facts, "upload": form, "comparison": comparison, "report": report}
    return render(request, "verification/paper.html", context, status=status)


def _content(request: HttpRequest, upload: UploadedFile) -> bytes:
    """What was handed in.

    Raises:
        TooManyTries: this address hands in one file after the other.
    """
    spend_try("verification", client_address(request), limit=_UPLOADS, window=_WINDOW, at=now())
    content: bytes = upload.read()
    return content


def _no_such_code() -> str:
    return _("Không tìm thấy giấy tờ nào có mã xác thực này.")
