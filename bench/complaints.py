"""How many complaints a process carries through their life: sent, given to somebody, answered, approved, found again."""

from itertools import count
from random import Random
from secrets import token_hex
from time import perf_counter, process_time

from django.contrib.gis.geos import Point
from django.utils.timezone import localdate, now

from bench.fill import busy_agencies
from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.routing import Rule, routing_in_force
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.kernel.correlation import start_correlation
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.sending import send_report
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.family import APPROVER, DESK, HANDLER, REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import fields_open
from tinhso.services.reports.queue import queue_page

_WARM_UP = 20
# read as the doors read: by statements made once
_WAITING = FixedQuery(lambda: Step.objects.select_related("case").filter(case=Param("case"), done_at=None))
_REPORT = FixedQuery(lambda: Report.objects.select_related("case__agency").filter(case=Param("case")))


def lived(seconds: float) -> str:
    """Carry complaints through their life for so long, one after the other, and say what it took. Needs the filled database."""
    lives, keys = Lives(Random(82)), (f"bench-{token_hex(4)}-{number}" for number in count())
    for _number in range(_WARM_UP):
        lives.live(next(keys))
    done, work, began = 0, process_time(), perf_counter()
    while perf_counter() - began < seconds:
        lives.live(next(keys))
        done += 1
    took, work = perf_counter() - began, process_time() - work
    return (
        f"Life of a complaint (send, assign, answer, approve, find): {done / took:.0f}/s in one process, "
        f"{work / done * 1000:.1f} ms of processor time each, {Report.objects.count():,} complaints"
    )


class Lives:
    """Complaints near the busiest agencies, in all fields. Every deed is a piece of work of its own, as every request is."""

    def __init__(self, random: Random) -> None:
        if not fields_open(now()):
            install_fields()
        self._random = random
        self.near = [agency for agency in busy_agencies() if agency.unit and agency.unit.centre]
        self._province = Agency.objects.get(parent=None)
        self.manager = _somebody(self._province, "manager")
        self._rules()
        self._staff: dict[int, tuple[Person, Person]] = {}
        self._matters = [(field.code, field.kinds[0].code) for field in fields_open(now())]

    def _rules(self) -> None:
        at = now()
        if routing_in_force(REPORTS, at) is None:
            desk = _somebody(self._province, DESK)
            draft = draft_routing(REPORTS, [Rule("true", "place")], fallback=self._province, by=desk, at=at)
            approve_routing(draft, REPORTS, by=self.manager, at=at)

    def staff_of(self, agency: Agency) -> tuple[Person, Person]:
        """Who handles reports there, and who approves answers."""
        if agency.pk not in self._staff:
            self._staff[agency.pk] = (_somebody(agency, HANDLER), _somebody(agency, APPROVER))
        return self._staff[agency.pk]

    def send(self, key: str) -> Case:
        start_correlation()
        random, near = self._random, self._random.choice(self.near)
        centre: Point = near.unit.centre  # type: ignore[assignment]
        where = (centre.x + random.uniform(-0.004, 0.004), centre.y + random.uniform(-0.004, 0.004))
        (field, kind), phone = random.choice(self._matters), f"09{random.randrange(10**8):08}"
        place, text = Place(where, "Trước chợ", 12), "Ổ gà sâu trước cổng chợ."
        return send_report(field, {"kind": kind}, place=place, text=text, phone=phone, key=key, at=now())

    def live(self, key: str) -> Case:
        case = self.send(key)
        handler, approver = self.staff_of(case.agency)
        start_correlation()
        assign_step(_WAITING.rows(case=case.pk)[0], to=handler, by=handler)
        start_correlation()
        report = _REPORT.rows(case=case.pk)[0]
        write_answer(report, by=handler, text="Đã vá mặt đường.")
        start_correlation()
        approve_answer(report, by=approver)
        start_correlation()
        [found] = queue_page(approver, at=now(), text=case.code).rows
        assert found.pk == case.pk
        return case


def _somebody(agency: Agency, role: str) -> Person:
    if held := holders(agency, role, localdate()).first():
        return held
    person = register_person(f"Người thử {role} {agency.pk}", by=None)
    post = create_post(agency, f"Việc thử {role}", roles=[role], by=None)
    appoint(person, post, valid_from=localdate().replace(month=1, day=1), by=None)
    return person
