"""What a process file may hold: elements, attributes, and the ways in which values are written."""

import re

from tinhso.blocks.cases.bpmn.graph import Kind

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
OURS = "urn:tinhso:bpmn:1"
PREFIXES = {BPMN: "bpmn", DIAGRAM: "bpmndi", OURS: "tinhso"}
IGNORED = frozenset({"documentation", "extensionElements", "auditing", "monitoring"})
NODE_CHILDREN = IGNORED | {"incoming", "outgoing"}
NOTES = frozenset({"textAnnotation", "association", "group", "dataObject", "dataObjectReference", "dataStoreReference"})
"""What is drawn for the reader and changes nothing."""
TASK_NOTES = NODE_CHILDREN | {"dataInputAssociation", "dataOutputAssociation", "ioSpecification", "property"}
ROOT_NOTES = IGNORED | {"collaboration", "message", "category", "dataStore", "itemDefinition"}
ATTRIBUTES: dict[str, set[str]] = {
    "process": {"id", "name", "isExecutable", "isClosed", "processType"},
    "sequenceFlow": {"id", "name", "sourceRef", "targetRef"},
    "conditionExpression": {"id", "language"},
    "lane": {"id", "name"},
    "multiInstanceLoopCharacteristics": {"id", "isSequential"},
    "timerEventDefinition": {"id"},
    "messageEventDefinition": {"id", "messageRef"},
    Kind.EXCLUSIVE: {"id", "name", "gatewayDirection", "default"},
    Kind.INCLUSIVE: {"id", "name", "gatewayDirection", "default"},
    Kind.PARALLEL: {"id", "name", "gatewayDirection"},
    Kind.USER: {"id", "name", "implementation"},
    Kind.SERVICE: {"id", "name", "implementation"},
    Kind.CALL: {"id", "name", "calledElement"},
    Kind.CATCH: {"id", "name"},
    Kind.BOUNDARY: {"id", "name", "attachedToRef", "cancelActivity"},
    Kind.START: {"id", "name"},
    Kind.END: {"id", "name"},
}
AS_USUAL = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "isInterrupting": "true",
    "parallelMultiple": "false",
    "isImmediate": "true",
    "resource": "",
}
"""Attributes that some modellers always write; with these values they say nothing."""
OUR_ATTRIBUTES: dict[str, set[str]] = {
    Kind.USER: {"role", "does", "share", "outcomes", "agency", "papers"},
    Kind.SERVICE: {"action"},
    Kind.CALL: {"share", "agency"},
    "lane": {"role", "agency"},
    "multiInstanceLoopCharacteristics": {"over", "agencies"},
}
ROLE_NAMES = {
    "cán bộ tiếp nhận": "reception",
    "bộ phận một cửa": "reception",
    "một cửa": "reception",
    "tiếp nhận và trả kết quả": "reception",
    "chuyên viên": "specialist",
    "công chức chuyên môn": "specialist",
    "lãnh đạo phòng": "department_head",
    "trưởng phòng": "department_head",
    "lãnh đạo ký": "signer",
    "lãnh đạo": "signer",
    "chủ tịch": "signer",
    "văn thư": "clerk",
    "lãnh đạo theo dõi": "manager",
}
"""Names of lanes, in lower case, that say which role works there; a role's code is understood too."""
AGENCY = re.compile(r"same|parent|province|(province|here):\w{1,40}([/|]\w{1,40}){0,5}|code:[\w.-]{1,40}|unit:answers(\.\w+)+")
"""Ways to name another agency; `cases.agencies.resolve` finds it."""
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MESSAGE = re.compile(r"[A-Za-z][\w.-]{0,59}")
OVER = re.compile(r"answers(\.\w+)+")
WATCH = re.compile(r"P(?=\d|T\d)(\d{1,4}D)?(T(?=\d)(\d{1,4}H)?(\d{1,4}M)?)?")
MAX_INSTANCES = 50
