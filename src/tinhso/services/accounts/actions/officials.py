"""Officials made by the operator: the first administrator of an empty installation, and others until screens can do it."""

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, UnitLevel
from tinhso.blocks.directory.queries import map_day, unit_on
from tinhso.blocks.identity.actions import check_new_password, open_account
from tinhso.blocks.identity.models import Account
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.manifest import roles

_USUAL_WEEK = {day: ["07:00-11:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def province_agency() -> Agency | None:
    """The agency that stands above all others: the province's people's committee."""
    return Agency.objects.filter(parent=None, kind=AgencyKind.COMMITTEE, active=True).order_by("pk").first()


@action
def found_province(unit_code: str, code: str) -> Agency:
    """Found the people's committee of a province, the first agency of an installation.

    Args:
        unit_code: of the province among the administrative units, e.g. "82".
        code: the province's identifier after Decision 20/2020, e.g. "H20".

    Raises:
        NotFound: no unit bears this code today.
        Invalid: it is no province, or the identifier is malformed.
        WrongState: there is a province already.
    """
    there = province_agency()
    if there:
        raise WrongState(_("Đã có cơ quan cấp tỉnh: %(name)s.") % {"name": there.name})
    unit = unit_on(unit_code, map_day(localdate()))
    if unit.level != UnitLevel.PROVINCE:
        raise Invalid(_("%(name)s không phải tỉnh, thành phố trực thuộc trung ương.") % {"name": unit.name})
    name = unit.name[:1].lower() + unit.name[1:]
    return create_agency(
        name=f"Ủy ban nhân dân {name}",
        short_name=f"UBND {name}",
        kind=AgencyKind.COMMITTEE,
        unit=unit,
        code=code,
        hours=_USUAL_WEEK,
        by=None,
    )


@action
def add_official(
    username: str, password: str, *, full_name: str, agency: Agency, role: str = "admin", title: str = "", email: str = ""
) -> Account:
    """Enter a person, give them a post with `role` at `agency` from today on, and open their staff account.

    Args:
        title: of the post; the role's own name without it. A post of this title and role is used again.

    Raises:
        Invalid: unknown role, weak password, or the username or the address is taken.
    """
    known = roles()
    if role not in known:
        raise Invalid(_("Không có vai trò “%(role)s”; có: %(known)s.") % {"role": role, "known": ", ".join(sorted(known))})
    check_new_password(password, Account(username=username, email=email))
    person = register_person(full_name, email=email, by=None)
    title = title or str(known[role].title)
    post = agency.posts.filter(title=title, roles__contains=[role], active=True).first()
    post = post or create_post(agency, title, roles=[role], by=None)
    appoint(person, post, valid_from=localdate(), by=None)
    return open_account(
        kind=Account.Kind.STAFF,
        person=person,
        username=username,
        email=email,
        password_hash=make_password(password),
        assurance=Account.Assurance.VERIFIED,
        by=None,
    )
