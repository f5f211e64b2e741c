"""The sample province: real agencies of every unit, invented people.

`settings.SAMPLE` chooses its form: "three-tier" is Tiền Giang as it was until 30/06/2025, "today" is the province of code 82
since: Đồng Tháp. Identifiers below the province's prefix are invented (H20 is Đồng Tháp's; H58 for Tiền Giang is not verified).
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from random import Random

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.blocks.directory import queries
from tinhso.blocks.directory.actions import appoint, create_agency, create_post, load_units, register_business, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, Unit, UnitLevel
from tinhso.blocks.directory.unit_source import two_tiers_since
from tinhso.kernel.identifiers import tax_code
from tinhso.kernel.text import compact, fold

PROVINCE = "82"
# Phường 1 of Mỹ Tho with three tiers, Phường Mỹ Tho today
DEMO_COMMUNE = "28261"
USUAL_WEEK = {day: ["07:00-11:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(frozen=True)
class Form:
    """One form of the sample province."""

    day: date
    prefix: str
    staffed: tuple[str, ...]


FORMS = {
    "three-tier": Form(
        date(2025, 6, 30),
        "H58",
        ("28261", "28252", "28249", "28264", "28270", "28273", "28282", "28300", "28435", "28519"),
    ),
    "today": Form(
        date(2025, 7, 1),
        "H20",
        ("28261", "28249", "28270", "28273", "28285", "28297", "28439", "29869", "29905", "29954"),
    ),
}

_DEPARTMENTS = (
    ("Văn phòng Ủy ban nhân dân", AgencyKind.OFFICE),
    ("Sở Nội vụ", AgencyKind.DEPARTMENT),
    ("Sở Tư pháp", AgencyKind.DEPARTMENT),
    ("Sở Tài chính", AgencyKind.DEPARTMENT),
    ("Sở Công Thương", AgencyKind.DEPARTMENT),
    ("Sở Nông nghiệp và Môi trường", AgencyKind.DEPARTMENT),
    ("Sở Xây dựng", AgencyKind.DEPARTMENT),
    ("Sở Khoa học và Công nghệ", AgencyKind.DEPARTMENT),
    ("Sở Văn hóa, Thể thao và Du lịch", AgencyKind.DEPARTMENT),
    ("Sở Giáo dục và Đào tạo", AgencyKind.DEPARTMENT),
    ("Sở Y tế", AgencyKind.DEPARTMENT),
    ("Thanh tra tỉnh", AgencyKind.DEPARTMENT),
    ("Trung tâm Phục vụ hành chính công", AgencyKind.SERVICE_CENTRE),
)
# a commune's own parts since 01/07/2025 (Decree 150/2025/NĐ-CP); the third is "Phòng Kinh tế" in a rural commune
_COMMUNE_PARTS = (
    ("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", AgencyKind.OFFICE),
    ("Phòng Văn hóa – Xã hội", AgencyKind.DEPARTMENT),
    ("Phòng Kinh tế, Hạ tầng và Đô thị", AgencyKind.DEPARTMENT),
    ("Trung tâm Phục vụ hành chính công", AgencyKind.SERVICE_CENTRE),
)


@dataclass(frozen=True)
class _Seat:
    """A post of the sample, and how many hold it where posts are filled."""

    title: str
    roles: tuple[str, ...]
    signs: str = ""
    holders: int = 1


_PROVINCE_SEATS = (
    _Seat("Chủ tịch Ủy ban nhân dân tỉnh", ("signer", "manager"), "CHỦ TỊCH"),
    _Seat("Chánh Văn phòng Ủy ban nhân dân tỉnh", ("department_head", "manager"), "TL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG"),
    _Seat("Quản trị hệ thống", ("admin",), holders=2),
    _Seat("Văn thư", ("clerk",)),
)
_DEPARTMENT_SEATS = (
    _Seat("Giám đốc Sở", ("signer", "manager"), "GIÁM ĐỐC"),
    _Seat("Trưởng phòng", ("department_head",)),
    _Seat("Chuyên viên", ("specialist",)),
    _Seat("Công chức tiếp nhận và trả kết quả", ("reception", "ticket_handler")),
    _Seat("Văn thư", ("clerk",)),
)
_COMMUNE_SEATS = (
    _Seat("Chủ tịch Ủy ban nhân dân", ("signer", "manager"), "CHỦ TỊCH"),
    _Seat("Phó Chủ tịch Ủy ban nhân dân", ("signer",), "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"),
    _Seat("Công chức tiếp nhận và trả kết quả", ("reception", "ticket_handler")),
    _Seat("Công chức Tư pháp – Hộ tịch", ("specialist",), holders=2),
    _Seat("Văn thư", ("clerk",)),
)
# those who work with the demo commune: its sections, a department, the land registry, the tax office
_PARTNER_SEATS = (
    _Seat("Lãnh đạo phòng", ("signer", "department_head"), "TRƯỞNG PHÒNG"),
    _Seat("Chuyên viên", ("specialist",)),
)
_REGISTRY_SEATS = (
    _Seat("Giám đốc Văn phòng Đăng ký đất đai", ("signer", "department_head"), "GIÁM ĐỐC"),
    _Seat("Viên chức đăng ký đất đai", ("specialist",)),
)
_TAX_SEATS = (_Seat("Công chức thuế", ("specialist",)),)
_HOTLINE_SEATS = (
    _Seat("Điện thoại viên 1022", ("hotline_agent",), holders=3),
    _Seat("Trưởng ca tổng đài 1022", ("hotline_lead", "ticket_handler")),
)


def demo_commune_agency() -> Agency:
    """The people's committee of the commune in which the sample's story is told."""
    return Agency.objects.select_related("unit").get(
        unit__code=DEMO_COMMUNE, kind=AgencyKind.COMMITTEE, code__startswith=_form().prefix
    )


def load(report: Callable[[str], None]) -> None:
    """Load units, agencies, posts, people. Does nothing where the province's agency is there already."""
    report(_("Đơn vị hành chính"))
    load_units(by=None)
    form = _form()
    if Agency.objects.filter(code=form.prefix).exists():
        return
    people = _People(queries.unit_on(DEMO_COMMUNE, form.day))
    report(_("Cơ quan cấp tỉnh"))
    root = _province(form, people)
    report(_("Ủy ban nhân dân các xã, phường"))
    _communes(form, root, people)
    report(_("Công dân và doanh nghiệp mẫu"))
    _public(people)
    _partners(form, root, people)


def _form() -> Form:
    return FORMS[settings.SAMPLE]


def _province(form: Form, people: "_People") -> Agency:
    unit = queries.unit_on(PROVINCE, form.day)
    root = create_agency(
        name=f"Ủy ban nhân dân {_lower(unit)}",
        short_name=f"UBND {_lower(unit)}",
        kind=AgencyKind.COMMITTEE,
        unit=unit,
        code=form.prefix,
        hours=USUAL_WEEK,
        by=None,
    )
    _fill(root, _PROVINCE_SEATS, people, form.day)
    for number, (name, kind) in enumerate(_DEPARTMENTS, 1):
        own = name if name.endswith("tỉnh") else f"{name} {_lower(unit)}"
        agency = create_agency(
            name=own, short_name=name, kind=kind, unit=unit, parent=root, code=f"{form.prefix}.{number:02}", by=None
        )
        if name == "Sở Tư pháp":
            _fill(agency, _DEPARTMENT_SEATS, people, form.day)
    return root


def _communes(form: Form, root: Agency, people: "_People") -> None:
    province = root.unit
    parents: dict[str, Agency] = {province.code: root}
    codes = _second_level_codes(form.prefix, after=len(_DEPARTMENTS))
    districts = queries.children_on(province, form.day) if form.day < two_tiers_since() else ()
    for district in districts:
        parents[district.code] = _committee(district, root, next(codes))
    communes = queries.units_below_on(province, form.day).filter(level=UnitLevel.COMMUNE).select_related("parent")
    # the communes with people come first, so that theirs are the first sample accounts
    staffed = {code: place for place, code in enumerate(form.staffed)}
    below: Counter[str] = Counter()
    for commune in sorted(communes, key=lambda unit: (staffed.get(unit.code, len(staffed)), unit.code)):
        parent = parents[commune.parent.code if commune.parent else province.code]
        if parent is root:
            code = next(codes)
        else:
            below[parent.code or ""] += 1
            code = f"{parent.code}.{below[parent.code or '']:02}"
        agency = _committee(commune, parent, code)
        _fill(agency, _COMMUNE_SEATS, people if commune.code in staffed else None, form.day)
        if commune.code in staffed and not districts:
            _commune_parts(agency)


def _committee(unit: Unit, parent: Agency, code: str) -> Agency:
    name = _lower(unit)
    # "Phường 4" says little without its town
    where = f", {_lower(unit.parent)}" if unit.short_name == unit.name and unit.parent else ""
    return create_agency(
        name=f"Ủy ban nhân dân {name}{where}",
        short_name=f"UBND {name}{where}",
        kind=AgencyKind.COMMITTEE,
        unit=unit,
        parent=parent,
        code=code,
        by=None,
    )


def _commune_parts(committee: Agency) -> None:
    for number, (name, kind) in enumerate(_COMMUNE_PARTS, 1):
        own = "Phòng Kinh tế" if "Hạ tầng" in name and committee.unit.kind == "commune" else name
        create_agency(
            name=f"{own} {_lower(committee.unit)}",
            short_name=own,
            kind=kind,
            unit=committee.unit,
            parent=committee,
            code=f"{committee.code}.{number:02}",
            by=None,
        )


def _partners(form: Form, root: Agency, people: "_People") -> None:
    """People where a case of the demo commune goes besides; the tax office is a central authority, kept here to send cases to."""
    below = {agency.short_name: agency for agency in Agency.objects.filter(parent=root)}
    land, province = below["Sở Nông nghiệp và Môi trường"], _lower(root.unit)
    registry, tax = (
        create_agency(name=f"{name} {province}", short_name=name, kind=kind, unit=root.unit, parent=parent, code=code, by=None)
        for name, kind, parent, code in (
            ("Văn phòng Đăng ký đất đai", AgencyKind.PUBLIC_UNIT, land, f"{land.code}.01"),
            ("Thuế tỉnh", AgencyKind.DEPARTMENT, root, f"{form.prefix}.T1"),
        )
    )
    sections = Agency.objects.filter(parent=demo_commune_agency(), kind=AgencyKind.DEPARTMENT).order_by("path")
    for agency in (*sections, below["Sở Xây dựng"]):
        _fill(agency, _PARTNER_SEATS, people, form.day)
    _fill(registry, _REGISTRY_SEATS, people, form.day)
    _fill(tax, _TAX_SEATS, people, form.day)
    _fill(below["Trung tâm Phục vụ hành chính công"], _HOTLINE_SEATS, people, form.day)


def _second_level_codes(prefix: str, *, after: int) -> Iterator[str]:
    """Two characters, so that the older written form can hold them: 14 … 99, A0, A1 …"""
    yield from (f"{prefix}.{number:02}" for number in range(after + 1, 100))
    yield from (f"{prefix}.{letter}{digit}" for letter in "ABCDEFGH" for digit in range(10))


def _fill(agency: Agency, seats: Sequence[_Seat], people: "_People | None", since: date) -> None:
    """Set up the posts; fill them where there are people."""
    for place, seat in enumerate(seats, 1):
        post = create_post(agency, seat.title, roles=seat.roles, signs=seat.signs, order=place * 10, by=None)
        if people:
            for _holder in range(seat.holders):
                appoint(people.register(born=(1970, 1996)), post, valid_from=since, by=None)


def _public(people: "_People") -> None:
    """Citizens of the demo commune, and two businesses of theirs."""
    citizens = [people.register(born=(1960, 2006)) for _number in range(20)]
    numbers = (f"{1200999000 + number}" for number in range(0, 1000))
    codes = (code for code in numbers if tax_code(code))
    names = ("Công ty TNHH Trái cây Sông Tiền (mẫu)", "Hợp tác xã Nông nghiệp Đạo Thạnh (mẫu)")
    for name, citizen in zip(names, citizens[-2:], strict=True):
        register_business(next(codes), name, representative=citizen, unit=citizen.residence, address=citizen.address, by=None)


def _lower(unit: Unit) -> str:
    """A unit's name inside a sentence: "phường Mỹ Tho"."""
    return unit.name[0].lower() + unit.name[1:]


class _People:
    """Invented people, the same at every loading. The last six digits of their personal numbers begin with 0000."""

    def __init__(self, residence: Unit) -> None:
        self._random = Random(82)  # noqa: S311 - sample data
        names = files("tinhso.blocks.directory") / "data" / "sample_names.toml"
        self._words = tomllib.loads(names.read_text(encoding="utf-8"))
        self._residence = residence
        self._names: set[str] = set()
        self._count = 0

    def register(self, *, born: tuple[int, int]) -> Person:
        """Enter one more person of the demo commune."""
        sex = self._random.choice(("male", "female"))
        name = self._name(sex)
        birth = date(self._random.randint(*born), self._random.randint(1, 12), self._random.randint(1, 28))
        self._count += 1
        century = 2 * (birth.year // 100 - 19) + (sex == "female")
        *others, given = fold(name).split()
        return register_person(
            name,
            sex=sex,
            date_of_birth=birth,
            identity_number=f"082{century}{birth:%y}{self._count:06}",
            phone=f"0900{self._count:06}",
            email=f"{compact(given)}.{compact(''.join(others))}@example.com",
            address=f"Số {self._random.randint(1, 300)} đường {self._random.choice(self._words['streets'])}",
            residence=self._residence,
            by=None,
        )

    def _name(self, sex: str) -> str:
        words = self._words
        while True:
            parts = [self._random.choice(some) for some in (words["family"], words["middle"][sex], words["given"][sex])]
            name = " ".join(parts)
            if len(set(parts)) == 3 and fold(name) not in self._names:
                self._names.add(fold(name))
                return name
