"""The counter: a clerk takes a case in while the applicant waits."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.queries import find_procedures, procedure_in_force, reception_agencies
from tinhso.blocks.cases.requirements import fee_lines, required_parts
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import find_persons, person_visible_to
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.forms import Parsed
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotAllowed
from tinhso.services.onestop.actions import receive_at_counter
from tinhso.services.onestop.forms import ApplicantForm

PERSONS = 8


@require_safe
@staff_only
def choose(request: PersonRequest) -> HttpResponse:
    """Find the citizen (again) and the procedure."""
    _agency(request)
    who, what = request.GET.get("nguoi", "").strip(), request.GET.get("q", "").strip()
    context = {
        "who": who,
        "what": what,
        "persons": find_persons(request.person, who, limit=PERSONS) if who else [],
        "procedures": find_procedures(what, now())[:20],
        "chosen": _person(request, request.GET.get("chon")),
    }
    return render(request, "onestop/counter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def form(request: PersonRequest, procedure: str) -> HttpResponse:
    """The whole application on one page."""
    version = procedure_in_force(procedure, now())
    agency = _agency(request)
    person = _person(request, request.POST.get("person") or request.GET.get("nguoi"))
    drawn = form_of(version)
    if request.method != "POST":
        answers = drawn.prefill({"applicant": _known(person)}) if person else {}
        return _show(request, version, agency, person, answers, particulars=ApplicantForm(initial=_particulars(person)))
    parsed = drawn.parse(request.POST, request.FILES, keep={})
    particulars = ApplicantForm(request.POST)
    if parsed.redraw or "_render" in request.POST:
        return _show(request, version, agency, person, parsed.answers, particulars=particulars, parsed=parsed)
    try:
        if not particulars.is_valid() or parsed.errors:
            return _show(request, version, agency, person, parsed.answers, particulars=particulars, parsed=parsed, status=422)
        parts = _parts(request, version, parsed.answers)
        case = receive_at_counter(
            version,
            parsed.answers,
            agency=agency,
            particulars=particulars.cleaned_data,
            parts=parts,
            cash="cash" in request.POST,
            submission_key=request.POST.get("key", "")[:64] or uuid4().hex,
            by=request.person,
        )
    except DomainError as error:
        return _show(
            request, version, agency, person, parsed.answers, particulars=particulars, parsed=parsed, problem=error, status=error.status
        )
    messages.success(request, _("Đã tiếp nhận hồ sơ %(code)s. Hãy in giấy hẹn cho người nộp.") % {"code": case.code})
    return redirect("onestop:case", code=case.code)


def _agency(request: PersonRequest) -> Agency:
    agency = reception_agencies(request.person).first()
    if agency is None:
        raise NotAllowed(_("Bạn không làm ở bộ phận tiếp nhận nào."))
    return agency


def _person(request: PersonRequest, pk: str | None) -> Person | None:
    return person_visible_to(request.person, int(pk)) if pk and pk.isdigit() else None


def _known(person: Person) -> dict[str, Any]:
    return {
        "full_name": person.full_name,
        "date_of_birth": person.date_of_birth,
        "sex": person.sex,
        "identity_number": person.identity_number or "",
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
        "residence": person.residence.code if person.residence else "",
    }


def _particulars(person: Person | None) -> dict[str, str]:
    if person is None:
        return {}
    return {
        "name": person.full_name,
        "identity_number": person.identity_number or "",
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    }


def _parts(request: PersonRequest, version: ProcedureVersion, answers: dict[str, Any]) -> dict[str, HandedIn]:
    handed_in = {}
    for part in required_parts(version, answers):
        uploads = request.FILES.getlist(f"file_{part.code}")
        files = [store_upload(upload, by=request.person) for upload in uploads]
        handed_in[part.code] = HandedIn(files=files, on_paper=f"paper_{part.code}" in request.POST)
    return handed_in


def _show(
    request: PersonRequest,
    version: ProcedureVersion,
    agency: Agency,
    person: Person | None,
    answers: dict[str, Any],
    *,
    particulars: ApplicantForm,
    parsed: Parsed | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    drawn = form_of(version)
    errors = parsed.errors if parsed else {}
    context = {
        "version": version,
        "agency": agency,
        "citizen": person,
        "particulars": particulars,
        "fields": drawn.render(None, answers, errors, post_url=request.path, focus=parsed.focus if parsed else ""),
        "summary": drawn.render_errors(errors),
        "parts": [
            {"part": part, "on_paper": f"paper_{part.code}" in request.POST, "error": _error(problem, f"parts.{part.code}")}
            for part in required_parts(version, answers)
        ],
        "fee": _fee(version, answers),
        "cash": "cash" in request.POST,
        "key": request.POST.get("key") or uuid4().hex,
        "problem": problem,
        "cash_error": _error(problem, "cash"),
        "breadcrumbs": [(_("Tiếp nhận"), "/mot-cua/tiep-nhan/"), (_("Tại quầy"), "/mot-cua/quay/"), (version.procedure.name, "")],
    }
    return render(request, "onestop/counter_form.html", context, status=status)


def _error(problem: DomainError | None, field: str) -> str:
    return str(problem.fields.get(field, "")) if problem else ""


def _fee(version: ProcedureVersion, answers: dict[str, Any]) -> int | None:
    """The fee for the answers so far; None while it cannot be told."""
    try:
        return sum(line["quantity"] * line["unit_price"] for line in fee_lines(version, answers))
    except (DomainError, TypeError, ValueError):
        return None
