"""Every change to the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions.calendars import set_agency_hours
from tinhso.blocks.directory.agency_codes import check_code
from tinhso.blocks.directory.identity_numbers import check_identity_number, normal_phone
from tinhso.blocks.directory.models import (
    Agency,
    AgencyKind,
    Business,
    NumberSeries,
    Person,
    Post,
    Tenure,
    Unit,
    UnitLoad,
)
from tinhso.blocks.directory.queries import tenures_on
from tinhso.blocks.directory.unit_loading import Loaded, Progress, bring_in_line
from tinhso.blocks.directory.unit_source import unit_list
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.identifiers import tax_code as checked_tax_code
from tinhso.kernel.permissions import Actor, require
from tinhso.kernel.text import name_sort_key

# units


@action
def load_units(*, by: Actor | None, progress: Progress = lambda step: None) -> Loaded:
    """Bring the administrative units in line with the package and its corrections. A second run changes nothing."""
    require(by, "directory.edit")
    progress("Đọc danh sách của gói dữ liệu")
    wanted = unit_list()
    loaded = bring_in_line(wanted, progress)
    if loaded.changed:
        log = UnitLoad.objects.create(source=wanted.source, changes=asdict(loaded))
        record("directory.units_loaded", by=by, on=log, source=wanted.source, **asdict(loaded))
    return loaded


# agencies and posts


@action
def create_agency(
    *,
    name: str,
    kind: AgencyKind,
    unit: Unit,
    by: Actor | None,
    short_name: str = "",
    code: str | None = None,
    parent: Agency | None = None,
    hours: Mapping[str, Sequence[str]] | None = None,
    **details: Any,
) -> Agency:
    """Found an agency below `parent`, at the level of its unit.

    Args:
        code: identifier after Decision 20/2020.
        hours: its own opening hours by weekday; without them it follows its parent's.
        details: address, phone, email.

    Raises:
        Invalid: the identifier is malformed or taken, or the hours are.
    """
    require(by, "directory.edit", at=parent)
    code = check_code(code) if code else None
    if code and Agency.objects.filter(code=code).exists():
        problem = _("Mã định danh %(code)s đã thuộc về cơ quan khác.") % {"code": code}
        raise Invalid(problem, fields={"code": problem})
    agency = Agency(
        name=name, short_name=short_name or name, kind=kind, level=unit.level, unit=unit, code=code, parent=parent, **details
    )
    agency.save()
    agency.path = f"{parent.path if parent else ''}{agency.pk:06}."
    agency.save(update_fields=["path"])
    record("directory.agency_created", by=by, on=agency, agency=agency, code=code, kind=kind, unit=unit.code)
    if hours:
        set_agency_hours(agency, hours, by=by)
    return agency


@action
def create_post(agency: Agency, title: str, *, roles: Sequence[str], by: Actor | None, signs: str = "", order: int = 100) -> Post:
    """Set up a post at an agency with the roles its holders have."""
    require(by, "directory.edit", at=agency)
    post = Post.objects.create(agency=agency, title=title, roles=list(roles), signs=signs, order=order)
    record("directory.post_created", by=by, on=post, agency=agency, roles=list(roles))
    return post


@action
def appoint(person: Person, post: Post, *, valid_from: date, by: Actor | None, valid_to: date | None = None) -> Tenure:
    """Give a post to a person from a day on.

    Raises:
        Invalid: the last day lies before the first.
        WrongState: the person holds this post during some of these days already.
    """
    require(by, "directory.edit", at=post.agency)
    if valid_to and valid_to < valid_from:
        raise Invalid(_("Ngày kết thúc phải sau ngày bắt đầu."), fields={"valid_to": _("Phải sau ngày bắt đầu.")})
    try:
        with transaction.atomic():
            tenure = Tenure.objects.create(person=person, post=post, valid_from=valid_from, valid_to=valid_to)
    except IntegrityError as error:
        raise WrongState(_("Người này đã giữ vị trí này trong khoảng thời gian đó.")) from error
    record("directory.appointed", by=by, on=tenure, agency=post.agency, post=post.pk, person=person.pk)
    return tenure


@action
def end_tenure(tenure: Tenure, *, last_day: date, by: Actor | None) -> Tenure:
    """A person leaves a post after `last_day`.

    Raises:
        Invalid: `last_day` lies before the first day.
    """
    require(by, "directory.edit", at=tenure.post.agency)
    if last_day < tenure.valid_from:
        raise Invalid(_("Ngày kết thúc phải sau ngày bắt đầu."), fields={"valid_to": _("Phải sau ngày bắt đầu.")})
    tenure.valid_to = last_day
    tenure.save(update_fields=["valid_to"])
    record("directory.tenure_ended", by=by, on=tenure, agency=tenure.post.agency, last_day=last_day.isoformat())
    return tenure


LONGEST_ABSENCE = timedelta(days=366)


@action
def arrange_stand_in(
    tenure: Tenure, *, substitute: Person, first_day: date, last_day: date, by: Actor, beside: bool = False
) -> Tenure:
    """Let a colleague do the work of a post while its holder is away; its personal roles, such as signing, stay with the holder.

    Args:
        beside: the holder is not away: for these days both do the work of the post.

    Raises:
        NotAllowed: `by` is neither the holder nor the head of the agency.
        Invalid: the days lie before today, are the wrong way round or more than a year; the colleague is no other person of the
            same agency.
        WrongState: the post is held in place of another already, is left during these days, or somebody stands in on one of them.
    """
    tenure = Tenure.objects.select_for_update(of=("self",)).select_related("post__agency").get(pk=tenure.pk)
    agency = tenure.post.agency
    if by.pk != tenure.person_id:
        require(by, "directory.arrange_absence", at=agency)
    if last_day < first_day:
        raise Invalid(_("Ngày cuối phải sau ngày đầu."), fields={"last_day": _("Ngày cuối phải sau ngày đầu.")})
    if last_day - first_day > LONGEST_ABSENCE:
        text = _("Nhiều nhất là một năm; lâu hơn thì bổ nhiệm người khác.")
        raise Invalid(text, fields={"last_day": text})
    if first_day < timezone.localdate():
        raise Invalid(_("Ngày đầu không được trước hôm nay."), fields={"first_day": _("Ngày đầu không được trước hôm nay.")})
    if substitute.pk == tenure.person_id or not _works_at(agency, substitute, first_day):
        text = _("Người làm thay phải là người khác của cùng cơ quan.")
        raise Invalid(text, fields={"substitute": text})
    if tenure.in_place_of_id or tenure.valid_from > first_day or (tenure.valid_to and tenure.valid_to < last_day):
        raise WrongState(_("Người vắng mặt không giữ vị trí này trong suốt những ngày đó."))
    try:
        with transaction.atomic():
            made = Tenure.objects.create(
                person=substitute, post=tenure.post, valid_from=first_day, valid_to=last_day, in_place_of=tenure, beside=beside
            )
    except IntegrityError as error:
        raise WrongState(_("Đã có người làm thay vị trí này trong khoảng thời gian đó.")) from error
    record("directory.stand_in_arranged", by=by, on=made, agency=agency, tenure=tenure.pk, person=substitute.pk, beside=beside)
    return made


def _works_at(agency: Agency, person: Person, on: date) -> bool:
    return tenures_on(on).filter(in_place_of=None, person=person, post__agency=agency, post__active=True).exists()


@action
def end_stand_in(made: Tenure, *, by: Actor) -> None:
    """Call off what was arranged: removed when it has not begun, else today is its last day.

    Raises:
        NotAllowed: `by` is neither of the two persons nor the head of the agency.
        WrongState: nobody stands in for anybody here, or it is over.
    """
    made = Tenure.objects.select_for_update(of=("self",)).select_related("post__agency", "in_place_of").get(pk=made.pk)
    today = timezone.localdate()
    if made.in_place_of is None or made.valid_to is None or made.valid_to < today:
        raise WrongState(_("Việc làm thay này đã kết thúc."))
    if by.pk not in (made.person_id, made.in_place_of.person_id):
        require(by, "directory.arrange_absence", at=made.post.agency)
    record("directory.stand_in_ended", by=by, on=made, agency=made.post.agency, person=made.person_id)
    if made.valid_from > today:
        made.delete()
    else:
        made.valid_to = today
        made.save(update_fields=["valid_to"])


# persons and businesses

_PERSON_FIELDS = frozenset({"full_name", "sex", "date_of_birth", "identity_number", "phone", "email", "address", "residence"})


@action
def register_person(full_name: str, *, by: Actor | None, **details: Any) -> Person:
    """Enter a natural person.

    Args:
        details: sex, date_of_birth, identity_number, phone, email, address, residence (a unit).

    Raises:
        Invalid: a value is malformed or contradicts another; `fields` says which.
        WrongState: the personal number belongs to somebody already entered.
    """
    require(by, "directory.register_person")
    person = Person()
    _fill(person, {"full_name": full_name, **details})
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise WrongState(_("Số định danh cá nhân này đã có trong danh mục người.")) from error
    record("directory.person_registered", by=by, on=person)
    return person


@action
def update_person(person: Person, *, by: Actor | None, **changes: Any) -> Person:
    """Change what is known of a person: oneself, or by those who may register persons.

    Raises:
        Invalid: a value is malformed or contradicts another; `fields` says which.
        WrongState: the personal number belongs to somebody else.
    """
    if by is None or by.pk != person.pk:
        require(by, "directory.register_person")
    person = Person.objects.select_for_update().get(pk=person.pk)
    changed = sorted(name for name, value in changes.items() if getattr(person, name) != value)
    if not changed:
        return person
    _fill(person, changes)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise WrongState(_("Số định danh cá nhân này đã có trong danh mục người.")) from error
    record("directory.person_changed", by=by, on=person, fields=changed)
    return person


def _fill(person: Person, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - _PERSON_FIELDS:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(person, name, value)
    person.full_name = " ".join(person.full_name.split())
    if not person.full_name:
        problem = _("Hãy ghi họ và tên.")
        raise Invalid(problem, fields={"full_name": problem})
    person.sort_key = name_sort_key(person.full_name)
    person.phone = normal_phone(person.phone)
    person.identity_number = (
        check_identity_number(
            person.identity_number, today=timezone.localdate(), sex=person.sex, date_of_birth=person.date_of_birth
        )
        if person.identity_number
        else None
    )


@action
def register_business(tax_code: str, name: str, *, by: Actor | None, **details: Any) -> Business:
    """Enter a business.

    Args:
        details: representative (a person), unit, address, phone, email.

    Raises:
        Invalid: the tax code's structure is wrong.
        WrongState: the tax code is already entered.
    """
    require(by, "directory.register_person")
    checked = checked_tax_code(tax_code)
    if checked is None:
        problem = _("Mã số thuế “%(code)s” không đúng; hãy xem lại từng chữ số.") % {"code": tax_code}
        raise Invalid(problem, fields={"tax_code": problem})
    details["phone"] = normal_phone(details.get("phone", ""))
    try:
        with transaction.atomic():
            business = Business.objects.create(tax_code=checked, name=" ".join(name.split()), **details)
    except IntegrityError as error:
        raise WrongState(_("Mã số thuế này đã có trong danh mục doanh nghiệp.")) from error
    record("directory.business_registered", by=by, on=business)
    return business


# numbers

_NEXT_NUMBER = """
INSERT INTO directory_numberseries AS series (agency_id, kind, period, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (agency_id, kind, period) DO UPDATE SET last = series.last + 1
RETURNING last"""


def next_number(agency: Agency, kind: str, period: str | int) -> int:
    """The next number of an agency's series, from 1 on and without gaps.

    The series' row stays locked until the caller's transaction ends: whoever rolls back gives the number back, whoever waits
    gets the one after. Take it late in the transaction.

    Raises:
        RuntimeError: outside a transaction, where a number could be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, [agency.pk, kind, str(period)])
        return int(cursor.fetchone()[0])


def give_number_back(agency: Agency, kind: str, period: str | int) -> None:
    """Undo the last `next_number` of this transaction, which still holds the series' row."""
    NumberSeries.objects.filter(agency=agency, kind=kind, period=str(period)).update(last=F("last") - 1)
