"""A sample queue at the sample commune: kinds of service, counters, two devices with known addresses, a morning's tickets."""

from collections.abc import Callable
from datetime import time, timedelta

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.directory.queries import holders
from tinhso.services.queueing.actions.appointments import plan_slots
from tinhso.services.queueing.actions.counters import begin, call_next, close_counter, finish, open_counter
from tinhso.services.queueing.actions.setup import add_device, set_counters, set_line
from tinhso.services.queueing.actions.tickets import take_ticket
from tinhso.services.queueing.models import Device, Line, Priority

KIOSK, SCREEN = "kiosk-mau", "man-hinh-mau"  # secret addresses everybody knows: the sample only
_MORNING = (("A", ""), ("A", ""), ("B", Priority.ELDERLY), ("A", ""), ("C", ""), ("B", ""), ("A", Priority.PREGNANT), ("C", ""))


def load(report: Callable[[str], None]) -> None:
    """Set up the queue of the sample commune. Does nothing where it is there already."""
    report(_("Hàng chờ mẫu"))
    agency = demo_commune_agency()
    if Line.objects.filter(agency=agency).exists():
        return
    lines = {
        "A": set_line(agency, "A", title="Hộ tịch", fields=["HT"], minutes=12, by=None),
        "B": set_line(agency, "B", title="Chứng thực", fields=["CT"], minutes=6, by=None),
        "C": set_line(agency, "C", title="Nhận kết quả", purpose=Line.Purpose.COLLECT, minutes=4, by=None),
    }
    set_counters(agency, 3, by=None)
    for letter in ("A", "B"):
        plan_slots(lines[letter], weekdays=range(1, 6), start=time(7, 30), end=time(10, 30), minutes=30, capacity=2, by=None)
    add_device(agency, Device.Kind.KIOSK, "Máy lấy số ở cửa chính", by=None, token=KIOSK)
    add_device(agency, Device.Kind.SCREEN, "Ti vi phòng chờ", by=None, token=SCREEN)
    _play(agency, lines)


def _play(agency: Agency, lines: dict[str, Line]) -> None:
    """Eight people came; the clerk has served four of them."""
    clerk = next(iter(holders(agency, "reception", localdate())), None)
    if clerk is None:
        return
    start = now() - timedelta(minutes=70)
    for number, (letter, priority) in enumerate(_MORNING):
        take_ticket(lines[letter], by=None, priority=priority, at=start + timedelta(minutes=4 * number))
    counter = set_counters(agency, 3, by=None)[0]
    sitting = open_counter(counter, by=clerk, lines=list(lines.values()), at=start)
    for served in range(4):
        at = start + timedelta(minutes=10 + 12 * served)
        if turn := call_next(sitting, by=clerk, at=at):
            begin(turn, by=clerk, at=at + timedelta(minutes=1))
            finish(turn, by=clerk, at=at + timedelta(minutes=9))
    close_counter(sitting, by=clerk)
