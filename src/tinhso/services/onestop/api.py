"""Cases for other programs. Everything goes through the same queries and actions as the screens."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils.timezone import now
from ninja import Field, Router, Schema
from ninja.security import HttpBearer

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.reading import note_reading
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, Channel, Step
from tinhso.blocks.cases.queries import case_for_staff, cases_visible_to, procedure_in_force, search_cases, work_of
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import person_by_identity_number
from tinhso.blocks.identity.guards import PersonRequest, VisitorRequest
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.onestop.forms import ApplicantForm

PAGE = 50


class Token(HttpBearer):
    """A token of an account of staff, made on the profile page."""

    def authenticate(self, request: VisitorRequest, token: str) -> Person | None:  # type: ignore[override]
        return request.person  # set by the identity middleware from the same header


router = Router(auth=Token(), tags=["cases"])


class ApplicantIn(Schema):
    name: str = Field(min_length=1, max_length=200)
    identity_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


class CaseIn(Schema):
    procedure: str
    agency: str
    applicant: ApplicantIn
    answers: dict[str, Any]
    parts_on_paper: list[str] = []
    channel: int = Channel.COUNTER


class CaseRow(Schema):
    code: str
    procedure: str = Field(alias="procedure.code")
    agency: str | None = Field(alias="agency.code")
    status: int
    applicant: str = Field(alias="applicant_name")
    submitted_at: datetime
    due_at: datetime | None


class StepOut(Schema):
    id: int
    node: str
    name: str
    role: str
    does: str
    opened_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    outcome: str


class CaseOut(CaseRow):
    channel: int
    received_at: datetime | None
    ended_at: datetime | None
    returned_at: datetime | None
    answers: dict[str, Any] = Field(alias="form.answers")
    steps: list[StepOut]

    @staticmethod
    def resolve_steps(case: Case) -> list[Step]:
        return _STEPS.rows(case=case.pk)


_STEPS = FixedQuery(lambda: Step.objects.filter(case=Param("case")).order_by("opened_at", "pk"))


class WorkRow(StepOut):
    case: str = Field(alias="case.code")


class CasePage(Schema):
    rows: list[CaseRow]
    next: str | None
    previous: str | None


class WorkPage(Schema):
    rows: list[WorkRow]
    next: str | None
    previous: str | None


class Completion(Schema):
    outcome: str = ""
    note: str = ""


_AGENCY = FixedQuery(lambda: Agency.objects.filter(code=Param("code"), active=True))


@router.post("/cases", response={201: CaseRow}, summary="Hand in a case")
def create_case(request: PersonRequest, given: CaseIn) -> tuple[int, Case]:
    """The header `Idempotency-Key` makes a repeated call harmless: it returns the case of the first one."""
    agency = _AGENCY.first(code=given.agency)
    if agency is None:
        raise Invalid("unknown agency", fields={"agency": given.agency})
    require(request.person, "cases.receive", at=agency)
    if given.channel not in Channel.values:
        raise Invalid("unknown channel", fields={"channel": given.channel})
    particulars = _particulars(given.applicant)
    key = request.headers.get("Idempotency-Key")
    case = submit_case(
        procedure_in_force(given.procedure, now()),
        given.answers,
        agency=agency,
        applicant=Applicant(**particulars, person=person_by_identity_number(request.person, particulars["identity_number"])),
        by=request.person,
        channel=Channel(given.channel),
        parts={code: HandedIn(on_paper=True) for code in given.parts_on_paper},
        submission_key=f"api:{request.account.pk}:{sha256(key.encode()).hexdigest()[:40]}" if key else None,
    )
    return 201, case


def _particulars(given: ApplicantIn) -> dict[str, Any]:
    """The applicant, held to what the counter holds them to."""
    form = ApplicantForm(given.dict())
    if not form.is_valid():
        fields = {f"applicant.{name}": " ".join(map(str, messages)) for name, messages in form.errors.items()}
        raise Invalid("the applicant's particulars are wrong", fields=fields)
    return dict(form.cleaned_data)


@router.get("/cases", response=CasePage, summary="List cases, newest first")
def list_cases(
    request: PersonRequest, q: str = "", status: int | None = None, agency: str = "", cursor: str | None = None
) -> dict[str, Any]:
    cases = cases_visible_to(request.person).select_related("procedure", "agency")
    if status is not None:
        cases = cases.filter(status=status)
    if agency:
        cases = cases.filter(agency__code=agency)
    page = page_by_key(search_cases(cases, q), order=("-submitted_at",), cursor=cursor, size=PAGE)
    return {"rows": page.rows, "next": page.next, "previous": page.previous}


@router.get("/cases/{code}", response=CaseOut, summary="Open a case")
def open_case(request: PersonRequest, code: str) -> Case:
    case = case_for_staff(code, request.person)
    note_reading(case, by=request.person)
    return case


@router.post("/cases/{code}/accept", response=CaseRow, summary="Accept a submitted case")
def accept(request: PersonRequest, code: str) -> Case:
    return accept_case(case_for_staff(code, request.person), by=request.person)


@router.get("/work", response=WorkPage, summary="My work, most urgent first")
def list_work(request: PersonRequest, cursor: str | None = None) -> dict[str, Any]:
    page = page_by_key(work_of(request.person), order=("due_at",), cursor=cursor, size=PAGE)
    return {"rows": page.rows, "next": page.next, "previous": page.previous}


@router.post("/steps/{step_id}/complete", response=CaseRow, summary="Complete a step")
def complete(request: PersonRequest, step_id: int, given: Completion) -> Case:
    step = work_of(request.person).filter(pk=step_id).first()
    if step is None:
        raise NotFound("no such step among your work")
    return complete_step(step, by=request.person, outcome=given.outcome, note=given.note)
