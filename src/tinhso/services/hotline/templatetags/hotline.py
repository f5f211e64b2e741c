from django import template

from tinhso.services.hotline.numbers import spoken

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """+84912345678 → 0912 345 678."""
    return spoken(number)


@register.filter
def clock(seconds: float | None) -> str:
    """95 → 1:35."""
    return "–" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
