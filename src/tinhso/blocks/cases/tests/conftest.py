"""A small commune with its staff, and a procedure of three steps."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.stopping import ask_withdrawal, grant_withdrawal
from tinhso.blocks.cases.clock import stand_of
from tinhso.blocks.cases.loading import ProcedureDefinition, load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion, Step
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, Post, Tenure, Unit, UnitKind, UnitLevel
from tinhso.kernel.actions import action
from tinhso.kernel.text import name_sort_key
from tinhso.kernel.time import VIETNAM

# Monday, in the middle of a week without holidays
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def steps_stand_as_their_cases(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did: what the database keeps at the open steps is what their cases say."""
    database = next((name for name in ("transactional_db", "db") if name in request.fixturenames), "")
    if database:
        request.getfixturevalue(database)
    yield
    if database:
        steps = Step.objects.filter(done_at=None, cancelled=False).select_related("case")
        assert [step for step in steps if step.stand != stand_of(step.case)] == []


@dataclass(frozen=True)
class Town:
    """The commune's committee and who works there."""

    agency: Agency
    province: Agency
    clerk: Person
    specialist: Person
    other_specialist: Person
    chairman: Person
    manager: Person
    citizen: Person
    stranger: Person


def _staff(agency: Agency, title: str, roles: list[str], name: str, signs: str = "") -> Person:
    post = create_post(agency, title, roles=roles, signs=signs, by=None)
    person = register_person(name, by=None)
    appoint(person, post, valid_from=date(2025, 1, 1), by=None)
    return person


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


@action  # one for all, so that those in it need no savepoints
def make_town() -> Town:
    """In a dozen statements, for most tests begin here: people and posts as rows, not by an action each."""
    above = Unit.objects.create(
        code="82",
        name="Tỉnh Đồng Tháp",
        short_name="Đồng Tháp",
        kind=UnitKind.PROVINCE,
        level=UnitLevel.PROVINCE,
        known_from=date(2025, 7, 1),
    )
    unit = Unit.objects.create(
        code="28249", name="Phường Đạo Thạnh", short_name="Đạo Thạnh", kind=UnitKind.WARD, level=UnitLevel.COMMUNE, parent=above,
        known_from=date(2025, 7, 1),
    )  # fmt: skip
    province = create_agency(
        name="UBND tỉnh Đồng Tháp", short_name="UBND tỉnh", code="H20", kind=AgencyKind.COMMITTEE, unit=above, by=None
    )
    agency = create_agency(
        name="UBND phường Đạo Thạnh",
        short_name="UBND Đạo Thạnh",
        code="H20.70",
        kind=AgencyKind.COMMITTEE,
        unit=unit,
        parent=province,
        by=None,
    )
    staff = [
        (_person("Lê Thị Mai"), Post(agency=agency, title="Cán bộ một cửa", roles=["reception"])),
        (_person("Trần Văn Bình"), Post(agency=agency, title="Công chức tư pháp 1", roles=["specialist"])),
        (_person("Phạm Thu Hà"), Post(agency=agency, title="Công chức tư pháp 2", roles=["specialist"])),
        (_person("Nguyễn Văn Chính"), Post(agency=agency, title="Chủ tịch", roles=["signer"], signs="CHỦ TỊCH")),
        (_person("Võ Minh Đức"), Post(agency=province, title="Lãnh đạo văn phòng", roles=["manager"])),
    ]
    public = [
        _person("Đặng Thị Ánh", identity_number="082190000123", email="anh@example.com"),
        _person("Huỳnh Văn Lạ"),
    ]
    officials = [person for person, _post in staff]
    Person.objects.bulk_create([*officials, *public])
    Post.objects.bulk_create([post for _person, post in staff])
    Tenure.objects.bulk_create([Tenure(person=person, post=post, valid_from=date(2025, 1, 1)) for person, post in staff])
    return Town(agency, province, *officials[:4], manager=officials[4], citizen=public[0], stranger=public[1])


def _person(name: str, **details: str) -> Person:
    return Person(full_name=name, sort_key=name_sort_key(name), **details)


@pytest.fixture
def version(town: Town, tmp_path: Path) -> ProcedureVersion:
    folder = write_folder(tmp_path / "9.000001")
    if not _read:
        _read.append(load_folder(folder))
    return install_procedure(deepcopy(_read[0]), by=None)


_read: list[ProcedureDefinition] = []
"""The folder as read by the first test; it is the same for all."""


@pytest.fixture
def submitted(town: Town, version: ProcedureVersion) -> Callable[..., Case]:
    """Hand in an application; keyword arguments change it."""

    def submit(at: datetime = MONDAY, **changes: object) -> Case:
        given = {
            "answers": {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
            "agency": town.agency,
            "applicant": Applicant(name="Đặng Thị Ánh", identity_number="082190000123", person=town.citizen),
            "by": town.citizen,
            "parts": {"don": HandedIn(on_paper=True)},
            **changes,
        }
        answers = given.pop("answers")
        return submit_case(version, answers, at=at, **given)  # type: ignore[arg-type]

    return submit


def withdrawn(case: Case, town: Town, at: datetime = MONDAY) -> Case:
    """Asked back by the applicant while under way, and granted by the chairman."""
    return grant_withdrawal(ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=at), by=town.chairman, at=at)
