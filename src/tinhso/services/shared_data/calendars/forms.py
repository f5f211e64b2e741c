"""What is asked of somebody who changes a calendar. Every form answers with the changes it means."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.blocks.directory.calendar_changes import Change, DayChange, HoursChange
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, CalendarDay, DayKind
from tinhso.blocks.directory.periods import period
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time.windows import WEEKDAY_NAMES, WEEKDAYS, parse_windows

_LONGEST = 62
_WRITTEN = ["%d/%m/%Y", "%Y-%m-%d"]
_SOURCE = gettext_lazy("Số, ký hiệu và ngày của quyết định hoặc thông báo. Ví dụ: Thông báo số 12/TB-UBND ngày 05/01/2026")


def _day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=_WRITTEN,
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Hãy ghi ngày như 30/06/2026."), "required": gettext_lazy("Hãy ghi ngày.")},
    )


def _text_field(label: Any, *, required: bool = False, help_text: Any = "", length: int = 200) -> forms.CharField:
    said = {"required": gettext_lazy("Hãy ghi lý do.")}
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=length, error_messages=said)


class ChangeForm(forms.Form):
    """A change of one agency's calendar."""

    def __init__(self, data: Any = None, *, agency: Agency, **rest: Any) -> None:
        super().__init__(data, **rest)
        self.agency = agency
        self.changes: Sequence[Change] = ()

    def summary(self) -> list[tuple[str, str]]:
        """For the error summary: (id of the control, message)."""
        return [
            (self[name].id_for_label if name in self.fields else "", str(message))
            for name, messages in self.errors.items()
            for message in messages
        ]

    def _hours(self, name: str) -> tuple[str, ...]:
        """Windows as typed, "07:00-11:30, 13:30-17:00"; a problem is said beside the field."""
        written = tuple(part.strip() for part in re.split(r"[;,]", self.cleaned_data.get(name) or "") if part.strip())
        try:
            return tuple(str(window).replace("–", "-") for window in parse_windows(written))
        except Invalid as problem:
            self.add_error(name, str(problem))
            return ()


class DaysForm(ChangeForm):
    """Days off, days worked for them, or both: a swap."""

    nghi_tu = _day_field(gettext_lazy("Nghỉ từ ngày"), help_text=gettext_lazy("Để trống nếu chỉ khai ngày làm việc thêm."))
    nghi_den = _day_field(gettext_lazy("Nghỉ đến hết ngày"), help_text=gettext_lazy("Để trống nếu chỉ nghỉ một ngày."))
    lam_bu = _text_field(
        gettext_lazy("Làm việc, làm bù vào các ngày"),
        help_text=gettext_lazy("Cách nhau bằng dấu phẩy. Ví dụ: 10/01/2026, 17/01/2026"),
        length=400,
    )
    gio = _text_field(
        gettext_lazy("Giờ làm việc của các ngày ấy"),
        help_text=gettext_lazy("Để trống là như ngày làm việc thường. Ví dụ: 07:00-11:30, 13:30-17:00"),
    )
    ly_do = _text_field(
        gettext_lazy("Lý do"), required=True, help_text=gettext_lazy("Người nộp hồ sơ sẽ đọc. Ví dụ: Nghỉ bù lễ 02/01/2026")
    )
    can_cu = _text_field(gettext_lazy("Căn cứ"), help_text=_SOURCE, length=300)

    def clean_lam_bu(self) -> list[date]:
        days = []
        for part in filter(None, (part.strip() for part in re.split(r"[;,]", self.cleaned_data["lam_bu"]))):
            try:
                days.append(forms.DateField(input_formats=_WRITTEN).clean(part))
            except forms.ValidationError:
                raise forms.ValidationError(_("Không hiểu ngày “%(day)s”; hãy ghi như 10/01/2026.") % {"day": part}) from None
        return days

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last, worked = said.get("nghi_tu"), said.get("nghi_den"), said.get("lam_bu") or []
        hours = self._hours("gio")
        if self.errors:
            return said
        if last and not first:
            self.add_error("nghi_tu", _("Hãy ghi ngày bắt đầu nghỉ."))
        elif first and last and last < first:
            self.add_error("nghi_den", _("Ngày cuối phải sau ngày đầu."))
        elif first and last and (last - first).days > _LONGEST:
            self.add_error("nghi_den", _("Mỗi lần khai nhiều nhất %(days)s ngày.") % {"days": _LONGEST})
        elif not first and not worked:
            self.add_error("nghi_tu", _("Hãy ghi ngày nghỉ, hoặc ngày làm bù ở ô dưới."))
        if not self.errors:
            self._make_changes(first, last or first, worked, hours)
        return said

    def _make_changes(self, first: date | None, last: date | None, worked: list[date], hours: tuple[str, ...]) -> None:
        calendar = agency_calendar(self.agency)
        spoken_of = set(CalendarDay.objects.filter(agency=self.agency).values_list("date", flat=True))
        wanted = [first + timedelta(days=step) for step in range((last - first).days + 1)] if first and last else []
        off = [day for day in wanted if calendar.is_working_day(day) or day in spoken_of]
        if wanted and not off:
            self.add_error("nghi_tu", _("Những ngày này vốn đã là ngày nghỉ."))
        for day in worked:
            if day in off:
                self.add_error("lam_bu", _("Ngày %(day)s vừa nghỉ vừa làm việc.") % {"day": _said(day)})
            elif calendar.is_working_day(day) and not hours and day not in spoken_of:
                self.add_error("lam_bu", _("Ngày %(day)s vốn đã là ngày làm việc.") % {"day": _said(day)})
        why, source = self.cleaned_data.get("ly_do", ""), self.cleaned_data.get("can_cu", "")
        self.changes = [
            *(DayChange(self.agency, day, DayKind.OFF, why, source=source) for day in off),
            *(DayChange(self.agency, day, DayKind.WORKING, why, hours, source) for day in worked),
        ]


class TakeBackForm(ChangeForm):
    """What the agency said of a day no longer holds; the day is again as the agencies above have it."""

    ngay = _day_field(gettext_lazy("Ngày"), required=True)

    def clean_ngay(self) -> date:
        day: date = self.cleaned_data["ngay"]
        if not CalendarDay.objects.filter(agency=self.agency, date=day).exists():
            raise forms.ValidationError(_("Cơ quan không khai riêng ngày này, hoặc đã bỏ rồi."))
        self.changes = [DayChange(self.agency, day, None)]
        return day


class HoursForm(ChangeForm):
    """The week that is worked from a day on."""

    tu_ngay = _day_field(
        gettext_lazy("Áp dụng từ ngày"), required=True, help_text=gettext_lazy("Hạn của hồ sơ đến hạn trước ngày này không đổi.")
    )
    den_ngay = _day_field(gettext_lazy("Đến hết ngày"), help_text=gettext_lazy("Để trống là cho đến khi đổi lần nữa."))
    theo_tren = forms.BooleanField(label=gettext_lazy("Theo giờ của cơ quan cấp trên, không cần ghi giờ ở dưới"), required=False)
    can_cu = _text_field(gettext_lazy("Căn cứ"), help_text=_SOURCE, length=300)

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        for code, name in zip(WEEKDAYS, WEEKDAY_NAMES, strict=True):
            self.fields[code] = _text_field(name)

    @property
    def weekdays(self) -> list[forms.BoundField]:
        return [self[code] for code in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("tu_ngay"), said.get("den_ngay")
        week = None if said.get("theo_tren") else {code: list(hours) for code in WEEKDAYS if (hours := self._hours(code))}
        if self.errors:
            return said
        if week == {}:
            self.add_error("mon", _("Hãy ghi giờ của ít nhất một ngày trong tuần."))
        elif first and last and last < first:
            self.add_error("den_ngay", _("Ngày cuối phải sau ngày đầu."))
        else:
            self.changes = [HoursChange(self.agency, period(first, last, week, said.get("can_cu", "")))]
        return said


def week_as_typed(agency: Agency, on: date) -> dict[str, str]:
    """The week worked at the time of `on`, as the fields of `HoursForm` take it."""
    week = agency_calendar(agency).week_on(on)
    return {code: ", ".join(map(str, windows)).replace("–", "-") for code, windows in zip(WEEKDAYS, week, strict=True)}


def _said(day: date) -> str:
    return date_format(day, "d/m/Y")
