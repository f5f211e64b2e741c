"""Tokens: single steps, and random processes that run to the end in whatever order people work."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node, ProcessError
from tinhso.blocks.cases.bpmn.parse import parse
from tinhso.blocks.cases.bpmn.tests.files import end, exclusive, flow, parallel, process_file, service, start, task
from tinhso.blocks.cases.bpmn.tokens import ArriveAt, Effect, End, OpenTask, RunService, join_complete, leave
from tinhso.blocks.cases.bpmn.tokens import start as start_tokens


def graph_of(body: str) -> Graph:
    return parse(process_file(body))


CHOICE = graph_of(
    start() + task("a", "approve,return") + exclusive("g", "g-again") + task("again") + service("tell") + end()
    + flow("start", "a") + flow("a", "g") + flow("g", "tell", 'outcome == "approve" && answers.kind == "birth"')
    + flow("g", "again") + flow("again", "a") + flow("tell", "end")
)  # fmt: skip

FORK = graph_of(
    start() + parallel("s") + task("a") + task("b") + parallel("j") + task("c") + end() + flow("start", "s") + flow("s", "a")
    + flow("s", "b") + flow("a", "j") + flow("b", "j") + flow("j", "c") + flow("c", "end")
)  # fmt: skip


def shown(effects: list[Effect]) -> list[tuple[str, str]]:
    return [(type(effect).__name__, effect.node.id) for effect in effects]


def test_the_first_step_opens_the_first_task() -> None:
    assert shown(start_tokens(CHOICE, {})) == [("OpenTask", "a")]


def test_a_gateway_takes_the_flow_whose_condition_holds() -> None:
    env = {"outcome": "approve", "answers": {"kind": "birth"}, "case": {}}
    assert shown(leave(CHOICE, "a", env)) == [("RunService", "tell")]


@pytest.mark.parametrize(
    "env", [{"outcome": "return", "answers": {}}, {"outcome": "approve", "answers": {}}, {"outcome": None}, {}]
)
def test_a_gateway_takes_the_default_when_nothing_holds_or_an_answer_is_missing(env: dict[str, object]) -> None:
    assert shown(leave(CHOICE, "a", env)) == [("OpenTask", "again")]


def test_after_a_service_the_process_goes_on_to_its_end() -> None:
    assert shown(leave(CHOICE, "tell", {})) == [("End", "end")]


def test_a_fork_opens_all_its_branches() -> None:
    assert shown(start_tokens(FORK, {})) == [("OpenTask", "a"), ("OpenTask", "b")]


def test_the_first_to_arrive_at_a_join_waits_and_the_last_goes_on() -> None:
    first = leave(FORK, "b", {}, lambda join: set())
    assert first == [ArriveAt(FORK.node("j"), FORK.leaving(FORK.node("b"))[0], completes=False)]
    second = leave(FORK, "a", {}, lambda join: {"b-j"})
    assert shown(second) == [("ArriveAt", "j"), ("OpenTask", "c")]
    assert isinstance(second[0], ArriveAt)
    assert second[0].completes


def test_a_join_is_complete_when_every_flow_has_arrived() -> None:
    assert not join_complete(FORK, "j", {"a-j"})
    assert join_complete(FORK, "j", {"a-j", "b-j"})


def test_a_choice_without_default_and_without_a_matching_outcome_is_an_error_with_its_line() -> None:
    graph = graph_of(
        start() + task("a", "x,y") + exclusive("g") + task("b") + end() + flow("start", "a") + flow("a", "g")
        + flow("g", "b", 'outcome == "x"') + flow("g", "end", 'outcome == "y"') + flow("b", "end")
    )  # fmt: skip
    with pytest.raises(ProcessError, match='Dòng 6: <bpmn:exclusiveGateway id="g">: không điều kiện nào đúng'):
        leave(graph, "a", {"outcome": "z"})


# --- random processes ----------------------------------------------------------------------------------------------------

Block = tuple[str, tuple["Block", ...]]  # type: ignore[misc]

blocks: st.SearchStrategy[Block] = st.recursive(
    st.sampled_from([("task", ()), ("service", ())]),
    lambda inner: st.tuples(
        st.sampled_from(["sequence", "fork", "choice", "loop"]), st.lists(inner, min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=9,
)


class Writer:
    """Writes a block-structured process as a BPMN file."""

    def __init__(self) -> None:
        self.body = start() + end()
        self.count = 0

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def node(self, make: Callable[..., str], prefix: str, *args: str) -> str:
        name = self.name(prefix)
        self.body += make(name, *args)
        return name

    def link(self, source: str, target: str, condition: str = "", flow_id: str = "") -> None:
        self.body += flow(source, target, condition, flow_id or self.name("f"))

    def write(self, block: Block) -> tuple[str, str]:
        """Write a block; returns its first and last node."""
        kind, parts = block
        if kind in ("task", "service"):
            name = self.node(task if kind == "task" else service, kind)
            return name, name
        if kind == "sequence":
            ends = [self.write(part) for part in parts]
            for (_first, last), (following, _last) in pairwise(ends):
                self.link(last, following)
            return ends[0][0], ends[-1][1]
        if kind == "fork":
            split, join = self.node(parallel, "split"), self.node(parallel, "join")
            for part in parts:
                first, last = self.write(part)
                self.link(split, first)
                self.link(last, join)
            return split, join
        return self.write_choice(parts) if kind == "choice" else self.write_loop(parts)

    def write_choice(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        default = self.name("default")
        decide, merge = self.node(exclusive, "decide", default), self.node(exclusive, "merge")
        for index, part in enumerate(parts):
            first, last = self.write(part)
            self.link(decide, first, *(("", default) if index == 0 else (f"answers.pick == {index}",)))
            self.link(last, merge)
        return decide, merge

    def write_loop(self, parts: tuple[Block, ...]) -> tuple[str, str]:
        out = self.name("default")
        again, decide, after = self.node(exclusive, "again"), self.node(exclusive, "decide", out), self.node(exclusive, "after")
        (first, last), (back_first, back_last) = self.write(parts[0]), self.write(parts[1])
        self.link(again, first)
        self.link(last, decide)
        self.link(decide, back_first, "answers.pick == 1")
        self.link(back_last, again)
        self.link(decide, after, flow_id=out)
        return again, after


class Runner:
    """What the database does with effects, in memory: open steps, tokens waiting at joins, and the end."""

    def __init__(self, graph: Graph, random: Random) -> None:
        self.graph, self.random = graph, random
        self.open: list[Node] = []
        self.waiting: dict[str, set[str]] = {}
        self.ended = False

    def env(self) -> dict[str, object]:
        return {"answers": {"pick": self.random.randrange(3)}}

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            assert not self.ended
            match effect:
                case OpenTask(node) | RunService(node):
                    assert node not in self.open
                    self.open.append(node)
                case ArriveAt(node, arrival, completes):
                    here = self.waiting.setdefault(node.id, set())
                    assert arrival.id not in here
                    here.add(arrival.id)
                    assert completes == join_complete(self.graph, node.id, here)
                    if completes:
                        del self.waiting[node.id]
                case End():
                    self.ended = True

    def run(self) -> None:
        self.carry_out(start_tokens(self.graph, self.env()))
        for _step in range(2_000):
            if self.ended:
                break
            assert self.open, "stuck"
            node = self.open.pop(self.random.randrange(len(self.open)))
            self.carry_out(leave(self.graph, node.id, self.env(), lambda join: self.waiting.get(join, set())))
        assert self.ended
        assert not self.open
        assert not self.waiting


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(block=blocks, seed=st.integers(0, 2**32))
def test_block_structured_processes_are_accepted_and_run_to_the_end_in_every_order(block: Block, seed: int) -> None:
    writer = Writer()
    first, last = writer.write(block)
    writer.link("start", first)
    writer.link(last, "end")
    graph = graph_of(writer.body)
    assert Graph.from_json(graph.to_json()) == graph
    for offset in range(5):
        Runner(graph, Random(seed + offset)).run()


def test_the_random_processes_do_contain_forks_choices_and_loops() -> None:
    writer = Writer()
    first, last = writer.write(("fork", (("loop", (("task", ()), ("task", ()))), ("choice", (("service", ()), ("task", ()))))))
    writer.link("start", first)
    writer.link(last, "end")
    kinds = [node.kind for node in graph_of(writer.body).nodes]
    assert (kinds.count(Kind.PARALLEL), kinds.count(Kind.EXCLUSIVE)) == (2, 5)
