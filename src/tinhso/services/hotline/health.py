"""What `tinhso check` and the status page say of the telephone and of the desk's mailbox."""

from datetime import timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.services.hotline.conversation_tables import Letter, Mailbox
from tinhso.services.hotline.mail.boxes import mailbox
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.sip import answers, voice_answers

_QUIET = timedelta(days=3)
_REMEMBERED = timedelta(days=14)


def check_lines() -> list[Check]:
    """One for each line in use: which adapter it is joined by, whether the exchange answers, when it was last heard."""
    lines = list(Line.objects.filter(active=True).order_by("number"))
    if not lines:
        advice = _("Lập đường dây ở /tong-dai/thiet-lap/ rồi trỏ tổng đài vào địa chỉ bí mật được cấp.")
        return [Check("telephony", "not configured", advice=advice)]
    return [_check(line) for line in lines]


def _check(line: Line) -> Check:
    part = f"telephony {line.number}"
    if line.adapter == Line.Adapter.DEMO:
        return Check(part, "ok: demo", _("cuộc gọi mẫu; chưa nối tổng đài nào"))
    if line.adapter == Line.Adapter.SIP:
        return _check_sip(part, line)
    if line.seen_at is None or line.seen_at < now() - _QUIET:
        detail = _("nối qua CTI; chưa nghe thấy sự kiện nào") if line.seen_at is None else _("nối qua CTI; im lặng hơn ba ngày")
        return Check(part, "not configured", detail, advice=_("Kiểm tra địa chỉ bí mật đã đặt trong tổng đài."))
    return Check(part, "ok", _("nối qua CTI"))


def _check_sip(part: str, line: Line) -> Check:
    if not line.exchange:
        advice = _("Chạy tinhso hotline exchange {number} rồi khởi động Kamailio.").format(number=line.number)
        return Check(part, "not configured", _("tổng đài SIP chưa được thiết lập"), advice=advice)
    if not answers(line.exchange):
        advice = _("Khởi động lại Kamailio; xem nhật ký của dịch vụ tinhso-sip.")
        return Check(part, "failed", _("Kamailio ở {place} không trả lời").format(place=line.exchange), advice=advice)
    if line.voice and not voice_answers(line.voice):
        advice = _("Khởi động lại rtpengine; xem nhật ký của dịch vụ tinhso-voice. Máy trên trình duyệt chưa nghe gọi được.")
        return Check(part, "failed", _("rtpengine ở {place} không trả lời").format(place=line.voice), advice=advice)
    place = f"{line.exchange}, rtpengine {line.voice}" if line.voice else line.exchange
    return Check(part, "ok", _("Kamailio ở {place} trả lời").format(place=place))


def check_mailbox() -> list[Check]:
    """Which mailbox the desk reads, whether it can be, and whether letters lie there that nobody has read."""
    if not Line.objects.filter(active=True).exists():
        return []
    try:
        found = [mailbox().check()]
    except ValueError:  # its words may hold the address with the password
        return [Check("mailbox", "failed", "TINHSO_MAILBOX_URL", _("viết như imaps://user:password@host:993/INBOX"))]
    if state := Mailbox.objects.exclude(error="").first():
        advice = _("Lần đọc gần nhất không được; xem nhật ký của worker.")
        found.append(Check("mailbox reading", "failed", state.error, advice))
    unread = [Letter.Outcome.UNREADABLE, Letter.Outcome.TOO_MANY]
    trouble = Letter.objects.filter(received_at__gte=now() - _REMEMBERED, outcome__in=unread)
    if places := list(trouble.order_by("-received_at").values_list("uid", flat=True)[:5]):
        advice = _("Mở các thư này trong hộp thư để đọc; hệ thống không đọc lại.")
        found.append(Check("mailbox letters", "failed", ", ".join(places), advice))
    return found
