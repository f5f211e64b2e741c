"""The rows of "my work" and of the list of cases, the pages opened most: made here, as a template takes most of a page's time
for them."""

from collections.abc import Iterable, Mapping
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tinhso.blocks.cases.families import PROCEDURES
from tinhso.blocks.cases.models import Status
from tinhso.blocks.cases.models.assignment import how_in_words
from tinhso.kernel.time import Remaining, local
from tinhso.kernel.web.templatetags.ui import day, due, status_badge
from tinhso.services.onestop.case_filter import Row
from tinhso.services.onestop.queries import WorkRow

register = template.Library()

_ROW = """
    <tr data-row>
      <td class="heap-pick"><input class="form-check-input" type="checkbox" data-heap-item name="steps" value="{step}"\
 aria-label="{choose} {code}"></td>
      <td><a class="row-title" href="{link}">{procedure}</a><span class="row-note num">{code}</span></td>
      <td data-label="{applicant}">{name}</td>
      <td data-label="{task}">{title}</td>
      <td class="whole" data-label="{term}">{left}</td>
      <td class="whole" data-label="{holder}">{held}</td>
    </tr>"""


_CASE = """
    <tr data-row>
      <td><a class="row-title" href="{link}">{procedure}</a><span class="row-note num">{code}</span></td>
      <td data-label="{applicant}">{name}</td>
      <td data-label="{status}">{state}</td>
      <td class="whole" data-label="{due}">{left}</td>
      <td data-label="{submitted}"><time datetime="{sent}">{sent_day}</time></td>
    </tr>"""


@register.simple_tag
def work_rows(rows: Iterable[tuple[WorkRow, Remaining | None]], titles: Mapping[int, str]) -> SafeString:
    """One `<tr>` for each step and what is left of its term; None when the case is decided.

    Args:
        titles: of procedures, by their keys.
    """
    labels = {
        "choose": _("Chọn"),
        "applicant": _("Người nộp"),
        "task": _("Bước"),
        "term": _("Hạn của bước"),
        "holder": _("Người giữ"),
    }
    words = {name: escape(label) for name, label in labels.items()}
    decided, nobody = _muted(_("Đã có kết quả, chờ trả")), _muted(_("Chưa ai nhận"))
    return SafeString(
        "".join(
            _ROW.format(
                step=row["pk"],
                code=escape(row["case__code"]),
                link=escape(PROCEDURES.desk % row["case__code"]),
                procedure=escape(titles.get(row["case__procedure"], row["case__code"])),
                name=escape(row["case__applicant_name"]),
                title=escape(row["name"]),
                left=due(remaining) if remaining else decided,
                held=_holder(row, nobody),
                **words,
            )
            for row, remaining in rows
        )
    )


@register.simple_tag
def case_rows(rows: Iterable[tuple[Row, Remaining | None]], titles: Mapping[int, str], **labels: str) -> SafeString:
    """One `<tr>` for each case and what is left of its term; None where no clock runs.

    Args:
        titles: of procedures, by their keys. labels: of the columns: applicant, status, due, submitted.
    """
    words = {name: escape(label) for name, label in labels.items()}
    states = {status.value: status_badge(status) for status in Status}
    done = _("Xong")
    return SafeString(
        "".join(
            _CASE.format(
                link=escape(PROCEDURES.desk % row["code"]),
                procedure=escape(titles.get(row["procedure"], row["code"])),
                code=escape(row["code"]),
                name=escape(row["applicant_name"]),
                state=states[row["status"]],
                left=due(remaining) if remaining else _muted(f"{done} {day(row['ended_at'])}") if row["ended_at"] else "",
                sent=local(row["submitted_at"]).isoformat(),
                sent_day=day(row["submitted_at"]),
                **words,
            )
            for row, remaining in rows
        )
    )


def _holder(row: WorkRow, nobody: str) -> str:
    held = escape(row["assignee__full_name"]) if row["assignee__full_name"] else nobody
    how = row["assigned_how"]
    return f'{held}<span class="row-note">{escape(how_in_words(how))}</span>' if how else held


def _muted(text: str) -> str:
    return f'<span class="muted">{escape(text)}</span>'
