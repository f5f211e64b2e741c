"""Refusals and failures as answers: a page for people, a fragment for htmx, problem details (RFC 9457) for programs."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tinhso.kernel.correlation import correlation_id
from tinhso.kernel.errors import DomainError

Text = str | Promise
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """What the person reads: what happened, why, and what to do next."""

    status: int
    code: str
    title: Text
    message: Text = ""
    advice: Text = ""


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def answer(request: HttpRequest, refusal: Refusal, *, fields: Mapping[str, object] | None = None) -> HttpResponse:
    """The refusal in the form the caller can use."""
    if wants_json(request):
        return problem(refusal, fields)
    context = {"refusal": refusal, "fields": fields, "correlation": correlation_id()}
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        fragment = render(request, "web/errors/fragment.html", context, status=refusal.status)
        fragment["HX-Retarget"], fragment["HX-Reswap"] = "#messages", "innerHTML"
        return fragment
    try:
        return render(request, "web/errors/page.html", context, status=refusal.status)
    except Exception:  # the shell itself needs what is broken, often the database: say it without the shell
        logger.exception("error page without its shell")
        return bare(refusal)


def bare(refusal: Refusal) -> HttpResponse:
    """The refusal on a page that needs neither the database nor the session."""
    return render(None, "web/errors/bare.html", {"refusal": refusal, "correlation": correlation_id()}, status=refusal.status)


def problem(refusal: Refusal, fields: Mapping[str, object] | None = None) -> JsonResponse:
    """RFC 9457."""
    facts = {
        "type": "about:blank",
        "title": str(refusal.title),
        "status": refusal.status,
        "code": refusal.code,
        "detail": str(refusal.message or refusal.advice),
        "fields": {name: str(message) for name, message in (fields or {}).items()},
        "correlation_id": correlation_id(),
    }
    return JsonResponse(facts, status=refusal.status, content_type="application/problem+json")


def refusal_of(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to an error of the domain."""
    advice = _("Hãy quay lại trang trước và sửa những chỗ nêu trên.") if error.fields else ""
    titles = {
        403: _("Bạn không được làm việc này"),
        404: _("Không tìm thấy nội dung này"),
        422: _("Thông tin gửi lên chưa đúng"),
    }
    title = titles.get(error.status, _("Chưa làm được việc này"))
    return answer(request, Refusal(error.status, error.code, title, str(error), advice), fields=error.fields)


def wrong_method(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """405, with the methods that would do."""
    refusal = Refusal(
        405,
        "wrong_method",
        _("Địa chỉ này không mở được như một trang"),
        _("Đây là nơi nhận dữ liệu từ một biểu mẫu. Chưa có gì được gửi đi."),
        _("Hãy quay lại trang trước rồi bấm nút trên trang đó."),
    )
    response = answer(request, refusal)
    response["Allow"] = refused["Allow"]
    return response


def unavailable(request: HttpRequest, *, advice: str = "") -> HttpResponse:
    """503: maintenance, or the database does not answer."""
    refusal = Refusal(
        503,
        "unavailable",
        _("Hệ thống đang tạm nghỉ"),
        advice or _("Chúng tôi đang bảo trì hoặc khắc phục sự cố. Hồ sơ đã nộp vẫn được giữ nguyên."),
        _("Hãy thử lại sau ít phút. Nếu cần gấp, mời bạn đến Trung tâm Phục vụ hành chính công gần nhất."),
    )
    response = problem(refusal) if wants_json(request) else bare(refusal)
    response["Retry-After"] = "60"
    return response
