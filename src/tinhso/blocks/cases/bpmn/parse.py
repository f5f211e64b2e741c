"""Reading a BPMN 2.0 file. Whatever the runner does not understand is refused here, with element, id and line."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, cast

from django.utils.translation import gettext as _
from lxml import etree

from tinhso.blocks.cases.bpmn.checks import problems_of
from tinhso.blocks.cases.bpmn.graph import DOES, ROLES, Flow, Graph, Kind, Node, Problem, ProcessError
from tinhso.blocks.cases.bpmn.vocabulary import (
    AGENCY,
    AS_USUAL,
    ATTRIBUTES,
    BPMN,
    CODE,
    DIAGRAM,
    IGNORED,
    MAX_INSTANCES,
    MESSAGE,
    NODE_CHILDREN,
    NOTES,
    OUR_ATTRIBUTES,
    OURS,
    OVER,
    PREFIXES,
    ROLE_NAMES,
    ROOT_NOTES,
    TASK_NOTES,
    WATCH,
)
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import Term

MAX_BYTES = 1_000_000
VARIABLES = frozenset({"outcome", "answers.*", "case.code", "case.channel"})
"""What conditions may read when the caller does not know the form."""


def parse(
    xml: bytes,
    *,
    known: Collection[str] = VARIABLES,
    roles: Collection[str] = ROLES,
    actions: Collection[str] | None = None,
    processes: Collection[str] | None = None,
    main: bool = True,
) -> Graph:
    """Read and check a process.

    Args:
        known: the paths that conditions may read, as `kernel.rules.check_rule` takes them.
        roles: the role codes that exist.
        actions: the registered names of service actions; None to leave them unchecked.
        processes: the ids of the processes that may be called; None to leave them unchecked.
        main: whether it is the process of a case, which has to end with a signed result, or one that is called.

    Raises:
        ProcessError: with everything that is wrong; nothing is guessed or skipped.
    """
    reader = _Reader(roles, actions, processes)
    graph = reader.read(_root(xml))
    if reader.problems:
        raise ProcessError(reader.problems)
    if problems := problems_of(graph, known, main=main):
        raise ProcessError(problems)
    return graph


def process_id(xml: bytes) -> str:
    """The id of a file's process; empty where it cannot be read, which `parse` explains."""
    try:
        process = _root(xml).find(f"{{{BPMN}}}process")
    except ProcessError:
        return ""
    return process.get("id", "") if process is not None else ""


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
    if root.tag != f"{{{BPMN}}}definitions":
        raise ProcessError(
            [
                Problem(
                    _line(root),
                    _("phần tử gốc phải là <bpmn:definitions> của BPMN 2.0 ({namespace}).").format(namespace=BPMN),
                )
            ]
        )
    return root


class _Reader:
    """Walks the file once and collects problems instead of stopping at the first."""

    def __init__(self, roles: Collection[str], actions: Collection[str] | None, processes: Collection[str] | None) -> None:
        self.problems: list[Problem] = []
        self._roles = roles
        self._actions = actions
        self._processes = processes
        self._ids: set[str] = set()
        self._messages: dict[str, str] = {}
        self._lanes: dict[str, etree._Element] = {}
        """the innermost lane of each node"""

    def read(self, root: etree._Element) -> Graph:
        processes = []
        for child in root:
            tag = _local(child, BPMN)
            if tag == "process":
                processes.append(child)
            elif tag == "message":
                self._messages[child.get("id", "")] = child.get("name", "").strip()
            elif tag == "collaboration":
                self._collaboration(child)
            elif etree.QName(child).namespace != DIAGRAM and tag not in ROOT_NOTES:
                self._unsupported(child)
        if len(processes) != 1:
            self._say(root, _("tệp phải có đúng một <bpmn:process>, ở đây có {count}.").format(count=len(processes)))
            return Graph("", "", (), ())
        process = processes[0]
        self._attributes(process, "process")
        for lanes in process.findall(f"{{{BPMN}}}laneSet"):
            self._lane_set(lanes)
        nodes, flows = [], []
        for child in self._children(process, allowed=frozenset({*Kind, "sequenceFlow"}), ignored=IGNORED | NOTES | {"laneSet"}):
            tag = _local(child, BPMN)
            if tag == "sequenceFlow":
                flows.append(self._flow(child))
            else:
                nodes.append(self._node(child, Kind(tag)))
        return Graph(process.get("id", ""), process.get("name", ""), tuple(nodes), tuple(flows))

    def _collaboration(self, element: etree._Element) -> None:
        """A pool around the process, empty pools for outsiders, and messages drawn between them."""
        for _child in self._children(element, ignored=IGNORED | NOTES | {"participant", "messageFlow"}):
            pass

    def _lane_set(self, element: etree._Element) -> None:
        for lane in self._children(element, allowed=frozenset({"lane"})):
            self._attributes(lane, "lane")
            self._agency(lane)
            inside = list(self._children(lane, allowed=frozenset({"flowNodeRef", "childLaneSet"})))
            for child in inside:
                if _local(child, BPMN) == "flowNodeRef":
                    self._lanes[(child.text or "").strip()] = lane
            for child in inside:  # after the lane's own, which name what is in the lanes inside it too
                if _local(child, BPMN) == "childLaneSet":
                    self._lane_set(child)

    def _node(self, element: etree._Element, kind: Kind) -> Node:
        self._attributes(element, kind)
        node = Node(self._id(element), kind, " ".join(element.get("name", "").split()), _line(element))
        match kind:
            case Kind.USER:
                return self._user_task(element, node)
            case Kind.CATCH | Kind.BOUNDARY:
                return self._event(element, node)
        for _child in self._children(element, ignored=TASK_NOTES if kind in (Kind.SERVICE, Kind.CALL) else NODE_CHILDREN):
            pass
        match kind:
            case Kind.SERVICE:
                return replace(node, action=self._choice(element, "action", self._actions))
            case Kind.CALL:
                return self._call(element, node)
        return replace(node, default=element.get("default", ""))

    def _user_task(self, element: etree._Element, node: Node) -> Node:
        if not node.name:
            self._say(element, _("công việc phải có tên (name), vì tên hiện trên màn hình."))
        loops = list(
            self._children(
                element,
                allowed=frozenset({"multiInstanceLoopCharacteristics"}),
                ignored=TASK_NOTES | {"potentialOwner", "humanPerformer", "performer"},
            )
        )
        node = replace(
            node,
            role=self._role(element),
            does=self._choice(element, "does", DOES),
            share=self._share(element),
            outcomes=self._outcomes(element),
            papers=tuple(filter(None, (name.strip() for name in (_ours(element, "papers") or "").split(";")))),
            agency=self._agency(element) or self._lane_agency(node.id),
        )
        if len(loops) > 1:
            self._say(element, _("chỉ được lặp theo một cách."))
        return self._loop(loops[0], node) if loops else node

    def _loop(self, element: etree._Element, node: Node) -> Node:
        """A task done several times: over a list of answers, at several agencies, or a number of times."""
        self._attributes(element, "multiInstanceLoopCharacteristics")
        over, times = _ours(element, "over") or "", 0
        agencies = tuple(one.strip() for one in (_ours(element, "agencies") or "").split(",") if one.strip())
        for child in self._children(element, allowed=frozenset({"loopCardinality"})):
            text = str(child.xpath("string()")).strip()
            times = int(text) if text.isascii() and text.isdigit() else 0
            if not 1 <= times <= MAX_INSTANCES:
                self._say(element, _("số lần phải là số từ 1 đến {limit}.").format(limit=MAX_INSTANCES))
        if sum(map(bool, (over, agencies, times))) != 1:
            self._say(element, _("ghi một trong ba: tinhso:over, tinhso:agencies hoặc loopCardinality."))
        if over and not OVER.fullmatch(over):
            text = _("tinhso:over=“{value}” phải là một danh sách trong biểu mẫu, ví dụ “answers.plots”.")
            self._say(element, text.format(value=over))
        for agency in agencies:
            if not AGENCY.fullmatch(agency):
                self._bad_agency(element, agency)
        if node.does in ("sign", "return"):
            self._say(element, _("việc ký và trả kết quả chỉ làm một lần."))
        many = "sequential" if element.get("isSequential") == "true" else "parallel"
        return replace(node, many=many, over=over, agencies=agencies, times=times)

    def _event(self, element: etree._Element, node: Node) -> Node:
        """A catch event: a timer, or (in the flow only) a message."""
        known = {"timerEventDefinition"} | ({"messageEventDefinition"} if node.kind is Kind.CATCH else set())
        found_wrong = len(self.problems)
        definitions = list(self._children(element, allowed=frozenset(known), ignored=NODE_CHILDREN))
        if len(definitions) != 1:
            if len(self.problems) == found_wrong:
                self._say(element, _("phải có đúng một trong: {choices}.").format(choices=", ".join(sorted(known))))
            return node
        definition = definitions[0]
        tag = _local(definition, BPMN)
        self._attributes(definition, tag)
        if tag == "timerEventDefinition":
            node = replace(node, timer=self._timer(definition))
        else:
            node = replace(node, message=self._message(definition))
        if node.kind is Kind.BOUNDARY:
            attached = element.get("attachedToRef", "")
            node = replace(node, attached_to=attached, beside=element.get("cancelActivity") == "false")
        return node

    def _timer(self, element: etree._Element) -> str:
        durations = list(self._children(element, allowed=frozenset({"timeDuration"})))
        text = str(durations[0].xpath("string()")).strip() if len(durations) == 1 else ""
        try:
            if not WATCH.fullmatch(text):
                Term.parse(text)
        except Invalid:
            self._say(
                element, _("cần một <bpmn:timeDuration>, ví dụ “PT4H”, “P2D” (theo đồng hồ) hoặc “2 days” (ngày làm việc).")
            )
        return text

    def _message(self, element: etree._Element) -> str:
        reference = element.get("messageRef", "")
        name = self._messages.get(reference.rpartition(":")[2], "")
        if not MESSAGE.fullmatch(name):
            self._say(
                element,
                _("messageRef=“{value}” phải chỉ tới một <bpmn:message> ở trên, tên là mã như “tax.paid”.").format(
                    value=reference
                ),
            )
        return name

    def _call(self, element: etree._Element, node: Node) -> Node:
        called = element.get("calledElement", "")
        if not called or (self._processes is not None and called not in self._processes):
            self._say(
                element,
                _("calledElement=“{value}” không phải là quy trình nào khác trong thư mục; có: {choices}.").format(
                    value=called, choices=", ".join(sorted(self._processes or ())) or "–"
                ),
            )
        agency = self._agency(element) or self._lane_agency(node.id)
        return replace(node, calls=called, share=self._share(element), agency=agency)

    def _role(self, element: etree._Element) -> str:
        """The task's own role, or that of its lane."""
        lane = self._lanes.get(element.get("id", ""))
        if lane is None or _ours(element, "role") is not None:
            return self._choice(element, "role", self._roles)
        if _ours(lane, "role") is not None:
            return self._choice(lane, "role", self._roles)
        name = " ".join(lane.get("name", "").split())
        role = ROLE_NAMES.get(name.lower(), name)
        if role not in self._roles:
            self._say(
                lane,
                _("tên “{name}” không cho biết vai trò nào; hãy ghi tinhso:role ở làn này hoặc ở công việc {task}.").format(
                    name=name, task=_label(element)
                ),
            )
        return role

    def _lane_agency(self, node_id: str) -> str:
        lane = self._lanes.get(node_id)
        return (_ours(lane, "agency") or "").strip() if lane is not None else ""

    def _agency(self, element: etree._Element) -> str:
        value = (_ours(element, "agency") or "").strip()
        if value and not AGENCY.fullmatch(value):
            self._bad_agency(element, value)
        return value

    def _bad_agency(self, element: etree._Element, value: str) -> None:
        self._say(
            element,
            _(
                "tinhso:agency=“{value}” không đúng; ghi same, parent, province, province:nnmt, here:kthtdt (tên viết tắt), "
                "code:H20.05 hoặc unit:answers.land.commune."
            ).format(value=value),
        )

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
        value = (_ours(element, name) or "").strip()
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
        text = _ours(element, "share")
        if text is None:
            return None
        if text.isascii() and text.isdigit() and int(text) <= 100:
            return int(text)
        self._say(element, _("tinhso:share=“{value}” phải là số phần trăm từ 0 đến 100.").format(value=text))
        return None

    def _outcomes(self, element: etree._Element) -> tuple[str, ...]:
        text = _ours(element, "outcomes")
        if text is None:
            return ()
        codes = tuple(code.strip() for code in text.split(","))
        if len(codes) < 2 or len(set(codes)) < len(codes) or not all(map(CODE.fullmatch, codes)):
            self._say(
                element,
                _(
                    "tinhso:outcomes=“{value}” phải là ít nhất hai mã khác nhau cách nhau bằng dấu phẩy, ví dụ “approve,return”."
                ).format(value=text),
            )
        return codes

    def _attributes(self, element: etree._Element, tag: str) -> None:
        for attribute, value in ((etree.QName(name), value) for name, value in element.attrib.items()):
            ours = attribute.namespace == OURS
            allowed = OUR_ATTRIBUTES.get(tag, set()) if ours else ATTRIBUTES[tag]
            usual = not ours and AS_USUAL.get(attribute.localname) == value
            if attribute.namespace in (None, OURS) and attribute.localname not in allowed and not usual:
                name = f"tinhso:{attribute.localname}" if ours else attribute.localname
                self._say(element, _("thuộc tính {name} chưa được hỗ trợ ở phần tử này.").format(name=name))

    # --- elements

    def _children(
        self, element: etree._Element, *, allowed: Collection[str] = frozenset(), ignored: Collection[str] = IGNORED
    ) -> Iterator[etree._Element]:
        """The allowed children; everything that is neither allowed nor ignored is a problem."""
        for child in element:
            tag = _local(child, BPMN)
            if tag in allowed:
                yield child
            elif tag not in ignored:
                self._unsupported(child)

    def _unsupported(self, element: etree._Element) -> None:
        self.problems.append(Problem(_line(element), _("phần tử {element} chưa được hỗ trợ.").format(element=_label(element))))

    def _say(self, element: etree._Element, text: str) -> None:
        self.problems.append(Problem(_line(element), f"{_label(element)}: {text}"))


def _ours(element: etree._Element, name: str) -> str | None:
    """What we are told of an element: by an attribute, or by a property of the same name where a modeller has only those.

    Camunda and Zeebe write <camunda:property name="tinhso:role" value="…"/>, Signavio <signavioMetaData metaKey="…"
    metaValue="…"/>, both within <extensionElements>.
    """
    value = element.get(f"{{{OURS}}}{name}")
    extensions = element.find(f"{{{BPMN}}}extensionElements")
    if value is None and extensions is not None:
        for child in extensions.iter(etree.Element):
            for key, given in (("name", "value"), ("metaKey", "metaValue")):
                if child.get(key) == f"tinhso:{name}":
                    return child.get(given)
    return value


def _local(element: etree._Element, namespace: str) -> str:
    """The element's name if it belongs to the namespace, else ""."""
    name = etree.QName(element)
    return name.localname if name.namespace == namespace else ""


def _line(element: etree._Element) -> int:
    line: int | None = cast(Any, element).sourceline  # the stubs have it wrong
    return line or 0


def _label(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = PREFIXES.get(name.namespace or "", element.prefix or "")
    tag = f"{prefix}:{name.localname}" if prefix else name.localname
    node_id = element.get("id")
    return f'<{tag} id="{node_id}">' if node_id else f"<{tag}>"
