"""The counter: a clerk takes a case in while the applicant waits."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import PaperForm, ProcedureVersion
from tinhso.blocks.cases.queries import find_procedures, procedure_in_force, reception_agencies
from tinhso.blocks.cases.requirements import fee_lines, required_parts
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import identified_persons, person_visible_to
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms import Form, Parsed
from tinhso.blocks.forms.uploads import names_of, store_uploads
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotAllowed, NotFound
from tinhso.kernel.web.policy import kept_for_back
from tinhso.services.onestop.actions import note_person_shown, receive_at_counter
from tinhso.services.onestop.forms import ApplicantForm
from tinhso.services.onestop.paper_fields import counted, handed_in_on_paper

_TICKET, _FILES, _SHIFT = "onestop.counter", "onestop.counter_files", timedelta(hours=12)
_CONTACT = ("identity_number", "phone", "email", "address")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def choose(request: PersonRequest) -> HttpResponse:
    """Identify the citizen and choose the procedure. The search is posted, so that no number of a person stands in an address."""
    agency = _agency(request)
    given = request.POST if request.method == "POST" else request.GET
    who, what, ticket = (given.get(name, "").strip() for name in ("nguoi", "q", "chon"))
    found = identified_persons(request.person, who) if request.method == "POST" else []
    if len(found) == 1:
        return redirect(reverse("onestop:counter") + "?" + urlencode({"chon": _ticket(request, found[0]), "q": what}))
    chosen = _person(request, ticket) if request.method != "POST" else None
    for person in [chosen] if chosen else found:
        note_person_shown(person, by=request.person, agency=agency)
    context = {
        "who": who,
        "what": what,
        "persons": [(person, _ticket(request, person)) for person in found],
        "procedures": find_procedures(what, now())[:20],
        "chosen": chosen,
        "ticket": ticket,
        "breadcrumbs": [(_("Tiếp nhận"), reverse("onestop:reception")), (_("Tại quầy"), "")],
    }
    return render(request, "onestop/counter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@kept_for_back
@staff_only
def form(request: PersonRequest, procedure: str) -> HttpResponse:
    """The whole application on one page, with papers, fee and the button beside it."""
    version = procedure_in_force(procedure, now())
    agency = _agency(request)
    person = _person(request, (request.POST if request.method == "POST" else request.GET).get("nguoi", ""))
    entry = _Entry(version, agency, person)
    if request.method != "POST":
        if person:
            note_person_shown(person, by=request.person, agency=agency)
        return _page(request, entry.prefilled())
    parsed = entry.form.parse(request.POST, request.FILES, keep=_kept_files(request))
    if not (parsed.fragment or "_side" in request.POST):
        store_uploads(parsed, by=request.person)
    entry = replace(entry, answers=parsed.answers, parsed=parsed, particulars=_particulars_given(request, entry, parsed))
    if "_side" in request.POST:
        return render(request, "onestop/counter_side.html", _side(request, entry))
    if parsed.fragment:
        kept = render_to_string("onestop/counter_files.html", {"kept": _files_to_keep(request, entry), "redrawn": True})
        return HttpResponse(_fields(request, entry, parsed.errors, parsed.focus) + kept)
    if parsed.redraw:
        return _page(request, entry)
    if parsed.errors or not entry.particulars.is_valid():
        return _page(request, entry, status=422)
    try:
        case = receive_at_counter(
            version,
            parsed.answers,
            agency=agency,
            particulars=entry.particulars.cleaned_data,
            parts=_parts(request, entry),
            cash="cash" in request.POST,
            submission_key=f"counter:{request.person.pk}:{request.POST.get('key', '')[:32] or uuid4().hex}",
            by=request.person,
        )
    except DomainError as error:
        return _page(request, replace(entry, problem=error), status=error.status)
    messages.success(request, _("Đã tiếp nhận hồ sơ %(code)s.") % {"code": case.code})
    return redirect(reverse("onestop:case", args=[case.code]) + "?moi=1")


@dataclass(frozen=True)
class _Entry:
    """What is being entered, and what is wrong with it."""

    version: ProcedureVersion
    agency: Agency
    citizen: Person | None
    answers: dict[str, Any] = field(default_factory=dict)
    particulars: ApplicantForm = field(default_factory=ApplicantForm)
    parsed: Parsed | None = None
    problem: DomainError | None = None

    @property
    def form(self) -> Form:
        return form_of(self.version)

    @property
    def form_names_applicant(self) -> bool:
        """The procedure's form itself asks who applies: nothing is asked twice."""
        return "applicant.full_name" in self.form.prefill_paths

    def prefilled(self) -> "_Entry":
        """With what is known of a returning citizen."""
        if self.citizen is None:
            return self
        answers = self.form.prefill({"applicant": _known(self.citizen)})
        return replace(self, answers=answers, particulars=ApplicantForm(initial=_particulars(self.citizen)))


def _particulars_given(request: PersonRequest, entry: _Entry, parsed: Parsed) -> ApplicantForm:
    if not entry.form_names_applicant:
        return ApplicantForm(request.POST)
    told = entry.form.told(parsed.answers).get("applicant", {})
    return ApplicantForm({"name": told.get("full_name", ""), **{name: told.get(name, "") for name in _CONTACT}})


def _files_to_keep(request: PersonRequest, entry: _Entry) -> str:
    """The files already in the form, for the page to hold, since there is no draft; signed, for ids never come from a browser."""
    files = entry.form.only_files(entry.answers)
    return signing.dumps([request.person.pk, files], salt=_FILES) if files else ""


def _kept_files(request: PersonRequest) -> dict[str, Any]:
    """The way back; nothing when it is not of this clerk's own making."""
    try:
        clerk, files = signing.loads(request.POST.get("files", ""), salt=_FILES, max_age=_SHIFT)
    except signing.BadSignature:
        return {}
    return files if clerk == request.person.pk else {}


def _fields(request: PersonRequest, entry: _Entry, errors: dict[str, str], focus: str) -> SafeString:
    own = names_of(StoredFile.objects.filter(uploaded_by=request.person))
    return entry.form.render(None, entry.answers, errors, post_url=request.path, files=own, focus=focus)


def _agency(request: PersonRequest) -> Agency:
    agency = reception_agencies(request.person).first()
    if agency is None:
        raise NotAllowed(_("Bạn không làm ở bộ phận tiếp nhận nào."))
    return agency


def _ticket(request: PersonRequest, person: Person) -> str:
    """Stands for a person this clerk has identified, in addresses and forms, until the end of the shift."""
    return signing.dumps([request.person.pk, person.pk], salt=_TICKET)


def _person(request: PersonRequest, ticket: str) -> Person | None:
    """Whom the ticket stands for; nobody without one, or with one of an earlier shift.

    Raises:
        NotFound: it is no ticket, or a colleague's: whoever is to be seen has to be identified first.
    """
    if not ticket:
        return None
    try:
        clerk, person = signing.loads(ticket, salt=_TICKET, max_age=_SHIFT)
    except signing.SignatureExpired:
        return None
    except signing.BadSignature:
        clerk = person = None
    if clerk != request.person.pk:
        raise NotFound(_("Hãy tìm người nộp bằng số định danh."))
    return person_visible_to(request.person, person)


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


def _particulars(person: Person) -> dict[str, str]:
    return {"name": person.full_name, **{name: getattr(person, name) or "" for name in _CONTACT}}


def _parts(request: PersonRequest, entry: _Entry) -> dict[str, HandedIn]:
    handed_in = {}
    for part in required_parts(entry.version, entry.answers):
        uploads = request.FILES.getlist(f"file_{part.code}")
        files = [store_upload(upload, by=request.person) for upload in uploads]
        handed_in[part.code] = replace(handed_in_on_paper(request.POST, part.code), files=files)
    return handed_in


def _page(request: PersonRequest, entry: _Entry, *, status: int = 200) -> HttpResponse:
    version, parsed = entry.version, entry.parsed
    errors = parsed.errors if parsed else {}
    focus = parsed.focus if parsed else entry.form.first_open(entry.answers)
    context = {
        "agency": entry.agency,
        "citizen": entry.citizen,
        "ticket": _ticket(request, entry.citizen) if entry.citizen else "",
        "particulars": None if entry.form_names_applicant else entry.particulars,
        "fields": _fields(request, entry, errors, focus),
        "kept": _files_to_keep(request, entry),
        "summary": entry.form.render_errors(errors),
        "key": request.POST.get("key") or uuid4().hex,
        "problem": entry.problem or _refused_particulars(entry),
        "breadcrumbs": [
            (_("Tiếp nhận"), reverse("onestop:reception")),
            (_("Tại quầy"), reverse("onestop:counter")),
            (version.procedure.title, ""),
        ],
        **_side(request, entry),
    }
    return render(request, "onestop/counter_form.html", context, status=status)


def _refused_particulars(entry: _Entry) -> DomainError | None:
    """What is wrong with the applicant as the procedure's form tells it, where that form has let it pass."""
    if not entry.form_names_applicant or not entry.parsed or entry.parsed.errors or not entry.particulars.errors:
        return None
    return Invalid(" ".join(str(line) for lines in entry.particulars.errors.values() for line in lines))


def _side(request: PersonRequest, entry: _Entry) -> dict[str, Any]:
    """Papers and fee, which depend on the answers."""
    return {
        "version": entry.version,
        "parts": [
            {
                "part": part,
                "on_paper": f"paper_{part.code}" in request.POST,
                "counted": counted(request.POST, part),
                "error": _error(entry.problem, f"parts.{part.code}"),
            }
            for part in required_parts(entry.version, entry.answers)
        ],
        "paper_forms": PaperForm.choices,
        "fee": _fee(entry),
        "cash": "cash" in request.POST,
        "cash_error": _error(entry.problem, "cash"),
    }


def _error(problem: DomainError | None, field: str) -> str:
    return str(problem.fields.get(field, "")) if problem else ""


def _fee(entry: _Entry) -> int | None:
    """The fee for the answers so far; None while it cannot be told."""
    try:
        amount = sum(int(line["quantity"] * line["unit_price"]) for line in fee_lines(entry.version, entry.answers))
    except (DomainError, TypeError, ValueError):
        return None
    depends = bool(entry.version.definition["fee"].get("rule"))
    return None if amount == 0 and depends and entry.form.validate(entry.answers) else amount
