"""The rows of "my work", the page opened most: made here, as a template takes most of the page's time for them."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.common import desk_link
from tinhso.blocks.cases.models import Step
from tinhso.kernel.time import Remaining
from tinhso.kernel.web.templatetags.ui import due

register = template.Library()

_ROW = """
    <tr data-row>
      <td class="heap-pick"><input class="form-check-input" type="checkbox" data-heap-item name="steps" value="{step.pk}"\
 aria-label="{choose} {code}"></td>
      <td><a class="row-title" href="{link}">{procedure}</a><span class="row-note num">{code}</span></td>
      <td data-label="{applicant}">{name}</td>
      <td data-label="{task}">{title}</td>
      <td class="whole" data-label="{term}">{left}</td>
      <td class="whole" data-label="{holder}">{held}</td>
    </tr>"""


@register.simple_tag
def work_rows(rows: Iterable[tuple[Step, Remaining | None]]) -> SafeString:
    """One `<tr>` for each step and what is left of its term; None when the case is decided."""
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
                step=step,
                code=escape(step.case.code),
                link=escape(desk_link(step.case)),
                procedure=escape(step.case.procedure.title),
                name=escape(step.case.applicant_name),
                title=escape(step.name),
                left=due(remaining) if remaining else decided,
                held=_holder(step, nobody),
                **words,
            )
            for step, remaining in rows
        )
    )


def _holder(step: Step, nobody: str) -> str:
    held = escape(step.assignee.full_name) if step.assignee else nobody
    if not step.assigned_how:
        return held
    return f'{held}<span class="row-note">{escape(step.assigned_because)}</span>'


def _muted(text: str) -> str:
    return f'<span class="muted">{escape(text)}</span>'
