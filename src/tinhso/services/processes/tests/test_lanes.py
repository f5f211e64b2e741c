"""What is drawn around steps: lanes that give roles, parts of elements that faults stand at, words that stand off the lines."""

import pytest
from django.utils.timezone import now
from lxml import etree

from tinhso.blocks.cases.bpmn.parse import parse
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
    '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Chuyên môn" tinhso:role="specialist">'
    "<bpmn:flowNodeRef>review</bpmn:flowNodeRef><bpmn:flowNodeRef>check</bpmn:flowNodeRef><bpmn:flowNodeRef>sign</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)


def saved(draft: ProcessDraft, xml: str, by: Person) -> ProcessDraft:
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
    xml = draft.base.files["process.bpmn"].replace('Gateway id="decide"', 'Gateway id="decide" name="Ký?"')
    drawn = with_diagram(xml)
    root = etree.fromstring(drawn.encode())
    labels = root.findall(f".//{{{DIAGRAM}}}BPMNLabel")
    assert len(labels) == 1
    box = read_diagram(xml).boxes["decide"]
    drawing = draw(parse(xml.encode()), xml)
    [line] = next(shape.lines for shape in drawing.shapes if shape.node == "decide")
    assert line.y < box.y
    labels[0].getparent().remove(labels[0])  # type: ignore[union-attr]
    bare = etree.tostring(root, encoding="unicode")
    assert "BPMNLabel" in with_diagram(bare)
    assert with_diagram(drawn) == drawn


def test_lanes_are_drawn_with_their_names(draft: ProcessDraft) -> None:
    shape = '<bpmndi:BPMNShape bpmnElement="l1"><dc:Bounds x="0" y="0" width="900" height="300"/></bpmndi:BPMNShape>'
    xml = draft.xml.replace('id="start"/>', f'id="start"/>{LANES}', 1)
    head, plane, rest = xml.partition("<bpmndi:BPMNPlane")
    opening, end, shapes = rest.partition(">")
    drawing = draw(graph_of(draft.base), f"{head}{plane}{opening}{end}{shape}{shapes}")
    assert [name for _box, name in drawing.lanes] == ["Chuyên môn"]
    assert drawing.width >= 900
