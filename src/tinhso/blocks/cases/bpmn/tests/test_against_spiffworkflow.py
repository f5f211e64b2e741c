"""Random processes run here and in SpiffWorkflow, another BPMN engine: after every completion both offer the same tasks.

Where the two are made to agree, and why:

- Conditions are CEL here and Python there: both read the same number, set before each completion.
- Timers and messages are signals there, because this test decides when they come.
- The end of the process is a terminate event there: here the end of a process ends the side branches that are left
  (`Graph.aside`).
- An event beside a task is not let happen while its last branch still runs: here it would be passed over (docs/procedures.md),
  there a second branch would begin.

Left out:

- Joins inside loops: SpiffWorkflow 3.2 counts tokens that came to a join in an earlier round (its gateways look at all their
  tasks that are no ancestors) and goes on too soon. test_tokens runs such processes here alone.
- Call activities: the token game hands them to the rows, see test_process.
- Inclusive gateways outside of blocks: SpiffWorkflow searches the history of its tasks, we the graph, as in BPMN 2.0 (13.3.3).
"""

import re
from collections import Counter
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node, ProcessError
from tinhso.blocks.cases.bpmn.parse import parse
from tinhso.blocks.cases.bpmn.soundness import TOO_MANY_BRANCHES
from tinhso.blocks.cases.bpmn.tests import files
from tinhso.blocks.cases.bpmn.tokens import ArriveAt, Call, Effect, End, Merge, OpenTask, RunService, Wait, leave
from tinhso.blocks.cases.bpmn.tokens import start as start_tokens

pytest.importorskip("SpiffWorkflow")

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.bpmn.specs.event_definitions import SignalEventDefinition
from SpiffWorkflow.util.task import TaskState

Block = tuple[str, tuple["Block", ...]]  # type: ignore[misc]
LEAVES = ("task", "service", "timer", "parallel times", "times in sequence", "deadline", "reminder")

blocks: st.SearchStrategy[Block] = st.recursive(
    st.sampled_from([(leaf, ()) for leaf in LEAVES]),
    lambda inner: st.tuples(
        st.sampled_from(["sequence", "fork", "choice", "some", "loop"]), st.lists(inner, min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def without_joins(block: Block, *, in_loop: bool = False) -> Block:
    """The block with sequences instead of forks inside loops."""
    kind, parts = block
    inside = in_loop or kind == "loop"
    return (
        "sequence" if in_loop and kind in ("fork", "some") else kind,
        tuple(without_joins(part, in_loop=inside) for part in parts),
    )


class Writer:
    """Writes a process made of blocks; each has one way in and one way out."""

    def __init__(self, block: Block) -> None:
        self.body, self.count = files.start() + files.end(), 0
        first, last = self.write(block)
        self.link("start", first)
        self.link(last, "end")

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def add(self, text: str, name: str) -> str:
        self.body += text
        return name

    def link(self, source: str, target: str, condition: str = "", flow_id: str = "") -> None:
        self.body += files.flow(source, target, condition, flow_id or self.name("f"))

    def write(self, block: Block) -> tuple[str, str]:
        kind, parts = block
        if not parts:
            return self.write_leaf(kind)
        if kind == "sequence":
            ends = [self.write(part) for part in parts]
            for (_first, last), (following, _last) in pairwise(ends):
                self.link(last, following)
            return ends[0][0], ends[-1][1]
        if kind == "loop":
            return self.write_loop(parts)
        make = {"fork": files.parallel, "choice": files.exclusive, "some": files.inclusive}[kind]
        split, join, default = self.name("split"), self.name("join"), self.name("default")
        self.add(make(split) if kind == "fork" else make(split, default), split)  # type: ignore[operator]
        self.add(make(join), join)  # type: ignore[operator]
        for index, part in enumerate(parts):
            first, last = self.write(part)
            conditions = {"fork": "", "choice": f"answers.pick == {index}", "some": f"answers.pick >= {index}"}
            usual = index == 0 and kind != "fork"
            self.link(split, first, "" if usual else conditions[kind], default if usual else "")
            self.link(last, join)
        return split, join

    def write_leaf(self, kind: str) -> tuple[str, str]:
        name = self.name(kind.split(maxsplit=1)[0])
        task = files.task(name, does="review")
        match kind:
            case "service":
                self.add(files.service(name), name)
            case "timer":
                self.add(files.timer(name), name)
            case "parallel times" | "times in sequence":
                how = 'isSequential="true"' if kind == "times in sequence" else 'isSequential="false"'
                review = files.task(name, does="review")
                self.add(files.many(review, how, "<bpmn:loopCardinality>2</bpmn:loopCardinality>"), name)
            case "deadline":
                event, merge = self.name("event"), self.name("merge")
                self.body += task + files.boundary(event, name) + files.exclusive(merge)
                self.link(name, merge)
                self.link(event, merge)
                return name, merge
            case "reminder":
                event, remind, over = self.name("event"), self.name("remind"), self.name("over")
                self.body += task + files.boundary(event, name, beside=True) + files.task(remind, does="review") + files.end(over)
                self.link(event, remind)
                self.link(remind, over)
            case _:
                self.add(task, name)
        return name, name

    def write_loop(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        again, decide, after, out = (self.name(one) for one in ("again", "decide", "after", "default"))
        self.body += files.exclusive(again) + files.exclusive(decide, out) + files.exclusive(after)
        (first, last), (back_first, back_last) = self.write(parts[0]), self.write(parts[1])
        self.link(again, first)
        self.link(last, decide)
        self.link(decide, back_first, "answers.pick == 1")
        self.link(back_last, again)
        self.link(decide, after, flow_id=out)
        return again, after


class Ours:
    """The token game with rows in memory."""

    def __init__(self, graph: Graph, pick: dict[str, int]) -> None:
        self.graph, self.pick = graph, pick
        self.open: Counter[str] = Counter()
        self.left: dict[str, int] = {}
        """how often tasks done in sequence are still to be opened"""
        self.happened: set[str] = set()
        self.waiting: dict[str, set[str]] = {}
        self.ended = False
        self.carry_out(start_tokens(graph, self.env()))

    def env(self) -> dict[str, object]:
        return {"answers": self.pick}

    def carry_out(self, effects: list[Effect]) -> None:
        todo, passing = list(effects), list[Node]()
        while todo or passing:
            if not todo:
                node = passing.pop(0)
                todo = leave(
                    self.graph, node.id, self.env(), self.arrived, lambda: {*self.open, *(other.id for other in passing)}
                )
                continue
            match todo.pop(0):
                case OpenTask(node):
                    self.open[node.id] += node.times if node.many == "parallel" else 1
                    self.left[node.id] = node.times - 1 if node.many == "sequential" else 0
                    self.happened -= {event.id for event in self.graph.boundaries(node)}
                case Wait(node) | Call(node):
                    self.open[node.id] += 1
                case RunService(node):
                    passing.append(node)
                case ArriveAt(node, flow, completes):
                    self.waiting.setdefault(node.id, set()).add(flow.id)
                    if completes:
                        del self.waiting[node.id]
                case Merge(node):
                    del self.waiting[node.id]
                case End(node) if node.id not in self.graph.aside:
                    self.ended = True
                    self.open.clear()

    def arrived(self, node_id: str) -> set[str]:
        return self.waiting.get(node_id, set())

    def move_on(self, node_id: str) -> None:
        self.open = +self.open
        self.carry_out(leave(self.graph, node_id, self.env(), self.arrived, lambda: set(self.open)))

    def complete(self, node_id: str) -> None:
        self.open[node_id] -= 1
        if self.left.get(node_id):
            self.left[node_id] -= 1
            self.open[node_id] += 1
        elif not self.open[node_id]:
            self.move_on(node_id)

    def events(self) -> list[Node]:
        """The events that can happen now."""
        attached = [event for name in +self.open for event in self.graph.boundaries(self.graph.node(name))]
        return [event for event in attached if event.id not in self.happened and not self._busy(event)]

    def _busy(self, event: Node) -> bool:
        return event.beside and any(node.id in +self.open for node in self.graph.branch(event))

    def happen(self, event: Node) -> None:
        if event.beside:
            self.happened.add(event.id)
        else:
            self.open[event.attached_to] = 0
        self.move_on(event.id)

    def offered(self) -> list[str]:
        return sorted((+self.open).elements())


class Engine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates conditions over the number both engines share."""

    def __init__(self, pick: dict[str, int]) -> None:
        super().__init__()
        self.pick = pick

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return eval(expression, {}, dict(self.pick))


class Theirs:
    def __init__(self, xml: bytes, pick: dict[str, int]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(for_spiffworkflow(xml)))
        self.workflow = BpmnWorkflow(parser.get_spec("p"), script_engine=Engine(pick))
        self.settle()

    def settle(self) -> None:
        self.workflow.do_engine_steps()

    def _tasks(self) -> list[Any]:
        ready = [task for task in self.workflow.get_tasks(state=TaskState.READY) if isinstance(task.task_spec, UserTask)]
        waits = self.workflow.get_tasks(state=TaskState.WAITING)
        return ready + [task for task in waits if type(task.task_spec).__name__ == "IntermediateCatchEvent"]

    def offered(self) -> list[str]:
        return sorted(task.task_spec.bpmn_id for task in self._tasks())

    def complete(self, node_id: str) -> None:
        task = next(task for task in self._tasks() if task.task_spec.bpmn_id == node_id)
        if isinstance(task.task_spec, UserTask):
            task.run()
        else:
            self.happen(node_id)
        self.settle()

    def happen(self, event_id: str) -> None:
        self.workflow.catch(BpmnEvent(SignalEventDefinition(event_id)))
        self.settle()


def for_spiffworkflow(xml: bytes) -> bytes:
    text = xml.decode().replace(' language="cel"', "").replace("answers.pick", "pick")
    text = re.sub(
        r"<bpmn:serviceTask (id=\"\w+\")[^>]*/>", r"<bpmn:scriptTask \1><bpmn:script>pass</bpmn:script></bpmn:scriptTask>", text
    )
    text = text.replace('<bpmn:endEvent id="end"/>', '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition/></bpmn:endEvent>')
    signals = []

    def signal(found: re.Match[str]) -> str:
        signals.append(f'<bpmn:signal id="S{found[2]}" name="{found[2]}"/>')
        return f'{found[1]}<bpmn:signalEventDefinition signalRef="S{found[2]}"/>'

    event = r'(<bpmn:(?:intermediateCatchEvent|boundaryEvent) id="(\w+)"[^>]*>)'
    text = re.sub(event + "<bpmn:timerEventDefinition>.*?</bpmn:timerEventDefinition>", signal, text)
    return text.replace("</bpmn:definitions>", "".join(signals) + "</bpmn:definitions>").encode()


def graph_of(xml: bytes) -> Graph:
    """A process with more parallel branches than can be checked is refused; it is no example."""
    try:
        return parse(xml, main=False)
    except ProcessError as error:
        assume(TOO_MANY_BRANCHES not in str(error))
        raise


def compare(block: Block, seed: int) -> int:
    """Run one process in both; returns how many completions were compared."""
    xml = files.process_file(Writer(block).body)
    random, pick = Random(seed), {"pick": 0}
    ours, theirs = Ours(graph_of(xml), pick), Theirs(xml, pick)
    for done in range(60):
        assert ours.offered() == theirs.offered(), f"after {done} completions"
        if ours.ended:
            assert theirs.workflow.is_completed()
            return done
        pick["pick"] = random.randrange(3)
        events = ours.events()
        if events and random.random() < 0.4:
            event = random.choice(events)
            ours.happen(event)
            theirs.happen(event.id)
        else:
            name = random.choice(ours.offered())
            ours.complete(name)
            theirs.complete(name)
    return 60


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(block=blocks, seed=st.integers(0, 2**32))
def test_both_engines_offer_the_same_tasks_after_every_completion(block: Block, seed: int) -> None:
    compare(without_joins(block), seed)


def test_every_element_takes_part() -> None:
    leaves: tuple[Block, ...] = tuple((leaf, ()) for leaf in LEAVES)
    graphs = [parse(files.process_file(Writer((name, leaves)).body), main=False) for name in ("fork", "choice", "some", "loop")]
    assert {node.kind for graph in graphs for node in graph.nodes} == set(Kind) - {Kind.CALL}
    for seed in range(3):
        assert compare(("sequence", leaves), seed) > len(leaves)
