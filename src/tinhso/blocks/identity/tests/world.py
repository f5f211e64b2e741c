"""A small province for tests: one province committee, one ward below it, people made as needed."""

from datetime import date
from itertools import count

from django.contrib.auth.hashers import make_password

from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, Unit, UnitKind
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account

_numbers = count(1)
PASSWORD = "mot cau de nho"
LONG_AGO = date(2020, 1, 1)


def province() -> Agency:
    unit = Unit.objects.create(
        code="82", name="Tỉnh Đồng Tháp", short_name="Đồng Tháp", kind=UnitKind.PROVINCE, level=1, known_from=LONG_AGO
    )
    return create_agency(name="UBND tỉnh Đồng Tháp", kind=AgencyKind.COMMITTEE, unit=unit, by=None)


def ward(above: Agency, name: str = "Phường Mỹ Tho", code: str = "28249") -> Agency:
    unit = Unit.objects.create(
        code=code, name=name, short_name=name, kind=UnitKind.WARD, level=3, known_from=LONG_AGO, parent=above.unit
    )
    return create_agency(name=f"UBND {name}", kind=AgencyKind.COMMITTEE, unit=unit, parent=above, by=None)


def somebody(name: str = "Nguyễn Thị Minh Châu", **details) -> Person:
    return register_person(name, by=None, **details)


def official(
    agency: Agency, *roles: str, since: date = LONG_AGO, until: date | None = None, name: str = "Trần Văn Phúc"
) -> Person:
    person = somebody(name)
    post = create_post(agency, f"Vị trí {next(_numbers)}", roles=roles, by=None)
    appoint(person, post, valid_from=since, valid_to=until, by=None)
    return person


def account(person: Person, username: str, kind: Account.Kind = Account.Kind.CITIZEN, **details) -> Account:
    details.setdefault("password_hash", make_password(PASSWORD))
    return open_account(kind=kind, person=person, username=username, by=None, **details)
