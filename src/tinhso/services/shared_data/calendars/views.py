"""The list of calendars, one calendar, and its changes: entered, previewed with every open case they would move, confirmed.

A change is all in the address until it is confirmed: it can be left, reloaded, gone back to and sent to a colleague.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.actions.calendars import CalendarsChanged, change_calendar
from tinhso.blocks.cases.calendar_moves import Move, moves
from tinhso.blocks.directory.calendar_lines import days_of_year, own_words, weeks_of
from tinhso.blocks.directory.calendars import agency_calendar, calendars_version
from tinhso.blocks.directory.models import Agency, CalendarDay, DayKind
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.paging import Page, page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.services.shared_data.calendars.forms import ChangeForm, DaysForm, HoursForm, TakeBackForm, week_as_typed
from tinhso.services.shared_data.calendars.sheet import sheet_of

_A_PAGE = 50
_YEARS = (2010, 2040)


@require_safe
@staff_only
def calendars(request: PersonRequest) -> HttpResponse:
    """The agencies whose calendars the person keeps."""
    require(request.person, "directory.edit")
    text = request.GET.get("q", "").strip()
    rows = grants(request.person).agencies_for("directory.edit").filter(active=True).select_related("parent")
    if text:
        rows = rows.filter(search__contains=fold(text)) | rows.filter(code__istartswith=text)
    page = page_by_key(rows, order=("path",), cursor=request.GET.get("trang"), size=_A_PAGE)
    own, year = own_words(page.rows, localdate().year), localdate().year
    context = {
        "page": page,
        "rows": [(agency, *own[agency.pk]) for agency in page.rows],
        "year": year,
        "text": text,
        "filters": [{"name": "q", "label": _("Tên hoặc mã cơ quan"), "kind": "search", "value": text}],
    }
    return render(request, "shared_data/calendars.html", context)


@require_safe
@staff_only
def calendar(request: PersonRequest, pk: int) -> HttpResponse:
    """One agency's hours and days of a year, with who said so and on what ground."""
    agency = _agency(request, pk)
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and _YEARS[0] <= int(asked) <= _YEARS[1] else localdate().year
    context = {
        "agency": agency,
        "year": year,
        "years": [other for other in (year - 1, year + 1) if _YEARS[0] <= other <= _YEARS[1]],
        "provisional": year not in agency_calendar(agency).known_years,
        "days": days_of_year(agency, year),
        "weeks": weeks_of(agency),
        "today": localdate(),
        "breadcrumbs": _trail(agency, last=True),
    }
    return render(request, "shared_data/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def change_days(request: PersonRequest, pk: int) -> HttpResponse:
    """Days off and days worked."""
    agency = _agency(request, pk)
    initial = _entered(agency, request.GET.get("ngay", ""))
    data = _given(request, "ly_do")
    return _change(request, DaysForm(data, agency=agency, initial=initial), _("Khai ngày nghỉ, ngày làm bù"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """What was said of a day no longer holds."""
    agency = _agency(request, pk)
    return _change(request, TakeBackForm(_given(request, "ngay"), agency=agency), _("Bỏ ngày đã khai"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def change_hours(request: PersonRequest, pk: int) -> HttpResponse:
    """Opening hours from a day on."""
    agency = _agency(request, pk)
    form = HoursForm(_given(request, "tu_ngay"), agency=agency, initial=week_as_typed(agency, localdate()))
    return _change(request, form, _("Đổi giờ làm việc"))


def _agency(request: PersonRequest, pk: int) -> Agency:
    require(request.person, "directory.edit")
    found = grants(request.person).agencies_for("directory.edit").filter(pk=pk).select_related("parent").first()
    if found is None:
        raise NotFound(_("Không có cơ quan này trong phạm vi bạn quản lý."))
    return found


def _given(request: PersonRequest, telling: str) -> Any:
    """What was entered, which is all in the address; None when the form is opened for the first time."""
    return request.GET if telling in request.GET or request.method == "POST" else None


def _entered(agency: Agency, written: str) -> dict[str, Any]:
    """What the agency said of the day it wants to correct."""
    try:
        entry = CalendarDay.objects.filter(agency=agency, date=written).first() if written else None
    except ValueError:
        return {}
    if entry is None:
        return {}
    said = {"ly_do": entry.reason, "can_cu": entry.source, "gio": ", ".join(entry.hours or ())}
    return said | ({"nghi_tu": entry.date} if entry.kind == DayKind.OFF else {"lam_bu": f"{entry.date:%d/%m/%Y}"})


def _change(request: PersonRequest, form: ChangeForm, title: str) -> HttpResponse:
    """The form; once it can be understood, what it would move; once that is confirmed, the change."""
    if not form.is_bound or not form.is_valid() or "sua" in form.data:
        return _ask(request, form, title)
    problem = None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            moved = change_calendar(form.changes, by=request.person, seen=int(seen) if seen.isdecimal() else -1)
        except CalendarsChanged as changed:
            problem = changed
        else:
            messages.success(request, _told(moved))
            return redirect("shared_data:calendar", form.agency.pk)
    version = calendars_version()
    found = moves(form.changes)
    if request.GET.get("dang") == "csv":
        return sheet_of(found, f"lich-{form.agency.code or form.agency.pk}.csv")
    return _preview(request, form, found, {"title": title, "version": version, "problem": problem})


def _ask(request: PersonRequest, form: ChangeForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "agency": form.agency, "breadcrumbs": _trail(form.agency, title)}
    return render(request, "shared_data/calendar_change.html", context, status=422 if form.errors else 200)


def _preview(request: PersonRequest, form: ChangeForm, found: Sequence[Move], rest: dict[str, Any]) -> HttpResponse:
    asked = request.GET.get("trang", "")
    last = max((len(found) - 1) // _A_PAGE, 0)
    number = min(int(asked), last) if asked.isdecimal() and len(asked) < 6 else 0
    said = [(form[name].label, value) for name, value in form.data.items() if name in form.fields and value]
    context = {
        "agency": form.agency,
        "said": said,
        "correctable": not isinstance(form, TakeBackForm),
        "page": Page(
            list(found[number * _A_PAGE : (number + 1) * _A_PAGE]),
            str(number + 1) if number < last else None,
            str(number - 1) if number else None,
        ),
        "count": len(found),
        "later": sum(move.later for move in found),
        "earlier": sum(not move.later for move in found),
        "steps": sum(step.before != step.due_at for move in found for step in move.steps),
        "breadcrumbs": _trail(form.agency, rest["title"]),
        **rest,
    }
    return render(request, "shared_data/calendar_preview.html", context, status=409 if rest["problem"] else 200)


def _told(moved: Sequence[Move]) -> str:
    if not moved:
        return _("Đã đổi lịch. Không hồ sơ nào đổi ngày hẹn.")
    said = ngettext("Đã đổi lịch. %(count)s hồ sơ có ngày hẹn mới.", "Đã đổi lịch. %(count)s hồ sơ có ngày hẹn mới.", len(moved))
    return said % {"count": len(moved)} + " " + _("Người nộp được báo.")


def _trail(agency: Agency, title: str = "", *, last: bool = False) -> list[tuple[str, str]]:
    own = "" if last else reverse("shared_data:calendar", args=[agency.pk])
    trail = [(_("Lịch làm việc"), reverse("shared_data:calendars")), (agency.short_name, own)]
    return [*trail, (title, "")] if title else trail
