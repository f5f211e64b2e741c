"""What belongs to a case and its page shows, by kept queries: the page that is opened most after the lists."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from tinhso.blocks.cases.models import Case, CaseInvoice, CasePaper, Part, PartFile, Party, Step
from tinhso.kernel.fixed_query import FixedQuery, Param

_STEPS = FixedQuery(
    lambda: (
        Step.objects.select_related("agency", "assignee", "done_by")
        .filter(case=Param("case"))
        .defer("agency__search", "assignee__search", "done_by__search")
        .order_by("opened_at", "pk")
    )
)
_PAPERS = FixedQuery(lambda: CasePaper.objects.select_related("paper").filter(case=Param("case")).order_by("pk"))
_PARTS = FixedQuery(lambda: Part.objects.filter(case=Param("case")).order_by("pk"))
_PARTIES = FixedQuery(lambda: Party.objects.filter(case=Param("case")).order_by("pk"))
_FEE = FixedQuery(lambda: CaseInvoice.objects.select_related("invoice").filter(case=Param("case")))


def steps_of(case: Case) -> list[Step]:
    """With who has them and who did them, in the order in which they began."""
    return _of(case, _STEPS)


def papers_of(case: Case) -> list[CasePaper]:
    return _of(case, _PAPERS)


def parts_of(case: Case) -> list[Part]:
    """With their files."""
    parts: list[Part] = _of(case, _PARTS)
    prefetch_related_objects(parts, Prefetch("files", PartFile.objects.select_related("file")))
    return parts


def applicant_of(case: Case) -> Party | None:
    return next(iter(_of(case, _PARTIES)), None)


def fee_of(case: Case) -> CaseInvoice | None:
    return _FEE.first(case=case.pk)


def _of(case: Case, query: FixedQuery[Any, Any]) -> list[Any]:
    rows = query.rows(case=case.pk)
    for row in rows:
        row.case = case
    return rows
