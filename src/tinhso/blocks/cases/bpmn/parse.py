"""Reading a BPMN 2.0 file. Whatever the runner does not understand is refused here, with element, id and line."""

import re
from collections.abc import Collection, Iterator
from typing import Any, cast

from django.utils.translation import gettext as _
from lxml import etree

from tinhso.blocks.cases.bpmn.checks import problems_of
from tinhso.blocks.cases.bpmn.graph import DOES, ROLES, Flow, Graph, Kind, Node, Problem, ProcessError

MAX_BYTES = 1_000_000
VARIABLES = frozenset({"outcome", "answers.*", "case.code", "case.channel"})
"""What conditions may read when the caller does not know the form."""

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
_OURS = "urn:tinhso:bpmn:1"
_PREFIXES = {_BPMN: "bpmn", _DIAGRAM: "bpmndi", _OURS: "tinhso"}
_IGNORED = frozenset({"documentation", "extensionElements"})
_NODE_CHILDREN = _IGNORED | {"incoming", "outgoing"}
_ATTRIBUTES = {
    "process": {"id", "name", "isExecutable", "isClosed", "processType"},
    "sequenceFlow": {"id", "name", "sourceRef", "targetRef"},
    "conditionExpression": {"id", "language"},
    Kind.EXCLUSIVE: {"id", "name", "gatewayDirection", "default"},
    Kind.PARALLEL: {"id", "name", "gatewayDirection"},
    Kind.USER: {"id", "name", "implementation"},
    Kind.SERVICE: {"id", "name", "implementation"},
    Kind.START: {"id", "name"},
    Kind.END: {"id", "name"},
}
_OUR_ATTRIBUTES = {Kind.USER: {"role", "does", "share", "outcomes"}, Kind.SERVICE: {"action"}}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def parse(
    xml: bytes,
    *,
    known: Collection[str] = VARIABLES,
    roles: Collection[str] = ROLES,
    actions: Collection[str] | None = None,
) -> Graph:
    """Read and check a process.

    Args:
        known: the paths that conditions may read, as `kernel.rules.check_rule` takes them.
        roles: the role codes that exist.
        actions: the registered names of service actions; None to leave them unchecked.

    Raises:
        ProcessError: with everything that is wrong; nothing is guessed or skipped.
    """
    reader = _Reader(roles, actions)
    graph = reader.read(_root(xml))
    if reader.problems:
        raise ProcessError(reader.problems)
    if problems := problems_of(graph, known):
        raise ProcessError(problems)
    return graph


def _root(xml: bytes) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise ProcessError([Problem(0, _("Tệp quy trình lớn quá 1 MB."))])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        if b"<!DOCTYPE" in xml:  # before the parser sees it: entities in attributes would be expanded
            raise ProcessError([Problem(xml[: xml.index(b"<!DOCTYPE")].count(b"\n") + 1, _("Không được có khai báo DOCTYPE."))])
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise ProcessError([Problem(line, _("không phải là XML đúng cú pháp ({detail}).").format(detail=error.msg))]) from error
    if cast(Any, root.getroottree()).docinfo.doctype:
        raise ProcessError([Problem(1, _("Không được có khai báo DOCTYPE."))])
    if root.tag != f"{{{_BPMN}}}definitions":
        raise ProcessError(
            [
                Problem(
                    _line(root),
                    _("phần tử gốc phải là <bpmn:definitions> của BPMN 2.0 ({namespace}).").format(namespace=_BPMN),
                )
            ]
        )
    return root


class _Reader:
    """Walks the file once and collects problems instead of stopping at the first."""

    def __init__(self, roles: Collection[str], actions: Collection[str] | None) -> None:
        self.problems: list[Problem] = []
        self._roles = roles
        self._actions = actions
        self._ids: set[str] = set()

    def read(self, root: etree._Element) -> Graph:
        processes = []
        for child in root:
            if _local(child, _BPMN) == "process":
                processes.append(child)
            elif etree.QName(child).namespace != _DIAGRAM and _local(child, _BPMN) not in _IGNORED:
                self._unsupported(child)
        if len(processes) != 1:
            self._say(root, _("tệp phải có đúng một <bpmn:process>, ở đây có {count}.").format(count=len(processes)))
            return Graph("", "", (), ())
        process = processes[0]
        self._attributes(process, "process")
        nodes, flows = [], []
        for child in self._children(process, allowed=frozenset({*Kind, "sequenceFlow"})):
            tag = _local(child, _BPMN)
            if tag == "sequenceFlow":
                flows.append(self._flow(child))
            else:
                nodes.append(self._node(child, Kind(tag)))
        return Graph(process.get("id", ""), process.get("name", ""), tuple(nodes), tuple(flows))

    def _node(self, element: etree._Element, kind: Kind) -> Node:
        self._attributes(element, kind)
        for _child in self._children(element, ignored=_NODE_CHILDREN):
            pass
        node_id, name = self._id(element), " ".join(element.get("name", "").split())
        if kind is Kind.USER:
            if not name:
                self._say(element, _("công việc phải có tên (name), vì tên hiện trên màn hình."))
            return Node(
                node_id,
                kind,
                name,
                _line(element),
                role=self._choice(element, "role", self._roles),
                does=self._choice(element, "does", DOES),
                share=self._share(element),
                outcomes=self._outcomes(element),
            )
        if kind is Kind.SERVICE:
            action = self._choice(element, "action", self._actions)
            return Node(node_id, kind, name, _line(element), action=action)
        return Node(node_id, kind, name, _line(element), default=element.get("default", ""))

    def _flow(self, element: etree._Element) -> Flow:
        self._attributes(element, "sequenceFlow")
        conditions = list(self._children(element, allowed=frozenset({"conditionExpression"})))
        for condition in conditions:
            self._attributes(condition, "conditionExpression")
            if condition.get("language", "cel") != "cel":
                self._say(element, _('điều kiện phải viết bằng CEL (language="cel").'))
        if len(conditions) > 1:
            self._say(element, _("chỉ được có một điều kiện."))
        text = str(conditions[0].xpath("string()")).strip() if conditions else ""
        if conditions and not text:
            self._say(element, _("điều kiện để trống."))
        return Flow(
            self._id(element),
            element.get("sourceRef", ""),
            element.get("targetRef", ""),
            text,
            " ".join(element.get("name", "").split()),
            _line(element),
        )

    # --- attributes

    def _id(self, element: etree._Element) -> str:
        value = element.get("id", "")
        if not value or len(value) > 100:
            self._say(element, _("phải có id dài không quá 100 ký tự."))
        elif value in self._ids:
            self._say(element, _("id này đã dùng cho phần tử khác."))
        self._ids.add(value)
        return value

    def _choice(self, element: etree._Element, name: str, among: Collection[str] | None) -> str:
        value = element.get(f"{{{_OURS}}}{name}", "").strip()
        if not value:
            self._say(element, _("thiếu thuộc tính tinhso:{name}.").format(name=name))
        elif among is not None and value not in among:
            self._say(
                element,
                _("tinhso:{name}=“{value}” không có; chọn một trong: {choices}.").format(
                    name=name, value=value, choices=", ".join(sorted(among))
                ),
            )
        return value

    def _share(self, element: etree._Element) -> int | None:
        text = element.get(f"{{{_OURS}}}share")
        if text is None:
            return None
        if text.isascii() and text.isdigit() and int(text) <= 100:
            return int(text)
        self._say(element, _("tinhso:share=“{value}” phải là số phần trăm từ 0 đến 100.").format(value=text))
        return None

    def _outcomes(self, element: etree._Element) -> tuple[str, ...]:
        text = element.get(f"{{{_OURS}}}outcomes")
        if text is None:
            return ()
        codes = tuple(code.strip() for code in text.split(","))
        if len(codes) < 2 or len(set(codes)) < len(codes) or not all(map(_CODE.fullmatch, codes)):
            self._say(
                element,
                _(
                    "tinhso:outcomes=“{value}” phải là ít nhất hai mã khác nhau cách nhau bằng dấu phẩy, ví dụ “approve,return”."
                ).format(value=text),
            )
        return codes

    def _attributes(self, element: etree._Element, tag: str) -> None:
        for attribute in map(etree.QName, element.attrib):
            allowed = _OUR_ATTRIBUTES.get(tag, set()) if attribute.namespace == _OURS else _ATTRIBUTES[tag]  # type: ignore[call-overload]
            if attribute.namespace in (None, _OURS) and attribute.localname not in allowed:
                name = f"tinhso:{attribute.localname}" if attribute.namespace else attribute.localname
                self._say(element, _("thuộc tính {name} chưa được hỗ trợ ở phần tử này.").format(name=name))

    # --- elements

    def _children(
        self, element: etree._Element, *, allowed: Collection[str] = frozenset(), ignored: Collection[str] = _IGNORED
    ) -> Iterator[etree._Element]:
        """The allowed children; everything that is neither allowed nor ignored is a problem."""
        for child in element:
            tag = _local(child, _BPMN)
            if tag in allowed:
                yield child
            elif tag not in ignored:
                self._unsupported(child)

    def _unsupported(self, element: etree._Element) -> None:
        self.problems.append(Problem(_line(element), _("phần tử {element} chưa được hỗ trợ.").format(element=_label(element))))

    def _say(self, element: etree._Element, text: str) -> None:
        self.problems.append(Problem(_line(element), f"{_label(element)}: {text}"))


def _local(element: etree._Element, namespace: str) -> str:
    """The element's name if it belongs to the namespace, else ""."""
    name = etree.QName(element)
    return name.localname if name.namespace == namespace else ""


def _line(element: etree._Element) -> int:
    line: int | None = cast(Any, element).sourceline  # the stubs have it wrong
    return line or 0


def _label(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace or "", element.prefix or "")
    tag = f"{prefix}:{name.localname}" if prefix else name.localname
    node_id = element.get("id")
    return f'<{tag} id="{node_id}">' if node_id else f"<{tag}>"
