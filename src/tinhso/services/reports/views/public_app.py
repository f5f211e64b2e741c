"""What makes the reports an app on a phone: its manifest, its icons, its service worker."""

from functools import cache
from io import BytesIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw

SIZES = (192, 512)
_GREEN, _WHITE = "#0b6e6e", "#ffffff"
# modules that other modules fetch by name, so they are kept under the name they are fetched by
_MODULES = (
    "reports/draft.js", "reports/outbox.js", "reports/photos.js", "reports/store.js",
    "files/prepare.js", "maps/map.js", "web/toasts.js", "web/submit.js", "web/menus.js",
    "web/copy.js", "web/connection.js", "web/keys.js", "web/errors.js",
)  # fmt: skip


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest."""
    facts = {
        "id": "/phan-anh/",
        "name": _("Phản ánh hiện trường – %(province)s") % {"province": settings.PROVINCE_NAME},
        "short_name": _("Phản ánh"),
        "lang": "vi",
        "start_url": reverse("reports:send"),
        "scope": "/phan-anh/",
        "display": "standalone",
        "background_color": "#f5f7f7",
        "theme_color": _GREEN,
        "icons": [
            {"src": reverse("reports:icon", args=[size]), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in SIZES
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [{"name": _("Các phản ánh"), "url": reverse("reports:list")}],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=86400)
def icon(request: HttpRequest, size: int) -> HttpResponse:
    """The app's icon, with the quiet border that a phone may cut to its own shape."""
    if size not in SIZES:
        raise Http404
    return HttpResponse(_drawn(size), content_type="image/png")


@cache
def _drawn(size: int) -> bytes:
    """A speech bubble on the river's green, drawn four times as large and made small for smooth edges."""
    side = 4 * size
    picture = Image.new("RGB", (side, side), _GREEN)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = 0.22 * side, 0.24 * side, 0.78 * side, 0.64 * side
    pen.rounded_rectangle((left, top, right, bottom), radius=0.1 * side, fill=_WHITE)
    pen.polygon([(0.34 * side, 0.62 * side), (0.34 * side, 0.78 * side), (0.5 * side, 0.62 * side)], fill=_WHITE)
    pen.rounded_rectangle((0.475 * side, 0.31 * side, 0.525 * side, 0.48 * side), radius=0.02 * side, fill=_GREEN)
    pen.ellipse((0.472 * side, 0.52 * side, 0.528 * side, 0.576 * side), fill=_GREEN)
    file = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that keeps the form for the moment without network and sends what waits."""
    context = {"modules": [settings.STATIC_URL + name for name in _MODULES], "outbox": static("reports/outbox.js")}
    return render(request, "reports/public/sw.js", context, content_type="text/javascript")
