"""Templates of answers: the list, and the page where one is written, changed, put out of use."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.routing import uppermost
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.actions.templates import keep_template, retire_template
from tinhso.services.reports.models import AnswerTemplate
from tinhso.services.reports.queries import fields_open
from tinhso.services.reports.wording import PLACES, template_of, templates_of

MAY = "reports.templates"


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    require(request.person, MAY)
    names = {field.code: field.label for field in fields_open(now())}
    rows = [(one, names.get(one.field, one.field)) for one in templates_of(request.person)]
    context = {"rows": rows, "breadcrumbs": [(_("Phản ánh"), reverse("reports:queue")), (_("Mẫu trả lời"), "")]}
    return render(request, "reports/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit(request: PersonRequest, number: int | None = None) -> HttpResponse:
    """A new template, or one that is there; what was typed stays where it could not be kept."""
    require(request.person, MAY)
    template = None if number is None else template_of(request.person, number)
    mine = template is None or allowed(request.person, MAY, at=template.agency or uppermost())
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _act(request, template))
            return redirect("reports:templates")
        except NotFound:
            raise
        except DomainError as error:
            problem = error
    context = {
        "template": template,
        "mine": mine,
        "entered": request.POST if problem and "text" in request.POST else _shown(template),
        "everybodys": allowed(request.person, MAY, at=uppermost()),
        "agencies": _agencies(request),
        "fields": fields_open(now()),
        "places": PLACES,
        "problem": problem,
        "breadcrumbs": [
            (_("Phản ánh"), reverse("reports:queue")),
            (_("Mẫu trả lời"), reverse("reports:templates")),
            (template.title if template else _("Mẫu mới"), ""),
        ],
    }
    return render(request, "reports/template.html", context, status=problem.status if problem else 200)


def _act(request: PersonRequest, template: AnswerTemplate | None) -> str:
    given = request.POST
    if template and given.get("act") in {"retire", "restore"}:
        retire_template(template, by=request.person, back=given["act"] == "restore")
        return _("Mẫu được dùng lại.") if given["act"] == "restore" else _("Mẫu không còn được dùng.")
    agency = None
    if number := whole_number(given.get("agency")):
        agency = _agencies(request).filter(pk=number).first()
        if agency is None:
            raise NotFound(_("Không có cơ quan này."))
    title, text, field = given.get("title", ""), given.get("text", ""), given.get("field", "")
    keep_template(title, text, by=request.person, agency=agency, field=field, template=template)
    return _("Đã lưu mẫu trả lời.")


def _agencies(request: PersonRequest) -> QuerySet[Agency]:
    return grants(request.person).agencies_for(MAY).filter(active=True).exclude(code=None).order_by("path")


def _shown(template: AnswerTemplate | None) -> dict[str, Any]:
    if template is None:
        return {}
    agency = str(template.agency_id or "")
    return {"title": template.title, "text": template.text, "field": template.field, "agency": agency}
