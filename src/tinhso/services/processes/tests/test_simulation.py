"""The dry run plays the same game as cases do."""

from dataclasses import replace
from datetime import datetime

import pytest

from tinhso.blocks.cases.bpmn.graph import Graph
from tinhso.blocks.cases.bpmn.parse import parse
from tinhso.blocks.cases.tests.folder import PROCESS, SCHEMA
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import VIETNAM, Calendar, Term
from tinhso.services.processes.questions import answer_questions, answers_from, outcome_questions
from tinhso.services.processes.simulation import Run, Situation, simulate

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=VIETNAM)
GRAPH = parse(PROCESS.encode())
USUAL = Situation(Term.parse("3 days"), False, MONDAY, Calendar.national(), {}, {})


def nodes(run: Run) -> list[str]:
    return [step.node.id for step in run.steps]


def test_the_steps_come_in_their_order_and_the_case_ends_on_time() -> None:
    run = simulate(GRAPH, USUAL)
    assert nodes(run) == ["review", "check", "draft", "sign", "return"]
    assert run.over
    assert run.due
    assert not run.late
    assert all(step.done and step.done >= step.opened for step in run.steps)


def test_a_draft_that_is_returned_is_done_again() -> None:
    run = simulate(GRAPH, replace(USUAL, outcomes={"sign": "return"}))
    assert nodes(run) == ["review", "check", "draft", "sign", "draft", "sign", "return"]


def test_steps_that_take_too_long_make_the_case_late() -> None:
    slow = parse(PROCESS.replace('name="Dự thảo"', 'name="Dự thảo" tinhso:share="40"').encode())
    assert not simulate(slow, USUAL).late
    run = simulate(slow, replace(USUAL, pace=200))
    assert run.late
    assert any(step.late for step in run.steps)


def test_a_timer_at_a_step_breaks_it_off() -> None:
    event = (
        '<bpmn:boundaryEvent id="slow" attachedToRef="draft"><bpmn:timerEventDefinition><bpmn:timeDuration>PT5M'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        '<bpmn:sequenceFlow id="g1" sourceRef="slow" targetRef="help"/>'
        '<bpmn:userTask id="help" name="Hỗ trợ" tinhso:role="department_head" tinhso:does="draft"/>'
        '<bpmn:sequenceFlow id="g2" sourceRef="help" targetRef="sign"/>'
    )
    run = simulate(parse(PROCESS.replace("</bpmn:process>", event + "</bpmn:process>").encode()), USUAL)
    assert nodes(run) == ["review", "check", "draft", "help", "sign", "return"]
    assert run.steps[2].done is None
    assert run.steps[2].note


def _choosing(condition: str) -> Graph:
    text = PROCESS.replace('outcome == "approve"', condition).replace('default="f9"', 'default="f10"')
    text = text.replace('id="f9" sourceRef="decide" targetRef="draft"/>', f'id="f9" sourceRef="decide" targetRef="draft">'
        f'<bpmn:conditionExpression language="cel">{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>')  # fmt: skip
    usual = text.index('id="f10" sourceRef')
    start, end = text.index("<bpmn:conditionExpression", usual), text.index("</bpmn:sequenceFlow>", usual)
    return parse((text[:start] + text[end:]).encode())


def test_the_answers_that_conditions_read_are_asked_for() -> None:
    graph = _choosing("answers.applicant.copies &gt; 5")
    [question] = answer_questions(graph, SCHEMA, {"a.applicant.copies": "3"})
    assert (question.label, question.value, question.number) == ("Số bản", "3", True)
    assert answers_from(graph, SCHEMA, {"a.applicant.copies": "7"}) == {"applicant": {"copies": 7}}
    assert answers_from(graph, SCHEMA, {"a.applicant.copies": "bảy"}) == {}
    assert [question.name for question in outcome_questions(graph, {})] == ["o.sign"]


def test_a_process_that_never_ends_under_the_assumptions_says_so() -> None:
    graph = _choosing("answers.applicant.copies &gt; 5")
    with pytest.raises(Invalid, match="không kết thúc"):
        simulate(graph, replace(USUAL, answers={"applicant": {"copies": 9}}))
