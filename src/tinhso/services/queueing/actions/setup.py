"""What the head of an office sets up: kinds of service, counters, devices."""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.queueing.models import Counter, Device, Line, Sitting
from tinhso.services.queueing.queries import token_digest

_MOST_COUNTERS, _LONGEST_SERVICE = 99, 240


@action
def set_line(
    agency: Agency,
    letter: str,
    *,
    title: str,
    purpose: str = Line.Purpose.APPLY,
    fields: Collection[str] = (),
    minutes: int = 10,
    active: bool = True,
    by: Person | None,
) -> Line:
    """Add the kind of service with this letter, or change it.

    Args:
        fields: codes of the fields of procedures that are served here.
        minutes: how long a service usually lasts.

    Raises:
        Invalid: letter, title, purpose or minutes cannot be.
    """
    require(by, "queueing.manage", at=agency)
    letter, title = letter.strip().upper(), " ".join(title.split())
    problems: dict[str, object] = {}
    if not (len(letter) == 1 and "A" <= letter <= "Z"):
        problems["letter"] = _("Chữ của loại dịch vụ là một chữ từ A đến Z.")
    if not title or len(title) > 100:
        problems["title"] = _("Hãy nhập tên loại dịch vụ, không quá 100 chữ.")
    if not 1 <= minutes <= _LONGEST_SERVICE:
        problems["minutes"] = _("Thời gian phục vụ từ 1 đến 240 phút.")
    if purpose not in Line.Purpose.values:
        problems["purpose"] = _("Hãy chọn mục đích của loại dịch vụ.")
    if problems:
        raise Invalid(" ".join(map(str, problems.values())), fields=problems)
    values = {"title": title, "purpose": purpose, "fields": sorted(set(fields)), "minutes": minutes, "active": active}
    line, _made = Line.objects.update_or_create(agency=agency, letter=letter, defaults=values)
    record("queueing.line_set", by=by, on=line, agency=agency, letter=letter, active=active)
    return line


@action
def set_counters(agency: Agency, count: int, *, by: Person | None) -> list[Counter]:
    """Let the office have the counters 1 to `count`. Those beyond are kept for the figures and no longer offered.

    Raises:
        Invalid: `count` cannot be.
        WrongState: somebody sits at a counter that would go.
    """
    require(by, "queueing.manage", at=agency)
    if not 1 <= count <= _MOST_COUNTERS:
        raise Invalid(_("Số quầy từ 1 đến 99."), fields={"count": _("Số quầy từ 1 đến 99.")})
    if Sitting.objects.filter(counter__agency=agency, counter__number__gt=count, closed_at=None).exists():
        raise WrongState(_("Một quầy sắp bỏ đang mở. Hãy đóng quầy đó trước."))
    counters = [Counter.objects.get_or_create(agency=agency, number=number)[0] for number in range(1, count + 1)]
    Counter.objects.filter(agency=agency, number__gt=count).update(active=False)
    Counter.objects.filter(agency=agency, number__lte=count).update(active=True)
    record("queueing.counters_set", by=by, on=agency, agency=agency, count=count)
    return counters


@action
def add_device(agency: Agency, kind: str, name: str, *, by: Person | None, token: str = "") -> tuple[Device, str]:
    """Make the secret address of a kiosk or a screen. The token is given back this once; only its digest is kept.

    Args:
        token: only for sample data.

    Raises:
        Invalid: there is no such kind, or the name is missing.
    """
    require(by, "queueing.manage", at=agency)
    name = " ".join(name.split())[:100]
    if kind not in Device.Kind.values or not name:
        raise Invalid(_("Hãy chọn loại thiết bị và đặt tên, ví dụ “Máy lấy số ở cửa chính”."))
    token = token or secrets.token_urlsafe(24)
    device = Device.objects.create(agency=agency, kind=kind, name=name, token_digest=token_digest(token), made_by=by)
    record("queueing.device_added", by=by, on=device, agency=agency, kind=kind)
    return device, token


@action
def revoke_device(device: Device, *, by: Person, at: datetime | None = None) -> None:
    """Let the address of a device open nothing any more."""
    require(by, "queueing.manage", at=device.agency)
    if device.revoked_at is None:
        Device.objects.filter(pk=device.pk).update(revoked_at=at or now())
        record("queueing.device_revoked", by=by, on=device, agency=device.agency)


@action
def note_device_seen(device: Device, *, at: datetime) -> None:
    """Keep when a device last asked, so that the head of the office sees one that has fallen out."""
    Device.objects.filter(pk=device.pk).update(seen_at=at)
