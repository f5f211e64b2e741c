"""Lines and the secret addresses of their exchanges."""

import re
import secrets
from hashlib import sha256

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.routing import Rule, routing_in_force
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.hotline.actions.alone import one_at_a_time
from tinhso.services.hotline.actions.conversations import AGAIN
from tinhso.services.hotline.catalogue import install_tickets
from tinhso.services.hotline.family import TICKETS
from tinhso.services.hotline.models import Line

FEWEST_DAYS = AGAIN.days + 1
"""As long as somebody may write again, what they wrote is there."""


@action
def set_line(
    agency: Agency,
    number: str,
    *,
    by: Person | None,
    title: str,
    adapter: str = Line.Adapter.CTI,
    prompt: str = "",
    recording_days: int = 90,
    conversation_days: int = 365,
    sample_percent: int = 5,
    survey_percent: int = 100,
    token: str = "",
    line: Line | None = None,
) -> tuple[Line, str]:
    """Open a line, or change `line`. The secret of a new one, or of one that leaves the demonstration, is given back this once;
    only its digest is kept.

    Args:
        token: only for sample data.

    Raises:
        Invalid: the number, the title, the adapter or the days cannot be, or another line has the number.
    """
    require(by, "hotline.manage", at=agency)
    number, title = "".join(number.split()), " ".join(title.split())[:100]
    wrong: dict[str, object] = {}
    if not re.fullmatch(r"\+?[0-9]{3,15}", number):
        wrong["number"] = _("Số tổng đài gồm 3 đến 15 chữ số.")
    if not title:
        wrong["title"] = _("Hãy đặt tên cho đường dây.")
    if not 1 <= recording_days <= 3650:
        wrong["recording_days"] = _("Thời hạn lưu ghi âm từ 1 đến 3650 ngày.")
    if not FEWEST_DAYS <= conversation_days <= 3650:
        wrong["conversation_days"] = _("Thời hạn lưu thư, trò chuyện từ %(fewest)s đến 3650 ngày.") % {"fewest": FEWEST_DAYS}
    for name, percent in (("sample_percent", sample_percent), ("survey_percent", survey_percent)):
        if not 0 <= percent <= 100:
            wrong[name] = _("Tỷ lệ từ 0 đến 100.")
    if adapter not in Line.Adapter.values:
        wrong["adapter"] = _("Không có cách nối này.")
    if wrong:
        raise Invalid(_("Thông tin đường dây chưa đúng."), fields=wrong)
    values = {
        "title": title,
        "adapter": adapter,
        "prompt": prompt.strip()[:500],
        "recording_days": recording_days,
        "conversation_days": conversation_days,
        "sample_percent": sample_percent,
        "survey_percent": survey_percent,
    }
    one_at_a_time("lines")
    if Line.objects.filter(number=number).exclude(pk=line.pk if line else 0).exists():
        problem = _("Số này đã có đường dây; hãy sửa ở mục của đường dây ấy.")
        raise Invalid(problem, fields={"number": problem})
    if line:
        require(by, "hotline.manage", at=line.agency)
        line = Line.objects.select_for_update(of=("self",)).select_related("agency").get(pk=line.pk)
        joined = line.adapter == Line.Adapter.DEMO and adapter != line.adapter
        Line.objects.filter(pk=line.pk).update(number=number, **values)
        record("hotline.line_set", by=by, on=line, agency=line.agency, adapter=adapter)
        return Line.objects.select_related("agency").get(pk=line.pk), new_secret(line, by=by) if joined else ""
    token = token or secrets.token_urlsafe(24)
    line = Line.objects.create(agency=agency, number=number, token_digest=digest_of(token), **values)
    record("hotline.line_set", by=by, on=line, agency=agency, adapter=adapter)
    _open_tickets(agency)
    return line, token


def _open_tickets(agency: Agency) -> None:
    """With the first line come its procedures, and the rule that a request goes to the people's committee of the place; what no
    place is known of comes to the line's agency."""
    install_tickets()
    if routing_in_force(TICKETS, now()) is None:
        to_the_place = [Rule("place.commune != null", "place")]
        approve_routing(draft_routing(TICKETS, to_the_place, fallback=agency, by=None), TICKETS, by=None)


@action
def new_secret(line: Line, *, by: Person | None) -> str:
    """A new secret address; the old one opens nothing any more."""
    require(by, "hotline.manage", at=line.agency)
    token = secrets.token_urlsafe(24)
    Line.objects.filter(pk=line.pk).update(token_digest=digest_of(token))
    record("hotline.secret_renewed", by=by, on=line, agency=line.agency)
    return token


@action
def join_exchange(line: Line, listen: str, *, by: Person | None, voice: str = "", browser_url: str = "") -> str:
    """The line is joined by the SIP exchange that comes with the product. Returns the new secret.

    Args:
        listen: host:port at which it takes calls.
        voice: host:port at which its rtpengine takes orders; empty: voice goes from telephone to telephone.
        browser_url: the WebSocket at which browsers are telephones; empty: they are none.
    """
    require(by, "hotline.manage", at=line.agency)
    joined = {"exchange": listen, "voice": voice, "browser_url": browser_url}
    Line.objects.filter(pk=line.pk).update(adapter=Line.Adapter.SIP, **joined)
    record("hotline.exchange_joined", by=by, on=line, agency=line.agency)
    return new_secret(line, by=by)


def digest_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
