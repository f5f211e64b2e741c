"""The call screen: a television on the wall. It shows numbers and counters, and says them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from tinhso.kernel.errors import NotFound
from tinhso.kernel.speech import spoken
from tinhso.services.queueing.models import Device, Turn
from tinhso.services.queueing.queries import board
from tinhso.services.queueing.views.devices import device_at
from tinhso.services.queueing.voice import words_of


@never_cache
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The whole screen."""
    device = device_at(token, Device.Kind.SCREEN)
    return render(request, "queueing/screen.html", {"token": token, **_shown(device)})


@never_cache
@require_safe
def board_part(request: HttpRequest, token: str) -> HttpResponse:
    """What changes on it; asked for every few seconds."""
    device = device_at(token, Device.Kind.SCREEN)
    return render(request, "queueing/board.html", {"token": token, **_shown(device)})


def _shown(device: Device) -> dict[str, object]:
    at = now()
    found = board(device.agency, at)
    calls = [(turn, words_of(turn), int((at - turn.last_called_at).total_seconds())) for turn in found.calls]
    return {"device": device, "calls": calls, "waiting": found.waiting, "more": found.more, "now": at}


@require_safe
@cache_control(private=True, max_age=3600)
def voice(request: HttpRequest, token: str, turn: int) -> HttpResponse:
    """A call, spoken."""
    device = device_at(token, Device.Kind.SCREEN)
    found = Turn.objects.select_related("ticket__line", "counter").filter(agency=device.agency, pk=turn).first()
    sound = spoken(words_of(found)) if found else None
    if sound is None:
        raise NotFound(_("Không có tiếng nói cho lượt gọi này."))
    return HttpResponse(sound, content_type="audio/wav")
