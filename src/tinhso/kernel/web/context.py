"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tinhso.kernel.correlation import correlation_id
from tinhso.kernel.web.menu import public_menu, workspace_menu


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names of the installation, the menus and the signed-in person. Nothing is read before a template asks for it."""
    person = getattr(request, "person", None)
    return {
        "site": {"product": "Tỉnh Số", "province": settings.PROVINCE_NAME, "hotline": settings.HOTLINE},
        "person": person,
        "correlation": correlation_id(),
        "public_menu": SimpleLazyObject(lambda: public_menu(request.path)),
        "workspace_menu": SimpleLazyObject(lambda: workspace_menu(person, request.path)),
    }
