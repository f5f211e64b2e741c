"""A place in the queue, on the telephone of whoever waits. The address is the key; there is nothing personal on the page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.kernel.errors import DomainError
from tinhso.services.queueing.actions.tickets import come_back, give_up
from tinhso.services.queueing.models import Ticket, Turn
from tinhso.services.queueing.queries import day_of, outlook, ticket_by_key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: str) -> HttpResponse:
    """How many are before me and how long it may take; leave the queue; come back after a call in vain."""
    ticket = ticket_by_key(key)
    if request.method == "POST":
        return _changed(request, ticket)
    at = now()
    waits = ticket.state == Ticket.State.WAITING and ticket.day == day_of(at)
    called = Turn.objects.select_related("counter").filter(ticket=ticket, ended_at=None).first()
    context = {
        "ticket": ticket,
        "waits": waits,
        "over": ticket.day != day_of(at),
        "outlook": outlook(ticket, at) if waits else None,
        "called": called,
        "may_return": ticket.state == Ticket.State.ABSENT and ticket.absences == 1 and ticket.day == day_of(at),
        "at": at,
    }
    part = "queueing/ticket_now.html" if request.headers.get("HX-Request") else "queueing/ticket.html"
    return render(request, part, context)


def _changed(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    try:
        if request.POST.get("act") == "quay-lai":
            come_back(ticket, by=None)
        elif request.POST.get("act") == "bo":
            give_up(ticket, by=None)
            messages.success(request, _("Bạn đã rời hàng chờ."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("queueing:ticket", key=ticket.key)
