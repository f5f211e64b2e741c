"""Files that go along with what is written, whoever writes."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tinhso.blocks.files.content import DOCUMENTS
from tinhso.blocks.files.given import Given, files_of
from tinhso.services.hotline.actions.conversations import MOST_FILES


def given_in(request: HttpRequest) -> Given:
    """What the form brought before and goes on with; `take` adds what was chosen now."""
    kept = [] if "drop_kept" in request.POST else files_of(request.POST.get("kept", ""))
    return Given(kept, most=MOST_FILES, allowed=DOCUMENTS)


def attach() -> dict[str, Any]:
    """What the form says of files (`files/attach.html`)."""
    return {
        "most": MOST_FILES,
        "bytes": settings.MAX_UPLOAD_SIZE,
        "types": ", ".join(kind.label for kind in DOCUMENTS),
        "accept": ",".join([*(kind.extension for kind in DOCUMENTS), ".jpeg", *(kind.content_type for kind in DOCUMENTS)]),
    }
