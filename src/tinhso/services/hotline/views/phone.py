"""The agent's browser as a telephone of the line's own exchange."""

from urllib.parse import urlsplit

from django.http import HttpResponse, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.web.policy import allow
from tinhso.services.hotline.actions.agents import LENT, lend_phone
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.queries import agent_of
from tinhso.services.hotline.sip import REALM, browser_name


def browser_phone(line: Line) -> bool:
    """Whether the browsers of its agents can be telephones."""
    return bool(line.adapter == Line.Adapter.SIP and line.browser_url)


def with_phone(response: HttpResponse, line: Line) -> HttpResponse:
    """Let the page use the microphone and connect to the exchange, where it may be a telephone."""
    if browser_phone(line):
        place = urlsplit(line.browser_url)
        allow(response, "microphone", connect=f"{place.scheme}://{place.netloc}")
    return response


@never_cache
@require_POST
@staff_only
def lend(request: PersonRequest) -> HttpResponse:
    """What the browser needs to register at the exchange, for a quarter of an hour."""
    require(request.person, "hotline.serve")
    agent = agent_of(request.person)
    if agent is None:
        raise NotFound(_("Bạn chưa được giao máy nào ở tổng đài."))
    try:
        password = lend_phone(agent, by=request.person, at=now())
    except DomainError as error:
        return JsonResponse({"error": str(error)}, status=error.status)
    return JsonResponse(
        {
            "server": agent.line.browser_url,
            "realm": REALM,
            "extension": agent.extension,
            "name": browser_name(agent),
            "password": password,
            "seconds": int(LENT.total_seconds()),
        }
    )
