"""Which agency a matter goes to: the first rule that holds; where none does or it cannot be carried out, the default desk.

Nothing here changes anything. `try_rules` shows what a draft would have done with what came in lately.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tinhso.blocks.cases.agencies import resolve
from tinhso.blocks.cases.bpmn.vocabulary import AGENCY
from tinhso.blocks.cases.conditions import first_that_holds
from tinhso.blocks.cases.families import Family
from tinhso.blocks.cases.models import Case, Routing
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, Unit
from tinhso.blocks.directory.queries import committee_of
from tinhso.kernel.errors import DomainError, WrongState
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.kernel.time import local

FACTS = frozenset({"case.field", "case.kind", "place.commune", "place.province", "at.hour", "at.weekday", "at.day"})
"""What a condition may read. at.weekday: 1 Monday to 7 Sunday; at.day: "working", "rest", "holiday" at the default desk."""

PLACE = "place"
"""The people's committee of the commune the place lies in; "place:kthtdt": an agency directly below it, by its initials."""

TRIED_DAYS = 30
MOST_TRIED = 500


@dataclass(frozen=True)
class Rule:
    condition: str
    target: str


@dataclass(frozen=True)
class Matter:
    """What a rule may ask of. commune: where the place lies, None when that is not known."""

    field: str
    kind: str
    commune: Unit | None
    at: datetime


@dataclass(frozen=True)
class Routed:
    """how: "rule:2", "failed:2" when rule 2 could not be carried out, or "default"; the last two mean the default desk."""

    agency: Agency
    how: str


_APPROVED = KeptQuery(
    lambda: (
        Routing.objects.select_related("fallback")
        .filter(family=Param("family"), valid_from__isnull=False)
        .order_by("-valid_from", "-number")
    ),
    of=[Routing, Agency],
)


def rules_of(routing: Routing) -> tuple[Rule, ...]:
    return tuple(Rule(rule["condition"], rule["target"]) for rule in routing.rules)


def routing_in_force(family: Family, at: datetime) -> Routing | None:
    approved = _APPROVED.rows(family=family.code)
    return next((routing for routing in approved if routing.valid_from and routing.valid_from <= at), None)


def route(family: Family, matter: Matter) -> Routed:
    """The agency for a matter by the rules in force.

    Raises:
        WrongState: the province has no rules and no agency at all.
    """
    routing = routing_in_force(family, matter.at)
    if routing is None:
        return Routed(uppermost(), "default")
    return route_by(rules_of(routing), matter, fallback=routing.fallback)


def route_by(rules: Iterable[Rule], matter: Matter, *, fallback: Agency) -> Routed:
    """`fallback` is the default desk; where it is closed or has no code, the uppermost agency is."""
    rules, fallback = tuple(rules), open_desk(fallback)
    decided = first_that_holds((rule.condition for rule in rules), facts_of(matter, fallback))
    if not decided.number:
        return Routed(fallback, "default")
    if not decided.failed:
        try:
            agency = agency_named(rules[decided.number - 1].target, commune=matter.commune, fallback=fallback, on=_day(matter))
            if _fit(agency):
                return Routed(agency, f"rule:{decided.number}")
        except DomainError:  # the agency is gone, or nobody knows which is meant: the desk sees to it
            pass
    return Routed(fallback, f"failed:{decided.number}")


def _fit(agency: Agency) -> bool:
    """Whether cases can be given to it."""
    return agency.active and bool(agency.code)


def open_desk(fallback: Agency) -> Agency:
    """The default desk that rules name, or the uppermost agency where it takes nothing any more."""
    return fallback if _fit(fallback) else uppermost()


def _day(matter: Matter) -> date:
    return local(matter.at).date()


def facts_of(matter: Matter, fallback: Agency) -> Mapping[str, Any]:
    at, commune = local(matter.at), matter.commune
    calendar = agency_calendar(fallback)
    day = "holiday" if calendar.is_holiday(at.date()) else "working" if calendar.is_working_day(at.date()) else "rest"
    return {
        "case": {"field": matter.field, "kind": matter.kind},
        "place": {
            "commune": commune.code if commune else None,
            "province": commune.parent.code if commune and commune.parent else None,
        },
        "at": {"hour": at.hour, "weekday": at.isoweekday(), "day": day},
    }


def agency_named(target: str, *, commune: Unit | None, fallback: Agency, on: date) -> Agency:
    """The agency a rule means, as `agencies.resolve` reads it, or by `PLACE`.

    Raises:
        WrongState: there is none, or there are several.
    """
    if target != PLACE and not target.startswith(f"{PLACE}:"):
        return resolve(target, own=fallback, answers={}, on=on)
    committee = committee_of(commune) if commune else None
    if committee is None or not committee.code:
        raise WrongState(f"no committee for {target}")
    return resolve(f"here{target.removeprefix(PLACE)}", own=committee, answers={}, on=on) if ":" in target else committee


def understood(target: str) -> bool:
    """Whether a target is written as it has to be."""
    if target == PLACE:
        return True
    return bool(AGENCY.fullmatch(target.replace(f"{PLACE}:", "here:", 1))) and not target.startswith(("same", "parent", "unit:"))


_UPPERMOST = KeptQuery(
    lambda: Agency.objects.filter(parent=None, active=True).exclude(code=None).order_by("path")[:1], of=[Agency]
)


def uppermost() -> Agency:
    """The agency above all others, to which everything falls where no rules are in force."""
    found = _UPPERMOST.first()
    if found is None:
        raise WrongState("no agency")
    return found


# --- the trial of a draft


@dataclass(frozen=True)
class Tried:
    """One case of the past: to which agency it had been given first, and to which the draft would have given it."""

    case: Case
    before: Agency
    routed: Routed

    @property
    def moved(self) -> bool:
        return self.before != self.routed.agency


@dataclass(frozen=True)
class Trial:
    """tried: the newest first. shares: how many each agency would have got, most first."""

    tried: tuple[Tried, ...]
    shares: tuple[tuple[Agency, int], ...]

    @property
    def moved(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.tried if one.moved)

    @property
    def undecided(self) -> int:
        """How many would have come to the default desk because no rule fits or one could not be carried out."""
        return sum(not one.routed.how.startswith("rule:") for one in self.tried)


def try_rules(family: Family, rules: Iterable[Rule], *, fallback: Agency, now: datetime) -> Trial:
    """Carry rules out on the cases of the last 30 days, at most 500, each with the units and the hour of its own day."""
    rules = tuple(rules)
    found = all_cases(family).filter(submitted_at__gte=now - timedelta(days=TRIED_DAYS), submitted_at__lte=now)
    related = ("procedure", "agency", "form", "place__unit__parent")
    cases = found.select_related(*related).prefetch_related("transfers__of").order_by("-submitted_at", "-pk")[:MOST_TRIED]
    tried = tuple(Tried(case, _first_agency(case), route_by(rules, matter_of(case), fallback=fallback)) for case in cases)
    counts = Counter(one.routed.agency for one in tried)
    return Trial(tried, tuple(counts.most_common()))


def matter_of(case: Case) -> Matter:
    """What was asked of when the case came in. The sub-kind is the answer `matter.kind` of its form."""
    place = getattr(case, "place", None)
    matter = case.form.answers.get("matter")
    kind = str(matter.get("kind") or "") if isinstance(matter, dict) else ""
    return Matter(case.procedure.code, kind, place.unit if place else None, case.submitted_at)


def _first_agency(case: Case) -> Agency:
    transfers = sorted(case.transfers.all(), key=lambda transfer: transfer.at)
    return transfers[0].of if transfers else case.agency
