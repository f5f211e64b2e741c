"""A complete small procedure folder."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

PROCEDURE = """
code = "9.000001"
version = "2025.1"
name = "Cấp giấy xác nhận thử"
name_en = "Trial certificate"
field = "Hộ tịch"
field_code = "HT"
keywords = ["xác nhận"]
level = "commune"
grade = "full"
valid_from = 2025-07-01
audience = ["citizen"]
notes = "Thủ tục để thử."

[term]
text = "3 days"
legal = "3 days"
law_says = "ngày làm việc"
basis = "Điều 1"

[legal]
sets = 1
sequence = ["Nộp hồ sơ"]
manner = ["Trực tiếp", "Trực tuyến"]
subject = "Cá nhân"
agency = "UBND cấp xã"
result = "Giấy xác nhận"
conditions = []

[[legal.basis]]
title = "Luật thử"
article = "Điều 1"

[[parts]]
code = "don"
name = "Đơn đề nghị"
original = 1
required = true

[[parts]]
code = "uy-quyen"
name = "Văn bản ủy quyền"
original = 1
required = true
when = "answers.applicant.copies > 5"

[fee]
amount = 0
description = "Không thu"
basis = "Điều 2"

[result]
title = "GIẤY XÁC NHẬN"
template = "result.html"
paper = "certificate"
symbol = "XN"
"""

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "applicant": {
            "type": "object",
            "title": "Người yêu cầu",
            "properties": {
                "full_name": {"type": "string", "title": "Họ và tên", "minLength": 1},
                "copies": {"type": "integer", "title": "Số bản", "minimum": 1, "maximum": 20},
            },
            "required": ["full_name", "copies"],
        }
    },
    "required": ["applicant"],
}

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tinhso="urn:tinhso:bpmn:1"
    id="d" targetNamespace="urn:x">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
    <bpmn:parallelGateway id="split"/>
    <bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="review"/>
    <bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="check"/>
    <bpmn:userTask id="review" name="Thẩm định" tinhso:role="specialist" tinhso:does="review" tinhso:share="50"/>
    <bpmn:userTask id="check" name="Đối chiếu sổ" tinhso:role="specialist" tinhso:does="review"/>
    <bpmn:sequenceFlow id="f4" sourceRef="review" targetRef="join"/>
    <bpmn:sequenceFlow id="f5" sourceRef="check" targetRef="join"/>
    <bpmn:parallelGateway id="join"/>
    <bpmn:sequenceFlow id="f6" sourceRef="join" targetRef="draft"/>
    <bpmn:userTask id="draft" name="Dự thảo" tinhso:role="specialist" tinhso:does="draft"/>
    <bpmn:sequenceFlow id="f7" sourceRef="draft" targetRef="sign"/>
    <bpmn:userTask id="sign" name="Ký" tinhso:role="signer" tinhso:does="sign" tinhso:outcomes="approve,return"/>
    <bpmn:sequenceFlow id="f8" sourceRef="sign" targetRef="decide"/>
    <bpmn:exclusiveGateway id="decide" default="f9"/>
    <bpmn:sequenceFlow id="f9" sourceRef="decide" targetRef="draft"/>
    <bpmn:sequenceFlow id="f10" sourceRef="decide" targetRef="return">
      <bpmn:conditionExpression language="cel">outcome == "approve"</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:userTask id="return" name="Trả kết quả" tinhso:role="reception" tinhso:does="return"/>
    <bpmn:sequenceFlow id="f11" sourceRef="return" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
</bpmn:definitions>
"""

RESULT = "<p>Xác nhận ông/bà {{ answers.applicant.full_name }} đã đề nghị {{ texts.applicant.copies }} bản.</p>\n"


def with_question(name: str, question: dict[str, Any]) -> dict[str, Any]:
    """The form with one more question about the applicant."""
    schema: dict[str, Any] = deepcopy(SCHEMA)
    schema["properties"]["applicant"]["properties"][name] = question
    return schema


def write_folder(folder: Path, *, procedure: str = PROCEDURE, process: str = PROCESS, schema: dict[str, Any] = SCHEMA) -> Path:
    folder.mkdir(parents=True)
    (folder / "procedure.toml").write_text(procedure)
    (folder / "form.schema.json").write_text(json.dumps(schema, ensure_ascii=False))
    (folder / "process.bpmn").write_text(process)
    (folder / "result.html").write_text(RESULT)
    return folder
