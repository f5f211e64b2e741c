"""Files as other modellers draw them, written by hand in their manner."""

import pytest

from tinhso.blocks.cases.bpmn.graph import Kind
from tinhso.blocks.cases.bpmn.parse import parse

_MODEL = 'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
_FLOWS = """
    <bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="T"/><bpmn:sequenceFlow id="F2" sourceRef="T" targetRef="E"/>"""

BPMN_IO = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {_MODEL} xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:tinhso="urn:tinhso:bpmn:1"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="D" targetNamespace="http://bpmn.io/schema/bpmn" exporter="bpmn-js">
  <bpmn:collaboration id="C">
    <bpmn:participant id="P1" name="UBND phường" processRef="p"/><bpmn:participant id="P2" name="Công dân"/>
    <bpmn:messageFlow id="M1" sourceRef="P2" targetRef="S"/>
    <bpmn:textAnnotation id="N1"><bpmn:text>nộp ở quầy</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="A1" sourceRef="S" targetRef="N1"/>
  </bpmn:collaboration>
  <bpmn:process id="p" isExecutable="false">
    <bpmn:laneSet id="L"><bpmn:lane id="L1" name="Lãnh đạo ký" tinhso:agency="parent">
      <bpmn:flowNodeRef>S</bpmn:flowNodeRef><bpmn:flowNodeRef>T</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="S"><bpmn:outgoing>F1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="T" name="Ký" tinhso:does="sign"><bpmn:incoming>F1</bpmn:incoming>
      <bpmn:property id="Pr" name="__targetRef_placeholder"/>
      <bpmn:dataInputAssociation id="DI"><bpmn:sourceRef>DR</bpmn:sourceRef><bpmn:targetRef>Pr</bpmn:targetRef>
      </bpmn:dataInputAssociation></bpmn:userTask>
    <bpmn:dataObjectReference id="DR" dataObjectRef="DO"/><bpmn:dataObject id="DO"/>
    <bpmn:endEvent id="E"/>{_FLOWS}
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BD"><bpmndi:BPMNPlane id="BP" bpmnElement="C"/></bpmndi:BPMNDiagram>
</bpmn:definitions>"""

CAMUNDA = f"""<bpmn:definitions {_MODEL} xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Platform" id="D">
  <bpmn:process id="p" isExecutable="true" camunda:historyTimeToLive="180">
    <bpmn:startEvent id="S" camunda:asyncBefore="true"/>
    <bpmn:userTask id="T" name="Ký" camunda:assignee="demo" camunda:formKey="x"><bpmn:extensionElements><camunda:properties>
      <camunda:property name="tinhso:role" value="signer"/><camunda:property name="tinhso:does" value="sign"/>
      <camunda:property name="tinhso:agency" value="parent"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="E"/>{_FLOWS}
  </bpmn:process>
</bpmn:definitions>"""

SIGNAVIO = f"""<bpmn:definitions {_MODEL} xmlns:signavio="http://www.signavio.com" id="D" exporter="Signavio Process Editor"
    expressionLanguage="http://www.w3.org/TR/XPath" typeLanguage="http://www.w3.org/2001/XMLSchema">
  <bpmn:process id="p" isClosed="false" isExecutable="false" processType="None">
    <bpmn:extensionElements/>
    <bpmn:startEvent id="S" isInterrupting="true" name=""/>
    <bpmn:userTask completionQuantity="1" id="T" implementation="webService" isForCompensation="false" name="Ký"
      startQuantity="1">
      <bpmn:extensionElements><signavio:signavioMetaData metaKey="tinhso:role" metaValue="signer"/>
      <signavio:signavioMetaData metaKey="tinhso:does" metaValue="sign"/>
      <signavio:signavioMetaData metaKey="tinhso:agency" metaValue="parent"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="E" name=""/>{_FLOWS.replace('sourceRef="S"', 'isImmediate="true" sourceRef="S"')}
  </bpmn:process>
</bpmn:definitions>"""

FLOWABLE = f"""<bpmn:definitions {_MODEL} xmlns:flowable="http://flowable.org/bpmn" xmlns:tinhso="urn:tinhso:bpmn:1"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://www.flowable.org/processdef">
  <bpmn:process id="p" name="P" isExecutable="true"><bpmn:documentation>x</bpmn:documentation>
    <bpmn:startEvent id="S" flowable:initiator="initiator" flowable:formFieldValidation="true"/>
    <bpmn:userTask id="T" name="Ký" flowable:candidateGroups="lead"
      tinhso:role="signer" tinhso:does="sign" tinhso:agency="parent">
      <bpmn:extensionElements><flowable:taskListener event="create"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="E"/>{_FLOWS}
  </bpmn:process>
</bpmn:definitions>"""


@pytest.mark.parametrize("text", [BPMN_IO, CAMUNDA, SIGNAVIO, FLOWABLE], ids=["bpmn.io", "Camunda", "Signavio", "Flowable"])
def test_a_file_of_another_modeller_loads_with_role_and_agency(text: str) -> None:
    graph = parse(text.encode())
    task = graph.node("T")
    assert [node.kind for node in graph.nodes] == [Kind.START, Kind.USER, Kind.END]
    assert (task.role, task.does, task.agency) == ("signer", "sign", "parent")


def test_a_task_s_own_role_counts_more_than_its_lane_s() -> None:
    own = BPMN_IO.replace('tinhso:does="sign"', 'tinhso:does="sign" tinhso:role="manager" tinhso:agency="same"')
    task = parse(own.encode()).node("T")
    assert (task.role, task.agency) == ("manager", "same")


@pytest.mark.parametrize("inner_first", [True, False])
def test_of_lanes_inside_each_other_the_innermost_counts(inner_first: bool) -> None:
    outer = "<bpmn:flowNodeRef>S</bpmn:flowNodeRef><bpmn:flowNodeRef>T</bpmn:flowNodeRef>"
    inner = (
        '<bpmn:childLaneSet id="L2"><bpmn:lane id="L3" name="Một cửa" tinhso:role="reception" tinhso:agency="same">'
        "<bpmn:flowNodeRef>T</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet>"
    )
    assert outer in BPMN_IO
    nested = BPMN_IO.replace(outer, inner + outer if inner_first else outer + inner)
    task = parse(nested.encode()).node("T")
    assert (task.role, task.agency) == ("reception", "same")
