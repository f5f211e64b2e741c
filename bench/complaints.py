"""How many complaints are carried through their life: sent, given to somebody, answered, approved, found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from random import Random
from secrets import token_hex
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from django.contrib.gis.geos import Point
from django.db import connections
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

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

_WARM_UP = 20
_ready: "Barrier"
# read as the doors read: by statements made once
_WAITING = FixedQuery(lambda: Step.objects.select_related("case").filter(case=Param("case"), done_at=None))
_REPORT = FixedQuery(lambda: Report.objects.select_related("case__agency").filter(case=Param("case")))


def lived(seconds: float, *, at_once: Sequence[int]) -> str:
    """Carry complaints through their life for so long, in so many processes at once, and say what it took.

    Needs the filled database.
    """
    Lives(Random(82))  # what all of them need is made by one
    said = []
    for processes in at_once:
        connections.close_all()
        fork = get_context("fork")
        ready = fork.Barrier(processes)
        with fork.Pool(processes, _get_ready, (ready,)) as pool:
            spans = pool.starmap(_carry, [(seed, seconds) for seed in range(processes)], chunksize=1)
        rate = sum(span.done / span.took for span in spans)
        each = sum(span.work for span in spans) / sum(span.done for span in spans)
        said.append(f"{rate:.0f}/s in {processes} at once, {each * 1000:.1f} ms of processor time each")
    return f"Life of a complaint (send, assign, answer, approve, find): {'; '.join(said)}; {Report.objects.count():,} complaints"


@dataclass(frozen=True)
class _Span:
    """What one process carried in so many seconds, and of these on a processor."""

    done: int
    took: float
    work: float


def _get_ready(ready: "Barrier") -> None:
    global _ready  # noqa: PLW0603 - how a pool's processes are handed what they share
    _ready = ready


def _carry(seed: int, seconds: float) -> _Span:
    lives, keys = Lives(Random(seed)), (f"bench-{token_hex(4)}-{number}" for number in count())
    for _number in range(_WARM_UP):
        lives.live(next(keys))
    _ready.wait()
    done, work, began = 0, process_time(), perf_counter()
    while perf_counter() - began < seconds:
        lives.live(next(keys))
        done += 1
    return _Span(done, perf_counter() - began, process_time() - work)


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
