"""Cases for other programs. Everything goes through the same queries and actions as the screens."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.utils.timezone import now
from ninja import Router
from pydantic import AliasChoices, AliasPath, BaseModel, Field

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.reading import note_reading
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.clock import Verdict, standing
from tinhso.blocks.cases.families import PROCEDURE
from tinhso.blocks.cases.models import Case, Channel, Step
from tinhso.blocks.cases.queries import (
    case_for_staff,
    may_work_on,
    procedure_codes,
    procedure_in_force,
    work_of,
)
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.directory.queries import agency_codes, person_by_identity_number
from tinhso.blocks.identity.guards import PersonRequest
from tinhso.blocks.identity.programs import Token
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.onestop.case_filter import LONGEST_SEARCH, CaseFilter, hands_of
from tinhso.services.onestop.case_page import steps_of
from tinhso.services.onestop.clock_answer import Answer, ClockOut, Length, clock_out
from tinhso.services.onestop.forms import ApplicantForm

PAGE = 50


router = Router(auth=Token(), tags=["cases"])


class ApplicantIn(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    identity_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


class CaseIn(BaseModel):
    procedure: str
    agency: str
    applicant: ApplicantIn
    answers: dict[str, Any]
    parts_on_paper: list[str] = []
    channel: int = Channel.COUNTER


def _of(*path: str) -> Any:
    """Where a field comes from: a column of a list's query, or an object's attribute of an attribute."""
    return Field(validation_alias=AliasChoices("__".join(path), AliasPath(*path)))


class CaseRow(Answer):
    code: str
    procedure: str = _of("procedure", "code")
    agency: str | None = _of("agency", "code")
    status: int
    applicant: str = _of("applicant_name")
    submitted_at: datetime
    due_at: datetime | None = Field(description="when the result is promised; null before acceptance and while the clock stands")
    clock: Verdict = Field(
        description="not_received, running, overdue, paused; on_time or late once decided; closed: ended without a result"
    )
    late_by: Length | None = Field(description="how long it is overdue, or by how much it ended late; null when it is not")


class StepRow(Answer):
    id: int = _of("pk")
    node: str
    name: str
    role: str
    does: str
    opened_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    outcome: str


class WorkRow(StepRow):
    case: str = _of("case", "code")


class CaseInFull(CaseRow):
    channel: int
    received_at: datetime | None
    ended_at: datetime | None
    returned_at: datetime | None
    answers: dict[str, Any] = _of("form", "answers")


class CaseOut(CaseInFull):
    steps: list[StepRow]


class CasePage(Answer):
    rows: list[CaseRow]
    next: str | None
    previous: str | None


class WorkPage(Answer):
    rows: list[WorkRow]
    next: str | None
    previous: str | None


_STEP = ("pk", "node", "name", "role", "does", "opened_at", "due_at", "done_at", "outcome")
_STEPS = FixedQuery(lambda: Step.objects.filter(case=Param("case")).order_by("opened_at", "pk").values(*_STEP))


def _row(case: Case) -> dict[str, Any]:
    """A case as a list's query gives it, with what the clock says."""
    row = {name: getattr(case, name) for name in ("code", "status", "applicant_name", "submitted_at", "due_at", "pk")}
    row |= {"procedure__code": case.procedure.code, "agency__code": case.agency.code, "agency": case.agency_id}
    row |= {"version": case.version_id, "term_version": case.term_version_id}
    return _told({**row, "received_at": case.received_at, "ended_at": case.ended_at}, now())


def _told(row: dict[str, Any], moment: datetime) -> dict[str, Any]:
    hands = hands_of(row)
    late_by = hands.late_by(moment, row["agency"], row["term_version"] or row["version"])
    row["clock"], row["late_by"] = hands.verdict(moment), Length.of(late_by)
    return row


def _sent(answer: Answer, status: int = 200) -> HttpResponse:
    return HttpResponse(answer.model_dump_json(), status=status, content_type="application/json; charset=utf-8")


class Completion(BaseModel):
    outcome: str = ""
    note: str = ""


_AGENCY = KeptQuery(lambda: Agency.objects.filter(code=Param("code"), active=True), of=[Agency])


@router.post("/cases", response={201: CaseRow}, summary="Hand in a case")
def create_case(request: PersonRequest, given: CaseIn) -> HttpResponse:
    """The header `Idempotency-Key` makes a repeated call harmless: it returns the case of the first one."""
    agency = _AGENCY.first(code=given.agency)
    if agency is None:
        raise Invalid("unknown agency", fields={"agency": given.agency})
    require(request.person, "cases.receive", at=agency)
    if given.channel not in Channel.values:
        raise Invalid("unknown channel", fields={"channel": given.channel})
    particulars: dict[str, Any] = dict(ApplicantForm.particulars(given.applicant.__dict__))
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
        alone=True,
    )
    return _sent(CaseRow.model_validate(_row(case)), status=201)


@router.get("/cases", response=CasePage, summary="List cases, newest first")
def list_cases(
    request: PersonRequest, q: str = "", status: int | None = None, agency: str = "", cursor: str | None = None
) -> HttpResponse:
    asked, moment = CaseFilter(text=q[:LONGEST_SEARCH], status=status, agency=agency), now()
    page = asked.page(request.person, moment, cursor)
    procedures, agencies = procedure_codes(), agency_codes()
    for row in page.rows:
        row |= {"procedure__code": procedures[row["procedure"]], "agency__code": agencies[row["agency"]]}
        _told(row, moment)
    return _sent(CasePage.model_validate(page))


@router.get("/cases/{code}", response=CaseOut, summary="Open a case")
def open_case(request: PersonRequest, code: str) -> HttpResponse:
    case = case_for_staff(code, request.person)
    note_reading(case, by=request.person)
    more = {name: getattr(case, name) for name in ("channel", "received_at", "returned_at", "ended_at")}
    belongs = {"form__answers": case.form.answers, "steps": _STEPS.rows(case=case.pk)}
    return _sent(CaseOut.model_validate({**_row(case), **more, **belongs}))


@router.get("/cases/{code}/clock", response=ClockOut, summary="The legal clock of a case in full")
def clock_of_case(request: PersonRequest, code: str) -> HttpResponse:
    """Due when and why, late by how much, whose step made it late, when the clock ran and when it stood still."""
    case = case_for_staff(code, request.person)
    return _sent(clock_out(case, standing(case, now(), steps_of(case))))


@router.post("/cases/{code}/accept", response=CaseRow, summary="Accept a submitted case")
def accept(request: PersonRequest, code: str) -> HttpResponse:
    return _sent(CaseRow.model_validate(_row(accept_case(case_for_staff(code, request.person), by=request.person))))


@router.get("/work", response=WorkPage, summary="My work, most urgent first")
def list_work(request: PersonRequest, cursor: str | None = None) -> HttpResponse:
    page = page_by_key(work_of(request.person).values(*_STEP, "case__code"), order=("due_at",), cursor=cursor, size=PAGE)
    return _sent(WorkPage.model_validate(page))


_WAITING = FixedQuery(lambda: Step.objects.select_related("case").filter(pk=Param("pk"), case__family=PROCEDURE))


@router.post("/steps/{step_id}/complete", response=CaseRow, summary="Complete a step")
def complete(request: PersonRequest, step_id: int, given: Completion) -> HttpResponse:
    step = _WAITING.first(pk=step_id)
    if step is None or not may_work_on(request.person, step):
        raise NotFound("no such step among your work")
    done = complete_step(step, by=request.person, outcome=given.outcome, note=given.note)
    return _sent(CaseRow.model_validate(_row(done)))
