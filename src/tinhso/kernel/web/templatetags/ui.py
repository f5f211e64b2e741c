"""Tags and filters every template has (a builtin library: no `{% load %}`)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape as html_escape
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.template import TemplateDoesNotExist
from django.template.context import RequestContext
from django.template.loader import get_template
from django.templatetags.static import static as address_of_static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import services
from tinhso.kernel.time import Level, Remaining, Span, Term
from tinhso.kernel.time import local as local_time

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1000)
def static(path: str) -> str:
    """The address of one of our files, as Django's tag of that name; looked up once, since every page names a score of them."""
    return address_of_static(path)


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A Tabler icon. Decoration unless `label` says what it means to those who cannot see it."""
    classes = f"icon icon-{name} {css}".rstrip()
    address = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, address)
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', classes, address)


# ------------------------------------------------------------------------------------------------------------ values


@register.filter
def vnd(amount: int | None) -> str:
    """1250000 → "1.250.000 ₫", in every language."""
    return "" if amount is None else f"{int(amount):,}".replace(",", ".") + "\u00a0₫"


# Django's own formats of Vietnamese name the separators but no grouping
_TO_VIETNAMESE = str.maketrans(",.", ".,")


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """1250000 → "1.250.000", in English "1,250,000"."""
    if value is None:
        return ""
    english = f"{value:,.{decimals}f}"
    return english if get_language() == "en" else english.translate(_TO_VIETNAMESE)


@register.filter
def percent(value: float | None) -> str:
    """97.257 → "97,26 %", in English "97.26%"; a dash where nothing could be divided."""
    if value is None:
        return "–"
    return number(value, 2) + ("%" if get_language() == "en" else "\u00a0%")


@register.filter
def plain(value: float | None) -> str:
    """A number as machines write it, for attributes: 12.5 in every language."""
    return f"{value or 0:g}"


@register.filter
def term(value: Term | Span) -> str:
    """A length of time in the reader's language: "3 ngày làm việc"."""
    return value.label(get_language() or "vi")


@register.filter
def term_unit(value: Term) -> str:
    """What a term counts: "ngày làm việc"."""
    return value.unit_label(get_language() or "vi")


@register.filter
def day(value: date | datetime | None) -> str:
    """dd/mm/yyyy in the installation's time zone."""
    if value is None or value == "":
        return ""
    return f"{_local(value):%d/%m/%Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """08:30 ngày 21/11/2026."""
    if value is None or value == "":
        return ""
    local = _local(value)
    return _moments_written(get_language()) % {"time": f"{local:%H:%M}", "date": f"{local:%d/%m/%Y}"}


@lru_cache
def _moments_written(_language: str | None) -> str:
    """In the language of the reader, who is asked once: lists say many."""
    return _("%(time)s ngày %(date)s")


@register.filter
def hour(value: datetime | None) -> str:
    """08:30."""
    return "" if value is None or value == "" else f"{_local(value):%H:%M}"


def _local(value: date | datetime) -> date | datetime:
    return local_time(value) if isinstance(value, datetime) and value.tzinfo is not None else value


@register.filter
def person_name(person: Any) -> str:
    """The name as the person writes it; a dash for none, "Hệ thống" is said by those who mean the system."""
    return str(getattr(person, "full_name", "") or person or "–")


@register.filter
def initials(person: Any) -> str:
    """Last two words' first letters, for the round mark beside a name: "Nguyễn Thị Minh An" → "MA"."""
    words = person_name(person).split()
    return "".join(word[0] for word in words[-2:]).upper()


# ----------------------------------------------------------------------------------------------------------- marks


# Those of every row of a list are made here: a template of its own for each would take longer than all the rest of the page.


@register.simple_tag
def status_badge(status: Any, tone: str = "") -> SafeString:
    """A state as a word. `status`: text, a choice with `.label`, or anything with `.label` and `.tone`.

    tone: neutral, active, done, soon or bad. Amber (`soon`) and red (`bad`) are kept for time and refusal.
    """
    text, tone = getattr(status, "label", status), tone or getattr(status, "tone", "neutral")
    return format_html('<span class="status status-{}">{}</span>', tone, text)


def _due_icon(level: Level) -> SafeString:
    """Each named in a call of `icon`: that is where the set-up looks for the drawings it puts into the sprite."""
    match level:
        case Level.OVERDUE:
            return icon("alert-triangle")
        case Level.TODAY:
            return icon("clock-exclamation")
        case Level.PAUSED:
            return icon("player-pause")
        case _:
            return icon("clock")


@register.simple_tag
def due(remaining: Remaining | None) -> SafeString:
    """What is left of a term, in words, with the date beside it where the words do not name it."""
    if remaining is None:
        return SafeString("")
    language = get_language() or "vi"
    sentence = remaining.sentence(language)
    title = date = ""
    if until := remaining.due:
        title = f' title="{_due_word(language)} {html_escape(moment(until))}"'
        if remaining.level != Level.TODAY and (shown := day(until)) not in sentence:
            date = f' <time class="due-date" datetime="{local_time(until).isoformat()}">{shown}</time>'
    mark = _due_icon(remaining.level)
    return SafeString(f'<span class="due due-{remaining.level}"{title}>{mark}<span>{html_escape(sentence)}{date}</span></span>')


@lru_cache
def _due_word(_language: str) -> str:
    return html_escape(_("Hạn:"))


@register.simple_tag
def control(field: BoundField, css: str = "") -> SafeString:
    """The control of a form field in our dress."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
        dress = "form-check-input"
    else:
        dress = "form-select" if isinstance(widget, Select) else "form-control"
    return field.as_widget(attrs={"class": f"{widget.attrs.get('class', '')} {dress} {css}".strip()})


# ------------------------------------------------------------------------------------------------------------ shell


@lru_cache
def _slot_templates(name: str) -> tuple[str, ...]:
    found = []
    for config in services():
        path = f"{config.label}/slots/{name}.html"
        try:
            get_template(path)
        except TemplateDoesNotExist:
            continue
        found.append(path)
    return tuple(found)


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str) -> SafeString:
    """What the applications put at a place of the shell: every template `<app>/slots/<name>.html`, in menu order.

    Places: banner (above everything), notices (bell), account (lines of the person's menu), search (workspace top bar),
    home (public home page), procedure (public page of a procedure), case_papers (below the papers of a case),
    party_phone (beside the telephone of a case's party), footer.
    """
    templates = _slot_templates.__wrapped__(name) if settings.DEBUG else _slot_templates(name)
    parts = [context.template.engine.get_template(path).render(context) for path in templates]  # type: ignore[union-attr]
    return SafeString("".join(parts))


@register.simple_tag(takes_context=True)
def address_with(context: RequestContext, **changes: object) -> str:
    """This page's address with some query parameters changed (None or "" removes one)."""
    query: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.filter
def pairs(items: Sequence[Any]) -> Sequence[Any]:
    """`dict.items()` for dicts, the thing itself otherwise; so that lists of pairs and dicts show alike."""
    return list(items.items()) if isinstance(items, dict) else items
