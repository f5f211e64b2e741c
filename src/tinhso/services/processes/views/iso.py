"""The records of a procedure over a period: on the screen, and as the ISO file in PDF."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.papers.render import pdf_of_page
from tinhso.kernel.time import Term
from tinhso.services.processes.queries import procedure_for
from tinhso.services.processes.records import records_of
from tinhso.services.processes.steps import step_rows


@require_safe
@staff_only
def records(request: PersonRequest, code: str) -> HttpResponse:
    """Cases received in the period: who did what, when, how long, and what went otherwise."""
    procedure = procedure_for(request.person, code)
    first, last = _period(request.GET.get("tu", ""), request.GET.get("den", ""))
    found = records_of(procedure, first, last, person=request.person, now=now())
    versions = {record.case.version.pk: record.case.version for record in found.cases}
    context = {
        "procedure": procedure,
        "first": first,
        "last": last,
        "records": found,
        "processes": [
            (version, step_rows(graph_of(version), Term.parse(version.definition["term"]["text"])))
            for version in versions.values()
        ],
        "made_at": now(),
        "made_by": request.person,
        "filters": [
            {"name": "tu", "label": _("Tiếp nhận từ ngày"), "kind": "date", "value": first.isoformat()},
            {"name": "den", "label": _("đến ngày"), "kind": "date", "value": last.isoformat()},
        ],
    }
    if request.GET.get("dang") != "pdf":
        return render(request, "processes/records.html", context)
    answer = HttpResponse(pdf_of_page(render_to_string("processes/records_print.html", context)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="iso-{procedure.code}-{first:%Y%m%d}-{last:%Y%m%d}.pdf"'
    return answer


def _period(first: str, last: str) -> tuple[date, date]:
    """The days asked for; this month where they make no sense."""
    today = localdate()
    try:
        begin, end = parse_date(first), parse_date(last)
    except ValueError:
        begin = end = None
    if begin is None or end is None or begin > end:
        return today.replace(day=1), today
    return begin, end
