"""Templates of answers: kept, changed, put out of use."""

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.cases.routing import uppermost
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.forms.engine.values import clean_line
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import AnswerTemplate
from tinhso.services.reports.wording import wrong_places

_LONGEST = 120


@action
def keep_template(
    title: str,
    text: str,
    *,
    by: Person | None,
    agency: Agency | None = None,
    field: str = "",
    template: AnswerTemplate | None = None,
) -> AnswerTemplate:
    """Keep words an agency often answers with, or change `template`.

    Args:
        agency: whose; None: everybody's, which only those keep who may at the uppermost agency.
        field: code of the field it is offered in; empty: in all.

    Raises:
        Invalid: title or text are missing or taken, a place to fill is unknown; `fields` names "title", "text", "field".
    """
    _require(by, agency)
    if template:
        _require(by, template.agency)
    title, text = clean_line(title), free_text(text, field="text")
    wrong: dict[str, object] = {}
    if not 0 < len(title) <= _LONGEST:
        wrong["title"] = _("Hãy đặt tên mẫu, nhiều nhất %(limit)s ký tự.") % {"limit": _LONGEST}
    if not text:
        wrong["text"] = _("Hãy ghi lời trả lời mẫu.")
    elif problem := wrong_places(text):
        wrong["text"] = problem
    if field and not catalogue(REPORTS).filter(code=field).exists():
        wrong["field"] = _("Hãy chọn một lĩnh vực trong danh sách.")
    if wrong:
        raise Invalid(_("Chưa lưu được mẫu trả lời."), fields=wrong)
    kept = template or AnswerTemplate()
    kept.title, kept.text, kept.agency, kept.field = title, text, agency, field
    _save(kept)
    record("reports.template_kept", by=by, on=kept, agency=agency)
    return kept


@action
def retire_template(template: AnswerTemplate, *, by: Person, back: bool = False) -> AnswerTemplate:
    """Offer it no longer or, with `back`, again. What was answered with it stays.

    Raises:
        Invalid: another in use has its name by now; `fields` names "title".
    """
    _require(by, template.agency)
    template.retired_at = None if back else now()
    _save(template)
    record("reports.template_restored" if back else "reports.template_retired", by=by, on=template, agency=template.agency)
    return template


def _save(template: AnswerTemplate) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:  # `template_named_once`
        problem = _("Đã có mẫu tên này.")
        raise Invalid(problem, fields={"title": problem}) from error


def _require(by: Person | None, agency: Agency | None) -> None:
    if by is not None:
        require(by, "reports.templates", at=agency or uppermost())
