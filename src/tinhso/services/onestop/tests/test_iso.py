"""Electronic ISO: what every procedure's process must keep, folder by folder. That each way ends, no step gets stuck and each end
lies behind a signature is checked when a folder is loaded (`bpmn/soundness.py`)."""

from pathlib import Path

import pytest

from tinhso.blocks.cases.bpmn.graph import Graph, Kind
from tinhso.blocks.cases.loading import ProcedureDefinition, load_folder, procedure_folders
from tinhso.kernel.manifest import roles
from tinhso.services.onestop.catalogue import SHIPPED

FOLDERS = procedure_folders(SHIPPED)


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def definition(request: pytest.FixtureRequest) -> ProcedureDefinition:
    folder: Path = request.param
    return load_folder(folder)


def longest(graph: Graph) -> int:
    """The greatest sum of shares on a way from the start to an end; loops back are not gone twice."""

    def from_(node_id: str, seen: frozenset[str]) -> int:
        node = graph.node(node_id)
        after = [flow.target for flow in graph.flows if flow.source == node_id and flow.target not in seen]
        after += [event.id for event in graph.nodes if event.kind is Kind.BOUNDARY and event.attached_to == node_id]
        return (node.share or 0) + max((from_(target, seen | {node_id}) for target in after), default=0)

    return from_(next(node.id for node in graph.nodes if node.kind is Kind.START), frozenset())


def test_the_shares_of_the_longest_way_are_the_whole_term(definition: ProcedureDefinition) -> None:
    assert longest(definition.graph) == 100


def test_every_step_has_a_share_a_role_that_exists_and_something_it_does(definition: ProcedureDefinition) -> None:
    for task in definition.graph.user_tasks:
        assert task.share, task.label
        assert task.role in roles(), task.label
        assert task.does, task.label


def test_every_way_ends(definition: ProcedureDefinition) -> None:
    graph = definition.graph
    ends = {node.id for node in graph.nodes if node.kind is Kind.END}

    def reached(node_id: str) -> frozenset[str]:
        found, waiting = {node_id}, [node_id]
        while waiting:
            here = waiting.pop()
            for flow in graph.flows:
                if flow.source == here and flow.target not in found:
                    found.add(flow.target)
                    waiting.append(flow.target)
        return frozenset(found)

    assert all(reached(node.id) & ends for node in graph.nodes)


def test_what_is_waited_for_has_a_name_people_can_read(definition: ProcedureDefinition) -> None:
    assert all(node.name for node in definition.graph.nodes if node.message or node.timer)
