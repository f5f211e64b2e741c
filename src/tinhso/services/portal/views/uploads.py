"""What the pages that take documents say about them."""

from django.conf import settings
from django.utils.translation import gettext as _

_MB = 1024 * 1024


def upload_limits() -> dict[str, object]:
    """For the template: the largest file in bytes and MB, and what to say of a larger one."""
    limit = settings.MAX_UPLOAD_SIZE // _MB
    return {
        "file_limit": settings.MAX_UPLOAD_SIZE,
        "file_limit_mb": limit,
        "file_too_large": _("lớn hơn %(limit)d MB. Hãy chụp lại ở cỡ nhỏ hơn hoặc tách thành nhiều tệp.") % {"limit": limit},
    }
