"""Issuing the papers of a case."""

from datetime import datetime
from typing import Any

from tinhso.blocks.cases.families import family_of
from tinhso.blocks.cases.models import Case, CasePaper
from tinhso.blocks.cases.paper_facts import paper_facts
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.actions import issue_paper
from tinhso.blocks.papers.models import Kind


def issue_case_paper(case: Case, kind: Kind, *, by: Person | None, at: datetime, **more: Any) -> None:
    """Issue a slip of the set 01-07 in a case, where its family has them; the PDF is made when first opened."""
    if not family_of(case).slips:
        return
    paper = issue_paper(
        kind, agency=case.agency, context=paper_facts(case, by=by, **more), by=by, holder=case.applicant_name, at=at
    )
    CasePaper.objects.create(case=case, paper=paper)
