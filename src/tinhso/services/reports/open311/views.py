"""The methods of GeoReport v2, each answering in the format its address ends with."""

import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError, Invalid
from tinhso.services.reports.actions.pictures import send_with_picture
from tinhso.services.reports.actions.sending import MOST_PHOTOS, Sender
from tinhso.services.reports.models import Photo, Report
from tinhso.services.reports.open311 import catalogue, given
from tinhso.services.reports.open311.actions import note_use
from tinhso.services.reports.open311.errors import Refused, refusal, unknown
from tinhso.services.reports.open311.keys import (
    case_of_token,
    living_key,
    spend_key,
    spend_reading,
    spend_wrong_key,
    submission_key,
    token_of,
)
from tinhso.services.reports.open311.rendering import FORMATS, Document, answer, refused
from tinhso.services.reports.open311.selection import Selection
from tinhso.services.reports.open311.shown import request_shown, requests_shown
from tinhso.services.reports.open311.tables import ApiKey
from tinhso.services.reports.queries import public_file

logger = logging.getLogger(__name__)
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-22T00:00:00+07:00"
View = Callable[..., Document | HttpResponseBase]


def method(*allowed: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A method of the interface: wrong format, wrong method, wrong jurisdiction and every refusal are answered as specified."""

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def run(request: HttpRequest, *args: str, extension: str = "xml", **kwargs: str) -> HttpResponseBase:
            try:
                if extension not in FORMATS:
                    raise Refused(404, _("Định dạng “%(format)s” không có; hãy dùng xml hoặc json.") % {"format": extension[:20]})
                if request.method not in allowed:
                    raise Refused(405, _("Địa chỉ này chỉ nhận %(methods)s.") % {"methods": ", ".join(allowed)})
                found = view(request, *args, **kwargs)
                return answer(found, extension) if isinstance(found, Document) else found
            except Refused as error:
                response = refused(error, extension)
            except DomainError as error:
                response = refused(refusal(error), extension)
            except (BadRequest, SuspiciousOperation, MultiPartParserError, UnicodeError) as error:
                logger.info("open311: unreadable request (%s)", type(error).__name__)
                response = refused(Refused(400, _("Không đọc được yêu cầu.")), extension)
            if response.status_code == 405:
                response["Allow"] = ", ".join(allowed)
            if response.status_code == 429:
                response["Retry-After"] = "60"  # every count here is of a minute
            return response

        run.refuses_nul = True  # type: ignore[attr-defined]
        return run

    return decorate


@method("GET", "HEAD")
def discovery(request: HttpRequest) -> Document:
    contact = " · ".join(filter(None, (settings.PROVINCE_NAME, settings.HOTLINE, settings.PUBLIC_URL)))
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{settings.PUBLIC_URL}/open311/v2",
        "changeset": CHANGESET,
        "type": "production" if settings.SAMPLE == "none" else "test",
        "formats": list(FORMATS.values()),
    }
    key_service = _("Khóa do cơ quan quản lý hệ thống cấp; liên hệ theo địa chỉ nêu ở contact.")
    found = {"changeset": CHANGESET, "contact": contact, "key_service": key_service, "endpoints": [endpoint]}
    return Document("discovery", found)


@method("GET", "HEAD")
def services(request: HttpRequest) -> Document:
    _asked(request)
    return Document("services", catalogue.services(now()))


@method("GET", "HEAD")
def definition(request: HttpRequest, code: str) -> Document:
    _asked(request)
    return Document("service_definition", catalogue.definition(given.text_of(code, "service_code"), now()))


@method("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> Document:
    if request.method == "POST":
        return _take_in(request)
    (asked, _key), at = _asked(request), now()
    return Document("service_requests", requests_shown(Selection.of(asked, at), at, more=asked.get("extensions") == "true"))


@method("GET", "HEAD")
def one_request(request: HttpRequest, code: str) -> Document:
    asked, key = _asked(request)
    code = given.text_of(code, "service_request_id")
    found = request_shown(code, now(), key, more=asked.get("extensions") == "true")
    if found is None:
        raise unknown("service_request_id", code)
    return Document("service_requests", [found])


@method("GET", "HEAD")
def number_of_token(request: HttpRequest, token: str) -> Document:
    _asked(request)
    case = case_of_token(given.text_of(token, "token"))
    if case is None:
        raise unknown("token", token)
    return Document("service_requests", [{"service_request_id": case.code, "token": token}])


@method("GET", "HEAD")
def picture(request: HttpRequest, photo: str) -> HttpResponseBase:
    """A released picture, which other sites may show."""
    found = Photo.objects.select_related("file", "released").filter(pk=photo, public=True, report__shown=Report.Shown.PUBLIC)
    one = found.first()
    if one is None:
        raise unknown("media", photo)
    response = file_response(public_file(one), inline=True)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@method("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def nothing(request: HttpRequest, rest: str) -> Document:
    raise unknown("method", rest)


def _asked(request: HttpRequest) -> tuple[QueryDict, ApiKey | None]:
    """The parameters of the address, for our jurisdiction, and the key that asks, if any. Counted."""
    at, address = now(), client_address(request)
    asked = given.checked(request.GET)
    secret = asked.get("api_key", "")
    key = living_key(secret)
    if secret and key is None:
        spend_wrong_key(address, at=at)
    spend_reading(key, address, at=at)
    if key:
        note_use(key, at=at)
    _ours(asked.get("jurisdiction_id", ""))
    return asked, key


def _ours(jurisdiction: str) -> None:
    """There is one, so that it may be left out; another one is not ours."""
    if jurisdiction and jurisdiction.lower() != settings.OPEN311_JURISDICTION.lower():
        raise unknown("jurisdiction_id", jurisdiction)


def _take_in(request: HttpRequest) -> Document:
    at, post = now(), given.checked(request.POST)
    asked = given.checked(request.GET)
    _ours(post.get("jurisdiction_id") or asked.get("jurisdiction_id", ""))
    key = _key(request, post.get("api_key") or asked.get("api_key", ""))
    field, kind = catalogue.service(post.get("service_code", "").strip(), at)
    answers = given.answers_of(post, catalogue.questions(field.version))
    place, words, url = given.place_of(post), given.words_of(post, kind), given.picture_of(post)
    sender = Sender(given.name_of(post), post.get("phone", "").strip(), post.get("email", "").strip())
    pictures = list(given.media_of(request.FILES))
    if len(pictures) > MOST_PHOTOS:
        raise Refused(400, _("Nhiều nhất %(limit)s ảnh, video.") % {"limit": MOST_PHOTOS})
    spend_key(key, at=at)
    note_use(key, at=at)
    try:
        files = [store_photo(picture, by=None) for picture in pictures]
    except Invalid as error:
        raise Invalid(error.message, fields={"files": error.message}) from error
    case = send_with_picture(
        field.code,
        {**answers, "kind": kind.code},
        url=url,
        place=place,
        text=words,
        files=files,
        sender=sender,
        key=submission_key(key, request.headers.get("Idempotency-Key", "")),
        at=at,
    )
    notice = _("%(agency)s đã nhận phản ánh.") % {"agency": case.agency.name}
    number = {"token": token_of(case)} if key.by_token else {"service_request_id": case.code}
    return Document("service_requests", [{**number, "service_notice": notice, "account_id": None}])


def _key(request: HttpRequest, secret: str) -> ApiKey:
    key = living_key(secret)
    if key is None:
        spend_wrong_key(client_address(request), at=now())
        raise Refused(403, _("api_key thiếu hoặc không dùng được."))
    if not key.sends:
        raise Refused(403, _("api_key này chỉ để đọc, không gửi được phản ánh."))
    return key
