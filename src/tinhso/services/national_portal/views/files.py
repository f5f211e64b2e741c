"""The documents of a case, for the portal: by an address that only we can make and that ends."""

from datetime import timedelta

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.models import PartFile
from tinhso.blocks.files.reading import file_response
from tinhso.kernel.errors import NotFound
from tinhso.services.national_portal.actions.queueing import note_fetched
from tinhso.services.national_portal.options import options
from tinhso.services.national_portal.records import FILE_SIGNER

_LIVES = timedelta(days=7)


@require_safe
@never_cache
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A document the portal was told of. What is wrong, old or switched off is not there."""
    found = options()
    try:
        pk = int(FILE_SIGNER.unsign(key, max_age=_LIVES))
    except (BadSignature, ValueError) as error:
        raise NotFound from error
    row = PartFile.objects.select_related("file", "part__case__agency").filter(pk=pk).first()
    if row is None or found is None or not found.send_files:
        raise NotFound
    note_fetched(row)
    return file_response(row.file)
