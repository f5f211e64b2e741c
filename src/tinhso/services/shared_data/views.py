"""Public pages: which unit was what, when; what became of it; which agencies serve it."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.directory import queries
from tinhso.blocks.directory.agency_codes import to_right_to_left
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, Unit, UnitChange, UnitLevel
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.time import Calendar
from tinhso.kernel.time.windows import WEEKDAY_NAMES, WEEKDAYS
from tinhso.services.shared_data.forms import UnitSearchForm

_LIMIT = 50


def search(request: HttpRequest) -> HttpResponse:
    """Find units by name or code as of a day; without a name, the provinces."""
    form = UnitSearchForm(request.GET or None)
    day = form.day
    text = form.cleaned_data.get("q", "") if form.is_bound else ""
    units: list[Unit]
    if form.errors:
        units = []
    elif text:
        units = queries.find_units(text, on=day, limit=_LIMIT + 1)
    else:
        units = list(queries.units_on(day).filter(level=UnitLevel.PROVINCE).order_by("short_name"))
    context = {
        "form": form,
        "text": text,
        "day": day,
        "units": [_line(one, day) for one in (units[:_LIMIT] if text else units)],
        "more": bool(text) and len(units) > _LIMIT,
    }
    return render(request, "shared_data/search.html", context, status=422 if form.is_bound and form.errors else 200)


def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit as of a day, where it came from and what became of it, the units below, the agencies."""
    form = UnitSearchForm(request.GET or None)
    day = form.day
    try:
        found = queries.unit_on(code, day)
    except NotFound as error:
        return _not_on_this_day(request, code, day, error)
    children = queries.children_on(found, day).order_by("level", "short_name", "code")
    counts = queries.counts_below(found, day)
    context = {
        "unit": found,
        "day": day,
        "form": form,
        "counts": [(str(level.label), number) for level, number in counts.by_level.items()],
        "counts_note": counts.note,
        "came_from": [_step(change, change.predecessor, change.on - timedelta(days=1)) for change in queries.predecessors(found)],
        "became": [_step(change, change.successor, change.on) for change in queries.successors(found)],
        "today": _of_today(found, day),
        "other_forms": [_line(other, _a_day_of(other)) for other in _forms(code) if other.pk != found.pk],
        "children": [_line(child, day, with_parent=False) for child in children],
        "agencies": queries.agencies_of_unit(found).exclude(code=None),
        "breadcrumbs": _trail(found, day),
    }
    return render(request, "shared_data/unit.html", context)


def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency: its identifier in both forms, its hours, the agencies below it."""
    found = queries.agency_by_code(code.upper())
    children = Agency.objects.filter(parent=found, active=True).exclude(code=None).order_by("path")
    context = {
        "agency": found,
        "older_code": _older_code(found),
        "hours": _hours(agency_calendar(found)),
        "children": children,
        "unit_address": _address(found.unit, _a_day_of(found.unit)),
        "breadcrumbs": [*_trail(found.unit, _a_day_of(found.unit)), (found.short_name, "")],
    }
    return render(request, "shared_data/agency.html", context)


def _not_on_this_day(request: HttpRequest, code: str, day: date, error: NotFound) -> HttpResponse:
    """The code means something on other days: say so, and lead there."""
    forms = _forms(code)
    if not forms:
        raise error
    context = {"message": str(error), "code": code, "forms": [_line(one, _a_day_of(one)) for one in forms]}
    return render(request, "shared_data/not_on_this_day.html", context, status=404)


def _forms(code: str) -> list[Unit]:
    return list(Unit.objects.filter(code=code).select_related("parent").order_by("known_from"))


def _of_today(unit: Unit, day: date) -> list[dict[str, object]]:
    """Today's units that cover one that has ended and whose own page does not name them yet."""
    today = localdate()
    if unit.valid_to is None or unit.valid_to >= today:
        return []
    becoming = queries.became(unit, today)
    return [_line(one, today) for one in becoming.units]


def _line(unit: Unit, day: date, *, with_parent: bool = True) -> dict[str, object]:
    parent = queries.parent_on(unit, day) if with_parent else None
    return {"unit": unit, "url": _address(unit, day), "parent": parent.name if parent else ""}


def _step(change: UnitChange, other: Unit, day: date) -> dict[str, object]:
    return {**_line(other, day), "on": change.on, "act": change.act, "whole": change.whole}


def _address(unit: Unit, day: date) -> str:
    address = reverse("shared_data:unit", args=[unit.code])
    return address if day == localdate() else f"{address}?ngay={day:%d/%m/%Y}"


def _a_day_of(unit: Unit) -> date:
    """Today while the unit is in force, else its last day."""
    return localdate() if unit.valid_to is None or unit.valid_to >= localdate() else unit.valid_to


def _trail(unit: Unit, day: date) -> list[tuple[str, str]]:
    above: list[tuple[str, str]] = []
    one: Unit | None = unit
    while one:
        above.append((one.name, _address(one, day)))
        one = queries.parent_on(one, day)
    home = reverse("shared_data:search")
    return [(_("Đơn vị hành chính"), home if day == localdate() else f"{home}?ngay={day:%d/%m/%Y}"), *reversed(above)]


def _older_code(agency: Agency) -> str:
    try:
        return to_right_to_left(agency.code or "")
    except Invalid:
        return ""


def _hours(calendar: Calendar) -> list[tuple[str, str]]:
    """The usual week in words."""
    week = calendar.week_on(localdate())
    return [(WEEKDAY_NAMES[place], ", ".join(map(str, week[place])) or _("Nghỉ")) for place, _day in enumerate(WEEKDAYS)]
