"""The lines of officers' lists of reports: made here, as a template takes most of the page's time for them."""

from collections.abc import Iterable
from html import escape
from unicodedata import normalize

from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from tinhso.kernel.time import Remaining
from tinhso.kernel.web.templatetags.ui import due, moment, status_badge
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.queue import Line
from tinhso.services.reports.words import state_of_status

register = template.Library()

_LONGEST = 90
_ROW = """
    <tr data-row>
      <td><a class="row-title" href="{link}">{kind}</a><span class="row-note">{text}</span>\
<span class="row-note num">{code}{marks}</span></td>
      <td data-label="{place_label}">{place}</td>
      <td data-label="{agency_label}">{agency}</td>
      <td class="whole" data-label="{sent_label}">{sent}</td>
      <td class="whole" data-label="{state_label}">{state}</td>
      <td class="whole" data-label="{due_label}">{left}</td>
    </tr>"""


@register.simple_tag
def report_rows(rows: Iterable[tuple[Line, str, Remaining | None]], **labels: str) -> SafeString:
    """One `<tr>` for each report, its sub-kind and what is left of its term; None where no clock runs.

    Args:
        labels: of the columns: place, agency, sent, state, due.
    """
    words = {f"{name}_label": escape(label) for name, label in labels.items()}
    waiting, too = f" · {escape(_('chờ kiểm duyệt'))}", _("%(n)s người cùng phản ánh")
    states: dict[int, str] = {}
    return SafeString(
        "".join(
            _ROW.format(
                link=escape(REPORTS.desk % line.code),
                kind=escape(kind),
                text=escape(_shortened(line.text or "")),
                code=escape(line.code),
                marks=_marks(line, waiting, too),
                place=escape(line.address or "–"),
                agency=escape(line.agency_name),
                sent=escape(moment(line.submitted_at)),
                state=_badge(line.status, states),
                left=due(remaining) if remaining else '<span class="muted">–</span>',
                **words,
            )
            for line, kind, remaining in rows
        )
    )


def _shortened(text: str) -> str:
    text = normalize("NFC", text)
    return text if len(text) <= _LONGEST else Truncator(text).chars(_LONGEST)


def _marks(line: Line, waiting: str, too: str) -> str:
    marks = waiting if line.shown == Report.Shown.WAITING else ""
    return f"{marks} · {escape(too % {'n': line.me_too})}" if line.me_too else marks


def _badge(status: int, made: dict[int, str]) -> str:
    if status not in made:
        state = state_of_status(status)
        made[status] = status_badge(state.label, state.tone)
    return made[status]
