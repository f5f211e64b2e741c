"""How many complaints a process carries through their life: sent, given to somebody, answered, approved, found again."""

from itertools import count
from random import Random
from secrets import token_hex
from time import perf_counter, process_time

from django.contrib.gis.geos import Point
from django.utils.timezone import localdate, now

from bench.fill import busy_agencies
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.cases.models import Step
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.queries import cases_visible_to, search_cases
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.sending import send_report
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.family import APPROVER, HANDLER, REPORTS
from tinhso.services.reports.models import Report

_FIELD, _KIND = "PA-ANTT", "pothole"
_WARM_UP = 20


def lived(seconds: float) -> str:
    """Carry complaints through their life for so long, one after the other, and say what it took. Needs the filled database."""
    if not Report.objects.exists():
        install_fields()
    agencies = [agency for agency in busy_agencies() if agency.unit and agency.unit.centre]
    staff = {agency.pk: (_somebody(agency, HANDLER), _somebody(agency, APPROVER)) for agency in agencies}
    random, keys = Random(82), (f"bench-{token_hex(4)}-{number}" for number in count())
    for _number in range(_WARM_UP):
        _life(random.choice(agencies), staff, random, next(keys))
    done, work, began = 0, process_time(), perf_counter()
    while perf_counter() - began < seconds:
        _life(random.choice(agencies), staff, random, next(keys))
        done += 1
    took, work = perf_counter() - began, process_time() - work
    return (
        f"Life of a complaint (send, assign, answer, approve, find): {done / took:.0f}/s in one process, "
        f"{work / done * 1000:.1f} ms of processor time each, {Report.objects.count():,} complaints"
    )


def _life(near: Agency, staff: dict[int, tuple[Person, Person]], random: Random, key: str) -> None:
    centre: Point = near.unit.centre  # type: ignore[assignment]
    place = Place((centre.x + random.uniform(-0.004, 0.004), centre.y + random.uniform(-0.004, 0.004)), "Trước chợ", 12)
    phone = f"09{random.randrange(10**8):08}"
    case = send_report(_FIELD, {"kind": _KIND}, place=place, text="Ổ gà sâu trước cổng chợ.", phone=phone, key=key, at=now())
    if case.agency_id not in staff:
        staff[case.agency_id] = (_somebody(case.agency, HANDLER), _somebody(case.agency, APPROVER))
    handler, approver = staff[case.agency_id]
    assign_step(Step.objects.select_related("case").get(case=case, done_at=None), to=handler, by=handler)
    report = Report.objects.select_related("case__agency").get(pk=case.pk)
    write_answer(report, by=handler, text="Đã vá mặt đường.")
    approve_answer(report, by=approver)
    found = search_cases(cases_visible_to(approver, REPORTS), case.code).first()
    assert found == case


def _somebody(agency: Agency, role: str) -> Person:
    if held := holders(agency, role, localdate()).first():
        return held
    person = register_person(f"Người thử {role} {agency.pk}", by=None)
    post = create_post(agency, f"Việc thử {role}", roles=[role], by=None)
    appoint(person, post, valid_from=localdate().replace(month=1, day=1), by=None)
    return person
