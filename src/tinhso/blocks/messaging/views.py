from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.identity.guards import PersonRequest, safe_next, signed_in
from tinhso.blocks.identity.sessions import room_of
from tinhso.blocks.messaging.actions import read_all_notices, read_notice
from tinhso.blocks.messaging.queries import notices_of
from tinhso.kernel.paging import page_by_key

_PAGE = 30


@require_safe
@signed_in
def notices(request: PersonRequest) -> HttpResponse:
    page = page_by_key(notices_of(request.person), order=("-pk",), cursor=request.GET.get("trang"), size=_PAGE)
    return render(request, "messaging/notices.html", {"page": page, "room": room_of(request.account)})


@require_POST
@signed_in
def open_notice(request: PersonRequest, message_id: int) -> HttpResponse:
    """Mark the notice as read and go to the page where it can be acted on."""
    message = read_notice(message_id, by=request.person)
    return redirect(safe_next(message.link, default="/thong-bao/"))


@require_POST
@signed_in
def read_all(request: PersonRequest) -> HttpResponse:
    read_all_notices(by=request.person)
    return redirect("messaging:notices")
