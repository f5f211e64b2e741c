"""What is read: units as of a date and what became of them, agencies, posts, persons within what the asker may see."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.directory.models import Agency, Person, Post, Tenure, Unit, UnitChange, UnitLevel
from tinhso.blocks.directory.unit_source import KIND_WORDS, completeness, two_tiers_since
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.keeping.kept import Kept, KeptQuery
from tinhso.kernel.manifest import roles
from tinhso.kernel.permissions import Actor, allowed, require
from tinhso.kernel.text import compact, fold

# units as of a date


def map_day(day: date) -> date:
    """The day whose map is worked with on `day`: the day itself, but in the three-tier sample no later than its last day."""
    return min(day, settings.MAP_UNTIL) if settings.MAP_UNTIL else day


def units_on(day: date) -> QuerySet[Unit]:
    """The units our sources vouch for on `day`."""
    return Unit.objects.filter(_in_force(day))


def unit_on(code: str, day: date) -> Unit:
    """The unit that bore `code` on `day`.

    Raises:
        NotFound: no unit ever bore the code, none did on that day, or our sources do not reach back so far; the message says
            which.
    """
    found = units_on(day).filter(code=code).first()
    if found:
        return found
    forms = list(Unit.objects.filter(code=code).order_by("known_from"))
    if not forms:
        raise NotFound(_("Không có đơn vị hành chính nào mang mã %(code)s.") % {"code": code})
    shown = {"code": code, "day": f"{day:%d/%m/%Y}"}
    later = next((form for form in forms if form.known_from > day), None)
    if later and later.valid_from is None:
        shown |= {"known": f"{later.known_from:%d/%m/%Y}", "name": later.name}
        raise NotFound(_("Không rõ mã %(code)s vào ngày %(day)s: nguồn dữ liệu chỉ biết %(name)s từ ngày %(known)s.") % shown)
    raise NotFound(_("Không có đơn vị hành chính nào mang mã %(code)s vào ngày %(day)s.") % shown)


def parent_on(unit: Unit, day: date) -> Unit | None:
    """The unit above `unit` on `day`: a parent's name and kind may have changed during the unit's own period."""
    above = unit.parent
    if above is None or _covers(above, day):
        return above
    return units_on(day).filter(code=above.code).first() or above


def children_on(unit: Unit, day: date) -> QuerySet[Unit]:
    """The units directly below on `day`, by code."""
    return units_on(day).filter(parent__code=unit.code).order_by("code")


def units_below_on(unit: Unit, day: date) -> QuerySet[Unit]:
    """All units below on `day`, at any level."""
    return units_on(day).filter(Q(parent__code=unit.code) | Q(parent__parent__code=unit.code))


@dataclass(frozen=True)
class Counts:
    """How many units lie below one on a day, by level; None where our sources do not tell, and then why."""

    by_level: Mapping[UnitLevel, int | None]
    note: str


def counts_below(unit: Unit, day: date) -> Counts:
    """The number of units below `unit` on `day` at each level that exists below it."""
    counted = dict(units_below_on(unit, day).values_list("level").annotate(Count("pk")))
    chain = _codes_upwards(unit, day)
    by_level: dict[UnitLevel, int | None] = {}
    notes = []
    for level in UnitLevel:
        if level <= unit.level or (level == UnitLevel.DISTRICT and day >= two_tiers_since()):
            continue
        known = completeness(chain, level)
        by_level[level] = counted.get(level, 0) if known.covers(day) else None
        if by_level[level] is None:
            notes.append(known.why or _("Danh sách đơn vị %(level)s chỉ đầy đủ từ ngày %(day)s.") % _shown(level, known.first))
    return Counts(by_level, " ".join(notes))


def _shown(level: UnitLevel, day: date) -> dict[str, str]:
    return {"level": str(level.label).lower(), "day": f"{day:%d/%m/%Y}"}


def _codes_upwards(unit: Unit, day: date) -> list[str]:
    codes, above = [unit.code], parent_on(unit, day)
    while above:
        codes.append(above.code)
        above = parent_on(above, day)
    return codes


def _in_force(day: date) -> Q:
    began = Q(valid_from__lte=day) | Q(valid_from=None, known_from__lte=day)
    return began & (Q(valid_to=None) | Q(valid_to__gte=day))


def _covers(unit: Unit, day: date) -> bool:
    return (unit.valid_from or unit.known_from) <= day and (unit.valid_to is None or day <= unit.valid_to)


# what became of a unit


@dataclass(frozen=True)
class Becoming:
    """What a unit is on a day.

    units: those that took it over, wholly or in part, by code. complete: False when for a part of it our sources name no
    successor. split: whether it went to several units.
    """

    units: tuple[Unit, ...]
    complete: bool
    acts: tuple[str, ...]

    @property
    def split(self) -> bool:
        return len(self.units) > 1


def became(unit: Unit, day: date) -> Becoming:
    """What `unit` is on `day`: itself while it is in force, else its successors, followed from change to change.

    A district ended with the third tier; it became what its communes became.

    Raises:
        NotFound: `day` lies before the unit.
    """
    if day < unit.known_from:
        raise NotFound(_("%(unit)s chưa có vào ngày %(day)s.") % {"unit": unit, "day": f"{day:%d/%m/%Y}"})
    found: dict[int, Unit] = {}
    acts: dict[str, None] = {}
    seen: set[int] = set()
    complete, frontier = True, {unit.pk: unit}
    while frontier:
        ended = {pk: one for pk, one in frontier.items() if one.valid_to is not None and one.valid_to < day}
        found.update({pk: one for pk, one in frontier.items() if pk not in ended})
        seen.update(frontier)
        frontier = {}
        followed = set()
        for change in UnitChange.objects.filter(predecessor__in=ended).select_related("successor"):
            followed.add(change.predecessor_id)
            acts[change.act] = None
            frontier[change.successor_id] = change.successor
        for pk, one in ended.items():
            if pk not in followed:
                last_day = one.valid_to or day
                parts = children_on(one, last_day) if one.level == UnitLevel.DISTRICT else Unit.objects.none()
                frontier.update({part.pk: part for part in parts})
                complete = complete and bool(parts)
        frontier = {pk: one for pk, one in frontier.items() if pk not in seen}
    return Becoming(tuple(sorted(found.values(), key=lambda one: one.code)), complete, tuple(acts))


def covers_today(unit: Unit, today: date) -> tuple[Unit, ...]:
    """Which of today's units cover the territory of `unit`, which may have ended."""
    return became(unit, today).units


def unit_known_as(code: str, before: date) -> Unit:
    """The unit one means by `code` when asking what became of it by `before`: its bearer the day before, else the last one.

    Raises:
        NotFound: no unit bore the code before that day.
    """
    forms = Unit.objects.filter(code=code)
    day_before = before - timedelta(days=1) if before > date.min else before
    found = forms.filter(_in_force(day_before)).first()
    found = found or forms.filter(valid_to__lt=before).order_by("-valid_to").first()
    return found or unit_on(code, day_before)


def predecessors(unit: Unit) -> QuerySet[UnitChange]:
    """The changes from which `unit` came."""
    return UnitChange.objects.filter(successor=unit).select_related("predecessor__parent").order_by("predecessor__code")


def successors(unit: Unit) -> QuerySet[UnitChange]:
    """The changes into which `unit` went."""
    return UnitChange.objects.filter(predecessor=unit).select_related("successor__parent").order_by("successor__code")


# searching units

# as people type them before a name; longest first
_KINDS = tuple(compact(word) for word in KIND_WORDS)
_KIND_WORDS = (
    "thanh pho",
    "thi tran",
    "dac khu",
    "thi xa",
    "phuong",
    "huyen",
    "quan",
    "tinh",
    "tp.",
    "tp",
    "tx.",
    "tx",
    "tt.",
    "tt",
    "xa",
)
_SHORT_KINDS = {"p.": "phuong", "h.": "huyen", "q.": "quan", "x.": "xa", "t.": "tinh"}


def find_units(text: str, *, on: date, level: int | None = None, parent: str | None = None, limit: int = 20) -> list[Unit]:
    """Units in force on `on` whose name holds `text`, the best first; accents, case, spaces and the word for the kind forgiven.

    Args:
        level: only units of this level.
        parent: only units somewhere below the unit with this code.
        limit: at most so many.
    """
    units = units_on(on).select_related("parent__parent")
    if level is not None:
        units = units.filter(level=level)
    if parent:
        units = units.filter(Q(parent__code=parent) | Q(parent__parent__code=parent))
    wanted = compact(text)
    if not wanted:
        return list(units.order_by("level", "code")[:limit])
    if wanted.isdigit() and len(wanted) in (2, 3, 5):
        by_code = list(units.filter(code=wanted))
        if by_code:
            return by_code
    bare = compact(_without_kind(fold(text)))
    if not bare or bare.isdigit():  # "phường 4" means that ward, not any name with a 4
        bare = wanted
    place = Case(
        When(search=wanted, then=Value(0)),
        When(search__in=[kind + bare for kind in _KINDS], then=Value(1)),
        When(_any_begins([kind + bare for kind in _KINDS]), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return list(units.filter(search__contains=bare).order_by(place, "level", "short_name", "code")[:limit])


def _any_begins(beginnings: Iterable[str]) -> Q:
    condition = Q()
    for beginning in beginnings:
        condition |= Q(search__startswith=beginning)
    return condition


def _without_kind(text: str) -> str:
    for short, word in _SHORT_KINDS.items():
        if text.startswith(short):
            text = f"{word} {text[len(short) :]}"
    for word in _KIND_WORDS:
        if text.startswith(word + " ") or (word.endswith(".") and text.startswith(word)):
            return text[len(word) :].strip()
    return text


# agencies and posts


def agency_by_code(code: str) -> Agency:
    """The agency with this identifier.

    Raises:
        NotFound: there is none.
    """
    found = Agency.objects.select_related("unit", "parent").filter(code=code).first()
    if found is None:
        raise NotFound(_("Không có cơ quan mang mã %(code)s.") % {"code": code})
    return found


def agency_codes() -> Mapping[int, str | None]:
    """Of all agencies, by their keys: for lists, which need not look them up."""
    return _CODES.get(None, lambda: dict(Agency.objects.values_list("pk", "code")))


_CODES: Kept[None, dict[int, str | None]] = Kept(Agency)


def agencies_of_unit(unit: Unit) -> QuerySet[Agency]:
    """The active agencies that serve a unit, the committee first."""
    return Agency.objects.filter(unit=unit, active=True).select_related("parent").order_by("path")


def agencies_below(agency: Agency) -> QuerySet[Agency]:
    """The agency and everything below it."""
    return Agency.objects.filter(path__startswith=agency.path) if agency.path else Agency.objects.filter(pk=agency.pk)


def committee_of(unit: Unit) -> Agency | None:
    """The people's committee of a unit."""
    return _COMMITTEE.first(unit=unit.pk)


_COMMITTEE = KeptQuery(
    lambda: Agency.objects.filter(unit=Param("unit"), kind="committee", active=True).order_by("pk"), of=[Agency]
)


def tenures_on(day: date) -> QuerySet[Tenure]:
    """Who holds which post on `day`."""
    return Tenure.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


def persons_posts(person: Person, on: date, *, role: str = "") -> list[Post]:
    """The posts `person` holds on a day, as its holder or in place of one, with their agencies; those that give `role`."""
    held = _giving(role, tenures_on(on)) if role else tenures_on(on)
    return list(
        Post.objects.filter(active=True, tenures__in=held.filter(person=person))
        .select_related("agency__unit")
        .order_by("agency__path", "order", "title")
        .distinct()
    )


def holders(agency: Agency, role: str, on: date) -> QuerySet[Person]:
    """The persons who hold a role at an agency on a day, by name."""
    held = _giving(role, tenures_on(on)).filter(post__agency=agency, post__active=True)
    return Person.objects.filter(pk__in=held.values("person")).order_by("sort_key", "pk")


def _giving(role: str, tenures: QuerySet[Tenure]) -> QuerySet[Tenure]:
    """Those that give a role. A personal one is not passed on."""
    known = roles().get(role)
    held = tenures.filter(in_place_of=None) if known and known.personal else tenures
    return held.filter(post__roles__contains=[role])


# persons: personal data, for those who may read it


def identified_persons(by: Actor | None, text: str) -> list[Person]:
    """Those whom `text` names beyond doubt: by the whole personal number, or by telephone and full name (accents forgiven).

    A name, a telephone or a part of a number alone finds nobody: the register is no book to leaf through.

    Raises:
        NotAllowed: `by` holds no post that may read the register of persons.
    """
    require(by, "directory.read_persons")
    words = fold(text).split()
    number = re.sub(r"[.\-]", "", "".join(word for word in words if _DIGITS.fullmatch(word)))
    name = " ".join(word for word in words if not _DIGITS.fullmatch(word))
    if len(number) == 12 and number.isdigit():
        return list(Person.objects.filter(identity_number=number))
    try:
        phone = normal_phone(number)
    except Invalid:
        return []
    if not phone or not name:
        return []
    reachable = Person.objects.filter(phone=phone).order_by("sort_key", "pk")
    return [person for person in reachable if fold(person.full_name) == name]


_DIGITS = re.compile(r"\+?[\d.\-]+", re.ASCII)


def person_by_identity_number(by: Actor | None, number: str) -> Person | None:
    """The person with this personal number.

    Raises:
        NotAllowed: `by` may not read the register of persons.
    """
    require(by, "directory.read_persons")
    return _BY_NUMBER.first(number=number)


_BY_NUMBER = FixedQuery(lambda: Person.objects.filter(identity_number=Param("number")))


def person_visible_to(by: Person | None, pk: int) -> Person:
    """A person's own entry, or anybody's for those who may read the register.

    Raises:
        NotFound: there is none, or `by` may not know.
    """
    own = by is not None and by.pk == pk
    if own or allowed(by, "directory.read_persons"):
        found = Person.objects.select_related("residence__parent").filter(pk=pk).first()
        if found:
            return found
    raise NotFound(_("Không tìm thấy người này."))
