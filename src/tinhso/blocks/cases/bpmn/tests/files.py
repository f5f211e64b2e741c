"""Small process files for tests."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tinhso="urn:tinhso:bpmn:1">\n'
    '<bpmn:process id="p" isExecutable="true">\n'
)
TAIL = "</bpmn:process>\n</bpmn:definitions>\n"
FIRST_LINE = 4
"""The line on which the body of `process_file` begins."""


def process_file(body: str) -> bytes:
    return (HEAD + body.strip("\n") + "\n" + TAIL).encode()


def start(node_id: str = "start") -> str:
    return f'<bpmn:startEvent id="{node_id}"/>\n'


def end(node_id: str = "end") -> str:
    return f'<bpmn:endEvent id="{node_id}"/>\n'


def task(node_id: str, outcomes: str = "", role: str = "specialist", does: str = "sign", share: int | None = None) -> str:
    """A task; it signs unless said otherwise, because no process may end without a signature."""
    more = (f' tinhso:outcomes="{outcomes}"' if outcomes else "") + (f' tinhso:share="{share}"' if share is not None else "")
    return f'<bpmn:userTask id="{node_id}" name="Việc {node_id}" tinhso:role="{role}" tinhso:does="{does}"{more}/>\n'


def service(node_id: str, action: str = "cases.note") -> str:
    return f'<bpmn:serviceTask id="{node_id}" tinhso:action="{action}"/>\n'


def exclusive(node_id: str, default: str = "") -> str:
    more = f' default="{default}"' if default else ""
    return f'<bpmn:exclusiveGateway id="{node_id}"{more}/>\n'


def parallel(node_id: str) -> str:
    return f'<bpmn:parallelGateway id="{node_id}"/>\n'


def flow(source: str, target: str, condition: str = "", flow_id: str = "") -> str:
    flow_id = flow_id or f"{source}-{target}"
    inside = f'<bpmn:conditionExpression language="cel"><![CDATA[{condition}]]></bpmn:conditionExpression>' if condition else ""
    return f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>\n'


def line_of(body: str, text: str) -> int:
    """The line of the whole file on which `text` first stands."""
    return FIRST_LINE + body[: body.index(text)].count("\n")
