"""Issuing the papers of a case."""

from datetime import datetime
from typing import Any

from tinhso.blocks.cases.models import Case, CasePaper
from tinhso.blocks.cases.paper_facts import paper_facts
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.actions import issue_paper
from tinhso.blocks.papers.models import Kind, Paper


def issue_case_paper(case: Case, kind: Kind, *, by: Person | None, at: datetime, **more: Any) -> Paper:
    """Issue a slip of the set 01-07 in a case; its PDF is made when first opened."""
    paper = issue_paper(
        kind, agency=case.agency, context=paper_facts(case, by=by, **more), by=by, holder=case.applicant_name, at=at
    )
    CasePaper.objects.create(case=case, paper=paper)
    return paper
