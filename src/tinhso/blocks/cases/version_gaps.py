"""What a newer version of a procedure asks of an open case that its own version did not: papers and answers it does not have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from tinhso.blocks.cases.forms import FILE, form_of
from tinhso.blocks.cases.models import Case, Part, PartFile, ProcedureVersion
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.forms.engine.schema import walk
from tinhso.kernel.time import local

_ROW = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Gaps:
    """Names of papers, titles of questions."""

    papers: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.papers or self.answers)


def gaps_of(cases: Sequence[Case], to: ProcedureVersion) -> dict[int, Gaps]:
    """By case; those without a gap are left out. One query."""
    wanting = [case for case in cases if _asks_otherwise(case.version, to)]
    handed_in = _handed_in(wanting)
    found = {case.pk: Gaps(_papers(case, to, handed_in.get(case.pk, set())), _answers(case, to)) for case in wanting}
    return {pk: gaps for pk, gaps in found.items() if gaps}


def _asks_otherwise(before: ProcedureVersion, after: ProcedureVersion) -> bool:
    return bool(before.definition.get("parts") != after.definition.get("parts") or before.files[FILE] != after.files[FILE])


def _handed_in(cases: Sequence[Case]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    parts = Part.objects.filter(Q(on_paper=True) | Exists(PartFile.objects.filter(part=OuterRef("pk"))), case__in=cases)
    for case, code in parts.values_list("case", "code"):
        found.setdefault(case, set()).add(code)
    return found


def _papers(case: Case, to: ProcedureVersion, handed_in: set[str]) -> tuple[str, ...]:
    before = {part.code for part in required_parts(case.version, case.form.answers) if part.required}
    wanted = required_parts(to, case.form.answers)
    return tuple(part.name for part in wanted if part.required and part.code not in before | handed_in)


def _answers(case: Case, to: ProcedureVersion) -> tuple[str, ...]:
    form, day = form_of(to), local(case.submitted_at).date()
    before = form_of(case.version).validate(case.form.answers, on=day)
    wrong = [path for path in form.validate(case.form.answers, on=day) if path not in before]
    titles = {field.pattern: field.title for field in walk(form.sections)} if wrong else {}
    return tuple(dict.fromkeys(titles.get(_ROW.sub("[]", path), path) for path in wrong))
