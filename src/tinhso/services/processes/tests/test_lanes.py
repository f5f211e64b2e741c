"""What is drawn around steps: lanes that give roles, parts of elements that faults stand at, words that stand off the lines."""

import pytest
from lxml import etree

from tinhso.blocks.cases.bpmn.vocabulary import DIAGRAM
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.models import Person
from tinhso.services.processes.actions.drafts import save_draft
from tinhso.services.processes.checking import check
from tinhso.services.processes.diagram import read_diagram, with_diagram
from tinhso.services.processes.drawing import draw
from tinhso.services.processes.models import ProcessDraft

pytestmark = pytest.mark.django_db
LANES = (
    '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Chuyên môn" tinhso:role="specialist"><bpmn:flowNodeRef>review</bpmn:flowNodeRef>'
    "<bpmn:flowNodeRef>check</bpmn:flowNodeRef><bpmn:flowNodeRef>sign</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)


def saved(draft: ProcessDraft, xml: str, by: Person) -> ProcessDraft:
    from django.utils.timezone import now

    return save_draft(draft, xml, revision=draft.revision, by=by, at=now())


def test_a_step_takes_its_role_from_its_lane_and_one_that_says_another_is_pointed_out(
    draft: ProcessDraft, author: Person
) -> None:
    drawn = draft.xml.replace('id="start"/>', f'id="start"/>{LANES}', 1).replace("<bpmn:startEvent", "<bpmn:startEvent", 1)
    drawn = drawn.replace('name="Đối chiếu sổ" tinhso:role="specialist"', 'name="Đối chiếu sổ"')
    checked = check(saved(draft, drawn, author))
    assert checked.good
    assert checked.definition
    assert checked.definition.graph.node("check").role == "specialist"
    advice = {finding.element: finding.text for finding in checked.findings}
    assert "Chuyên môn" in advice["sign"]
    assert "review" not in {finding.element for finding in checked.findings if "làn" in finding.text}


def test_a_fault_in_a_part_of_an_element_selects_the_element(draft: ProcessDraft, author: Person) -> None:
    event = (
        '<bpmn:intermediateCatchEvent id="paper" name="Chờ văn bản"><bpmn:messageEventDefinition id="part1"/>'
        '</bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="g9" sourceRef="paper" targetRef="draft"/>'
    )
    many = '<bpmn:multiInstanceLoopCharacteristics id="part2"/></bpmn:userTask>'
    drawn = draft.xml.replace('sourceRef="join" targetRef="draft"/>', f'sourceRef="join" targetRef="paper"/>{event}', 1)
    before, after = drawn.split('<bpmn:userTask id="check"', 1)
    head, tail = after.split("/>", 1)
    checked = check(saved(draft, f'{before}<bpmn:userTask id="check"{head}>{many}{tail}', author))
    found = {finding.element: finding for finding in checked.findings}
    assert found["paper"].name == "Chờ văn bản"
    assert "Mã tin được chờ" in found["paper"].text
    assert found["check"].name == "Đối chiếu sổ"
    assert "bpmn" not in " ".join(finding.text for finding in checked.findings)


def test_the_words_of_gateways_stand_off_the_lines(draft: ProcessDraft) -> None:
    xml = draft.base.files["process.bpmn"].replace(
        '<bpmn:exclusiveGateway id="decide"', '<bpmn:exclusiveGateway id="decide" name="Ký?"'
    )
    root = etree.fromstring(with_diagram(xml).encode())
    assert len(root.findall(f".//{{{DIAGRAM}}}BPMNLabel")) == 1
    box = read_diagram(xml).boxes["decide"]
    drawing = draw(graph_of(draft.base), xml)
    assert drawing.shapes
    assert box.width == 50
