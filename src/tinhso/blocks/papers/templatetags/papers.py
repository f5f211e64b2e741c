"""How papers write dates, times and money. The filters take ISO text as well, since a paper's facts are kept as JSON."""

from datetime import date, datetime

from django import template
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_aware, localtime

from tinhso.kernel.text.numbers import day_in_words

register = template.Library()

_DIGITS_PADDED_MONTHS = 2


def _day_of(value: object) -> date | None:
    if isinstance(value, str):
        value = parse_datetime(value) if "T" in value else parse_date(value)
    if isinstance(value, datetime):
        return localtime(value).date() if is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@register.filter
def formal_day(value: object) -> str:
    """ "ngày 05 tháng 02 năm 2026": Decree 30/2020 pads days below 10 and the months 1 and 2."""
    day = _day_of(value)
    if day is None:
        return "ngày …… tháng …… năm ……"
    month = f"{day.month:02d}" if day.month <= _DIGITS_PADDED_MONTHS else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


@register.filter
def paper_day(value: object) -> str:
    """ "05/02/2026"; empty when there is none."""
    found = _day_of(value)
    return f"{found:%d/%m/%Y}" if found else ""


@register.filter
def in_words(value: object) -> str:
    """ "ngày năm tháng hai năm hai nghìn không trăm hai mươi sáu"; empty when there is none."""
    found = _day_of(value)
    return day_in_words(found) if found else ""


@register.filter
def formal_moment(value: object) -> str:
    """ "09 giờ 05 phút, ngày 05 tháng 02 năm 2026" in Vietnamese time."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return "…… giờ …… phút, ngày …… tháng …… năm ……"
    if is_aware(moment):
        moment = localtime(moment)
    return f"{moment.hour:02d} giờ {moment.minute:02d} phút, {formal_day(moment)}"


@register.filter
def dong(value: object) -> str:
    """ "1.250.000 đồng"."""
    return f"{int(str(value)):,}".replace(",", ".") + " đồng"


@register.filter
def two_digits(value: object) -> str:
    """Numbers below ten as papers write them: 03 bộ."""
    return f"{int(str(value)):02d}"
