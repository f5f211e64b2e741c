"""Error pages, health, metrics: addresses that belong to no service."""

import sys
from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _

from tinhso.kernel.permissions import allowed
from tinhso.kernel.web.answers import Refusal, answer, bare, problem, unavailable, wants_json
from tinhso.kernel.web.metrics import figures
from tinhso.kernel.web.status import recent_checks


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return unknown_host(request)
    if isinstance(exception, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
        return too_large(request, _("Phần chữ của biểu mẫu vượt quá %(limit)s MB.") % {"limit": limit})
    return answer(
        request,
        Refusal(
            400,
            "bad_request",
            _("Yêu cầu gửi lên không đọc được"),
            _("Địa chỉ hoặc dữ liệu gửi lên bị sai, có thể do liên kết bị cắt hoặc trang đã mở quá lâu."),
            _("Hãy quay lại trang trước, tải lại trang rồi thử lần nữa."),
        ),
    )


def unknown_host(request: HttpRequest) -> HttpResponse:
    """400 to a name the installation does not answer to. Rendered without the shell, which may ask for the name."""
    refusal = Refusal(
        400,
        "unknown_host",
        _("Địa chỉ này không được phục vụ"),
        _("Hệ thống không trả lời dưới tên “%(host)s”. Hãy mở %(address)s.")
        % {"host": request.headers.get("Host", "")[:100], "address": settings.PUBLIC_URL},
        _("Người vận hành: nếu tên này đúng, hãy thêm vào TINHSO_HOSTS rồi khởi động lại."),
    )
    return problem(refusal) if wants_json(request) else bare(refusal)


def too_large(request: HttpRequest, message: str) -> HttpResponse:
    """413, with the limit that was passed."""
    return answer(
        request,
        Refusal(
            413,
            "too_large",
            _("Dữ liệu gửi lên quá lớn"),
            message,
            _("Hãy quay lại, bớt nội dung hoặc chọn tệp nhỏ hơn rồi gửi lại."),
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request,
        Refusal(
            403,
            "not_allowed",
            _("Bạn không được mở trang này"),
            _("Tài khoản đang dùng không có quyền xem nội dung này."),
            _("Nếu bạn cần quyền này cho công việc, hãy liên hệ người quản trị của cơ quan."),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    if not (isinstance(reason, str) and reason.endswith(".")):  # Django's own reasons are for developers; ours are sentences
        reason = _("Trang có thể đã chuyển chỗ, hoặc địa chỉ bị gõ sai.")
    return answer(
        request,
        Refusal(
            404,
            "not_found",
            _("Không tìm thấy trang này"),
            reason,
            _("Hãy kiểm tra lại địa chỉ, hoặc bắt đầu lại từ trang chủ."),
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        Refusal(
            403,
            "session_expired",
            _("Trang này đã mở quá lâu"),
            _("Vì an toàn, phiên làm việc đã hết hạn trước khi bạn gửi. Chưa có gì được gửi đi."),
            _("Hãy bấm nút Quay lại của trình duyệt: những gì đã điền vẫn còn. Tải lại trang, đăng nhập nếu cần, rồi gửi lại."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort. Answers even when the database, the session or the shell is what broke."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    refusal = Refusal(
        500,
        "server_error",
        _("Có lỗi ở phía chúng tôi"),
        _("Việc vừa rồi chưa thực hiện được. Lỗi đã được ghi lại để sửa; những gì đã lưu trước đó không bị mất."),
        _("Hãy thử lại sau ít phút. Nếu vẫn lỗi, hãy báo cho chúng tôi mã sự cố bên dưới."),
    )
    try:
        return answer(request, refusal)
    except Exception:  # nothing may keep the person from an answer
        return bare(refusal)


def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker keeps for the moment the network is gone."""
    return bare(
        Refusal(
            200,
            "offline",
            _("Đang mất kết nối mạng"),
            _("Trang này cần mạng để mở. Hồ sơ và bản nháp đã lưu vẫn được giữ nguyên."),
            _("Hãy kiểm tra Wi-Fi hoặc dữ liệu di động, rồi thử lại."),
        )
    )


def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; it must come from the root to look after every page."""
    return render(request, "web/sw.js", content_type="text/javascript")


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return JsonResponse({"status": "ok"})


_migrated = False


def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers and has this version's tables.

    The plan of migrations is read until it is found empty once, then no more: a process never loses migrations.
    """
    global _migrated  # noqa: PLW0603 - a fact about the process
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "failed", "database": "unreachable"}, status=503)
    if not _migrated:
        return JsonResponse({"status": "failed", "database": "migrations pending"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for a collector on this machine or one that holds the token. To others the page is not there."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback and "X-Forwarded-For" not in request.headers  # noqa: S104
    if local or (token and compare_digest(given.encode(), token.encode())):
        return figures()
    raise Http404


def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("web/favicon.svg"), permanent=True)


def status(request: HttpRequest) -> HttpResponse:
    """How the system is: a summary for everybody, the parts for those who hold `system.status`."""
    person = getattr(request, "person", None)
    checks = recent_checks()
    return render(
        request,
        "web/status.html",
        {"checks": checks if person and allowed(person, "system.status") else None, "good": all(c.good for _part, c in checks)},
    )
