"""The page of a dry run: its questions, its steps on a line of time."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_time
from django.utils.timezone import localtime, make_aware, now
from django.utils.translation import gettext as _

from tinhso.blocks.cases.loading import ProcedureDefinition
from tinhso.blocks.cases.process import label_of_outcome
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import Invalid
from tinhso.services.processes.drawing import draw
from tinhso.services.processes.questions import answer_questions, answers_from, outcome_questions
from tinhso.services.processes.simulation import Situation, simulate
from tinhso.services.processes.steps import agency_words, role_title, title_of

PACES = {"50": 50, "100": 100, "150": 150, "200": 200}


def trying(request: HttpRequest, person: Person, definition: ProcedureDefinition, xml: str) -> dict[str, Any]:
    """The context of processes/try.html."""
    given = request.GET.dict()
    graph, schema = definition.graph, definition.form_schema
    received, problem = _received(given)
    agency = grants(person).agencies_for("processes.read").order_by("path").first()
    assert agency  # noqa: S101 - who may read holds a post
    outcomes = {name.removeprefix("o."): value for name, value in given.items() if name.startswith("o.")}
    pace = given.get("nhip") if given.get("nhip") in PACES else "100"
    situation = Situation(
        term=definition.term,
        same_day=definition.same_day,
        received=received,
        calendar=agency_calendar(agency),
        answers=answers_from(graph, schema, given),
        outcomes=outcomes,
        pace=PACES[pace or "100"],
    )
    run = None
    try:
        run = simulate(graph, situation)
    except Invalid as error:
        problem = str(error)
    return {
        "definition": definition,
        "received": localtime(received),
        "agency": agency,
        "answers": answer_questions(graph, schema, given),
        "outcomes": outcome_questions(graph, given),
        "pace": pace,
        "paces": [
            ("50", _("một nửa thời gian được giao")),
            ("100", _("đúng thời gian được giao")),
            ("150", _("gấp rưỡi thời gian được giao")),
            ("200", _("gấp đôi thời gian được giao")),
        ],
        "run": run,
        "problem": problem,
        "rows": [
            {
                "step": step,
                "title": title_of(step.node),
                "role": role_title(step.node.role),
                "agency": agency_words(step.node.agency),
                "outcome": str(label_of_outcome(step.outcome)) if step.outcome else "",
            }
            for step in (run.steps if run else ())
        ],
        "drawing": draw(graph, xml, dict.fromkeys(run.passed, "is-passed") if run else None),
    }


def _received(given: dict[str, str]) -> tuple[datetime, str]:
    """The moment asked for, else the next full hour; and what was wrong."""
    usual = now().replace(minute=0, second=0, microsecond=0)
    if not given.get("ngay"):
        return usual, ""
    try:
        day, hour = parse_date(given["ngay"]), parse_time(given.get("gio") or "08:00")
    except ValueError:
        day = hour = None
    if day is None or hour is None or not 2020 <= day.year <= 2100:
        return usual, _("Ngày giờ tiếp nhận không đúng; đã dùng thời điểm hiện tại.")
    return make_aware(datetime.combine(day, hour)), ""
