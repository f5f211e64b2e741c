"""For everybody: ask to be called back by the 1022 line."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.kernel.errors import DomainError
from tinhso.services.hotline.actions.callbacks import ask_on_web
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.models import Line

_WINDOW = timedelta(hours=1)
_FROM_ONE_ADDRESS, _FOR_ONE_PHONE = 10, 3  # an hour


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Name, number, what about; told by when somebody calls."""
    line = Line.objects.select_related("agency").filter(active=True).order_by("number").first()
    problem: DomainError | None = None
    made: Callback | None = None
    taken = False
    if request.method == "POST" and line:
        given = {name: request.POST.get(name, "")[:1000] for name in ("phone", "name", "text")}
        try:
            spend_try("hotline.web", client_address(request), limit=_FROM_ONE_ADDRESS, window=_WINDOW, at=now())
            if phone := normal_phone(given["phone"]):
                spend_try("hotline.web_phone", phone, limit=_FOR_ONE_PHONE, window=_WINDOW, at=now())
            made = ask_on_web(line, given["phone"], name=given["name"], text=given["text"])
            taken = True
        except DomainError as error:
            problem = error
    context = {"line": line, "problem": problem, "made": made, "taken": taken, "entered": request.POST}
    return render(request, "hotline/ask.html", context, status=problem.status if problem else 200)
