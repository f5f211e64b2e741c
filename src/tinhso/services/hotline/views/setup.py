"""Lines, their secret addresses, who answers them."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import tenures_on
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.agents import add_agent, new_phone_password, remove_agent
from tinhso.services.hotline.actions.setup import new_secret, set_line
from tinhso.services.hotline.models import Agent, Line
from tinhso.services.hotline.queries import lines_for
from tinhso.services.hotline.sip import REALM

AGENT_ROLES = ("hotline_agent", "hotline_lead")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """See lines and agents; one press a change. A secret is shown once, in the answer that makes it."""
    require(request.person, "hotline.manage")
    problem: DomainError | None = None
    secret, phone, password = "", None, ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "phone":
                phone = _agent(request)
                password = new_phone_password(phone, by=request.person)
            else:
                secret = _act(request)
            if not secret and not password:
                messages.success(request, _("Đã lưu."))
                return redirect("hotline:setup")
        except NotFound:
            raise
        except DomainError as error:
            problem = error
    lines = list(lines_for(request.person, "hotline.manage"))
    context = {
        "lines": [(line, list(line.agents.filter(active=True).select_related("person").order_by("extension"))) for line in lines],
        "people": _people(request),
        "agencies": grants(request.person).agencies_for("hotline.manage").filter(active=True).order_by("path")[:40],
        "adapters": Line.Adapter.choices,
        "problem": problem,
        "entered": request.POST if problem and request.POST.get("act") == "line" else {},
        "edited": request.POST if problem and request.POST.get("act") == "edit" else {},
        "secret": f"{settings.PUBLIC_URL}{reverse('hotline:event', args=[secret])}" if secret else "",
        "phone": phone,
        "password": password,
        "realm": REALM,
    }
    return render(request, "hotline/setup.html", context, status=problem.status if problem else 200)


def _people(request: PersonRequest) -> list[Person]:
    """Who holds a post with a role of the line."""
    held = tenures_on(localdate()).filter(post__roles__overlap=list(AGENT_ROLES)).select_related("person")
    return sorted({tenure.person for tenure in held}, key=lambda person: person.sort_key)


def _act(request: PersonRequest) -> str:
    """Returns a secret where one was made."""
    act, given = request.POST.get("act", ""), request.POST
    if act == "edit":
        return _set(request, line := _line(request), line.agency)
    if act == "line":
        agency = Agency.objects.filter(pk=whole_number(given.get("agency")) or 0).first()
        if agency is None:
            raise NotFound(_("Không có cơ quan này."))
        return _set(request, None, agency)
    if act == "secret":
        return new_secret(_line(request), by=request.person)
    if act == "agent":
        person = next((one for one in _people(request) if str(one.pk) == given.get("person")), None)
        if person is None:
            raise NotFound(_("Người này chưa giữ vị trí nào của tổng đài."))
        add_agent(_line(request), person, given.get("extension", ""), by=request.person)
        return ""
    if act == "remove":
        remove_agent(_agent(request), by=request.person)
        return ""
    raise NotFound(_("Không có việc này."))


def _set(request: PersonRequest, line: Line | None, agency: Agency) -> str:
    given = request.POST
    return set_line(
        agency,
        given.get("number", ""),
        by=request.person,
        title=given.get("title", ""),
        adapter=given.get("adapter", ""),
        prompt=given.get("prompt", ""),
        recording_days=whole_number(given.get("recording_days")) or 0,
        conversation_days=whole_number(given.get("conversation_days")) or 0,
        sample_percent=_percent(given.get("sample_percent")),
        survey_percent=_percent(given.get("survey_percent")),
        line=line,
    )[1]


def _agent(request: PersonRequest) -> Agent:
    found = Agent.objects.select_related("line__agency", "person").filter(active=True)
    agent = found.filter(pk=whole_number(request.POST.get("agent")) or 0).first()
    if agent is None:
        raise NotFound(_("Không có người này ở tổng đài."))
    return agent


def _percent(text: str | None) -> int:
    found = whole_number(text)
    return -1 if found is None else found


def _line(request: PersonRequest) -> Line:
    line = lines_for(request.person, "hotline.manage").filter(pk=whole_number(request.POST.get("line")) or 0).first()
    if line is None:
        raise NotFound(_("Không có đường dây này."))
    return line
