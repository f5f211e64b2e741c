"""Reports for the programs of those who handle them: what their queue shows. The public's are at Open311."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.timezone import now
from ninja import Router
from pydantic import BaseModel, Field

from tinhso.blocks.cases.clock import Hands, Verdict
from tinhso.blocks.directory.queries import agency_codes
from tinhso.blocks.identity.guards import PersonRequest
from tinhso.blocks.identity.programs import Token
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.reports.queue import ALL, TABS, Line, queue_page

router = Router(auth=Token(), tags=["reports"])

_TABS = {tab.code: tab for tab in TABS}


class ReportRow(BaseModel):
    code: str
    field: str = Field(description="code of the field; its sub-kinds are the services of /open311/v2/services.json")
    kind: str
    agency: str | None
    status: int
    submitted_at: datetime
    due_at: datetime | None = Field(description="when the answer is promised; null while the clock stands")
    clock: Verdict
    shown: str = Field(description="waiting for moderation, public, hidden")
    me_too: int = Field(description="how many others met it, too")
    address: str
    text: str


class ReportPage(BaseModel):
    rows: list[ReportRow]
    next: str | None
    previous: str | None


@router.get("/reports", response=ReportPage, summary="List reports as the queue does")
def list_reports(
    request: PersonRequest,
    q: Annotated[str, Field(description="words of the report, its address or its code")] = "",
    field: Annotated[str, Field(description="code of a field")] = "",
    tab: Annotated[str, Field(description="of the queue; empty: what waits for the token's owner, by due date")] = ALL.code,
    cursor: str | None = None,
) -> HttpResponse:
    require(request.person, "reports.search")
    if tab not in _TABS:
        raise Invalid("unknown tab", fields={"tab": ", ".join(_TABS)})
    require(request.person, _TABS[tab].needs)
    moment, agencies = now(), agency_codes()
    page = queue_page(request.person, _TABS[tab], at=moment, text=q, field=field, cursor=cursor)
    rows = [_row(line, agencies[line.agency], moment) for line in page.rows]
    answer = ReportPage(rows=rows, next=page.next, previous=page.previous)
    return HttpResponse(answer.model_dump_json(), content_type="application/json; charset=utf-8")


def _row(line: Line, agency: str | None, moment: datetime) -> ReportRow:
    return ReportRow(
        code=line.code,
        field=line.field,
        kind=line.kind,
        agency=agency,
        status=line.status,
        submitted_at=line.submitted_at,
        due_at=line.due_at,
        clock=Hands(line.status, line.received_at, line.due_at, line.ended_at).verdict(moment),
        shown=line.shown,
        me_too=line.me_too,
        address=line.address or "",
        text=line.text or "",
    )
