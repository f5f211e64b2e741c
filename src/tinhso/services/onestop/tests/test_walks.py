"""The procedures of several agencies, each walked from reception to the returned, signed result."""

import json
from datetime import date, datetime, timedelta

import pytest

from tinhso.blocks.cases.actions.events import record_message
from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.sweeping import sweep
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, CaseInvoice, Status, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import case_for_staff, procedure_in_force
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.cases.results import preview_result
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, _staff
from tinhso.blocks.cases.waiting import waiting_for
from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, Unit
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.payments.actions import pay_cash
from tinhso.kernel.time import VIETNAM, local
from tinhso.services.onestop.catalogue import SHIPPED, install_folder
from tinhso.services.onestop.sample_applications import COMMUNE
from tinhso.services.onestop.sample_between import ANSWERS

BEFORE = datetime(2025, 3, 3, 9, 0, tzinfo=VIETNAM)


@pytest.fixture
def province(town: Town) -> Town:
    """The commune with its sections, the departments, the land registry, the tax office; everybody at their desk."""
    _staff(town.agency, "Văn thư", ["clerk"], "Mai Văn Thư")
    _office("Phòng Kinh tế, Hạ tầng và Đô thị phường Đạo Thạnh", "Phòng Kinh tế, Hạ tầng và Đô thị", town.agency, "H20.70.03")
    _office("Phòng Văn hóa – Xã hội phường Đạo Thạnh", "Phòng Văn hóa – Xã hội", town.agency, "H20.70.02")
    _office("Sở Xây dựng tỉnh Đồng Tháp", "Sở Xây dựng", town.province, "H20.07")
    land = _office("Sở Nông nghiệp và Môi trường tỉnh Đồng Tháp", "Sở Nông nghiệp và Môi trường", town.province, "H20.06")
    _office("Văn phòng Đăng ký đất đai tỉnh Đồng Tháp", "Văn phòng Đăng ký đất đai", land, "H20.06.01")
    _office("Thuế tỉnh Đồng Tháp", "Thuế tỉnh", town.province, "H20.T1")
    return town


def _office(name: str, short_name: str, parent: Agency, code: str) -> Agency:
    agency = create_agency(
        name=name, short_name=short_name, code=code, kind=AgencyKind.DEPARTMENT, unit=parent.unit, parent=parent, by=None
    )
    _staff(agency, "Chuyên viên", ["specialist"], f"Chuyên viên {code}")
    _staff(agency, "Thủ trưởng", ["signer"], f"Thủ trưởng {code}", "THỦ TRƯỞNG")
    return agency


def _received(town: Town, code: str, at: datetime, folder: str = "", **changes: dict[str, object]) -> Case:
    install_folder(SHIPPED / (folder or code))
    answers = json.loads(json.dumps(ANSWERS[code]).replace(COMMUNE, town.agency.unit.code))
    for section, values in changes.items():
        answers[section] |= values
    version = procedure_in_force(code, at)
    case = submit_case(
        version,
        answers,
        agency=town.agency,
        applicant=Applicant(name="Đặng Thị Ánh", person=town.citizen),
        by=town.citizen,
        parts={part.code: HandedIn(on_paper=True) for part in required_parts(version, answers)},
        at=at,
    )
    if fee := CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first():
        pay_cash(fee.invoice, by=town.clerk)
    return accept_case(case, by=town.clerk, at=at)


def _doer(step: Step, at: datetime) -> Person:
    found = holders(step.agency, step.role, local(at).date()).first()
    assert found, f"{step.name}: nobody is {step.role} at {step.agency}"
    return found


def _walk(case: Case, town: Town, at: datetime, *, until: str = "") -> list[tuple[str, str]]:
    """Do what waits, everything with its first outcome, at its own agency. Returns who did what."""
    done: list[tuple[str, str]] = []
    while step := case.steps.select_related("case", "agency").filter(done_at=None, cancelled=False).order_by("pk").first():
        if step.node == until:
            break
        by = _doer(step, at)
        assert case_for_staff(case.code, by) == case
        if step.does == "sign":
            assert preview_result(case, by=by, at=at).startswith(b"%PDF")
            sign_result(step, by=by, at=at)
        elif step.does == "return":
            return_result(step, by=by, at=at)
        else:
            offered = outcomes_of(step.case, step)
            complete_step(step, by=by, outcome=offered[0].code if offered else "", at=at)
        done.append((step.node, step.agency.short_name))
        case.refresh_from_db()
    return done


def _message(case: Case, town: Town, at: datetime) -> None:
    [thing] = [thing for thing in waiting_for([case])[case.pk] if thing.kind == "message"]
    record_message(thing.row, by=town.specialist, number="125/TB", dated=local(at).date(), at=at)  # type: ignore[arg-type]
    case.refresh_from_db()


def test_a_household_business_gets_its_number_from_the_tax_office_and_its_certificate_from_the_section(province: Town) -> None:
    case = _received(province, "1.001612", MONDAY)
    section = "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert _walk(case, province, MONDAY) == [("review", section)]
    _message(case, province, MONDAY)
    assert _walk(case, province, MONDAY) == [("draft", section), ("sign", section), ("give", "UBND Đạo Thạnh")]
    assert case.status == Status.RETURNED
    assert case.papers.get(is_result=True).paper.issued_by_agency.short_name == section


def test_a_building_permit_in_a_protected_street_is_seen_by_the_department_of_construction(province: Town) -> None:
    case = _received(province, "1.009994", MONDAY)
    assert ("opinion", "Sở Xây dựng") in _walk(case, province, MONDAY)
    assert case.status == Status.RETURNED


def test_a_department_that_is_silent_for_twelve_days_has_agreed(province: Town) -> None:
    case = _received(province, "1.009994", MONDAY)
    for node in ("review", "site"):
        step = case.steps.select_related("case", "agency").get(node=node)
        complete_step(step, by=province.specialist, at=MONDAY)
    sweep(MONDAY + timedelta(days=12, hours=1))
    assert case.steps.get(node="opinion").cancelled
    later = MONDAY + timedelta(days=14)
    assert [node for node, _where in _walk(case, province, later)] == ["draft", "sign", "stamp", "give"]


def test_a_house_elsewhere_asks_nobody(province: Town) -> None:
    case = _received(province, "1.009994", MONDAY, house={"special_area": False, "special_reason": ""})
    assert "opinion" not in dict(_walk(case, province, MONDAY))
    assert case.status == Status.RETURNED


def test_a_change_of_land_use_goes_through_three_agencies_and_stands_still_while_the_tax_is_paid(province: Town) -> None:
    case = _received(province, "1.013949", MONDAY)
    due = case.due_at
    done = _walk(case, province, MONDAY)
    assert done[-1] == ("assess", "Thuế tỉnh")
    assert ("extract", "Văn phòng Đăng ký đất đai") in done
    assert case.status == Status.FINANCIAL_DUTY
    assert case.due_at is None
    assert case.pauses.get().reason == "fee"
    paid = MONDAY + timedelta(days=7)
    _message(case, province, paid)
    assert case.status == Status.IN_PROGRESS
    assert due
    assert case.due_at
    assert case.due_at > due
    assert _walk(case, province, paid) == [
        ("register", "Văn phòng Đăng ký đất đai"), ("sign", "Văn phòng Đăng ký đất đai"), ("give", "UBND Đạo Thạnh"),
    ]  # fmt: skip
    assert case.status == Status.RETURNED
    assert case.papers.get(is_result=True).paper.issued_by_agency.short_name == "Văn phòng Đăng ký đất đai"


def test_the_elderly_s_allowance_is_decided_by_the_commune_today(province: Town) -> None:
    install_folder(SHIPPED / "1.001776@2021.1")
    case = _received(province, "1.001776", MONDAY, "1.001776@2025.1")
    assert case.version.version == "2025.1"
    assert ("sign", "UBND Đạo Thạnh") in _walk(case, province, MONDAY)
    assert case.status == Status.RETURNED


def test_until_june_2025_the_district_decided_and_a_case_received_then_keeps_to_it(province: Town) -> None:
    Unit.objects.update(known_from=date(2021, 7, 1))
    district = create_agency(
        name="UBND huyện Châu Thành", short_name="UBND huyện", code="H20.90", kind=AgencyKind.COMMITTEE,
        unit=province.agency.unit, parent=province.province, by=None,
    )  # fmt: skip
    _staff(district, "Chuyên viên", ["specialist"], "Chuyên viên huyện")
    _staff(district, "Chủ tịch", ["signer"], "Chủ tịch huyện", "CHỦ TỊCH")
    Agency.objects.filter(pk=province.agency.pk).update(parent=district)
    install_folder(SHIPPED / "1.001776@2025.1")
    case = _received(province, "1.001776", BEFORE, "1.001776@2021.1")
    assert case.version.version == "2021.1"
    done = _walk(case, province, BEFORE)
    assert ("appraise", "UBND huyện") in done
    assert ("sign", "UBND huyện") in done
    assert done[-1] == ("give", "UBND Đạo Thạnh")
    assert date(2025, 6, 30) == case.version.valid_to
