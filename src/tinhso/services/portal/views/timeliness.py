"""The public board of timeliness."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.figures.board import Board, public_board
from tinhso.kernel.text import fold

_KEY, _KEPT_SECONDS = "portal.timeliness", 300


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """How punctual each agency is, for everybody. Each web process counts again after some minutes; the page says as of when."""
    counted = _counted()
    text = request.GET.get("q", "").strip()[:100]
    wanted = fold(text)
    context = {
        "board": counted,
        "text": text,
        "lines": [line for line in counted.lines if wanted in fold(f"{line.agency} {line.code}")],
        "breadcrumbs": [(_("Trang chủ"), "/"), (_("Tiến độ giải quyết"), "")],
    }
    return render(request, "portal/timeliness.html", context)


def _counted() -> Board:
    kept: Board | None = cache.get(_KEY)
    if kept is None:
        kept = public_board(now())
        cache.set(_KEY, kept, _KEPT_SECONDS)
    return kept
