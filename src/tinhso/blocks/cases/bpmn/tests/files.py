"""Small process files for tests."""

from itertools import pairwise

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


def inclusive(node_id: str, default: str = "") -> str:
    return exclusive(node_id, default).replace("exclusiveGateway", "inclusiveGateway")


def _timer(duration: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def timer(node_id: str, duration: str = "PT4H") -> str:
    return f'<bpmn:intermediateCatchEvent id="{node_id}">{_timer(duration)}</bpmn:intermediateCatchEvent>\n'


def message(node_id: str, reference: str = "M") -> str:
    event = f'<bpmn:messageEventDefinition messageRef="{reference}"/>'
    return f'<bpmn:intermediateCatchEvent id="{node_id}">{event}</bpmn:intermediateCatchEvent>\n'


def boundary(node_id: str, attached_to: str, duration: str = "PT4H", *, beside: bool = False) -> str:
    more = ' cancelActivity="false"' if beside else ""
    return f'<bpmn:boundaryEvent id="{node_id}" attachedToRef="{attached_to}"{more}>{_timer(duration)}</bpmn:boundaryEvent>\n'


def call(node_id: str, called: str, more: str = "") -> str:
    return f'<bpmn:callActivity id="{node_id}" name="Gọi {called}" calledElement="{called}" {more}/>\n'


def many(task_text: str, how: str, inside: str = "") -> str:
    """A task done several times: `task_text` with a loop, whose attributes are `how`."""
    loop = f"<bpmn:multiInstanceLoopCharacteristics {how}>{inside}</bpmn:multiInstanceLoopCharacteristics>"
    return task_text.replace("/>", f">{loop}</bpmn:userTask>")


def with_message(body: str, name: str = "tax.paid") -> bytes:
    """A process file that declares one message, "M"."""
    return process_file(body).replace(b"<bpmn:process ", f'<bpmn:message id="M" name="{name}"/><bpmn:process '.encode(), 1)


def line_up(*node_ids: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(one, other) for one, other in pairwise(node_ids))
