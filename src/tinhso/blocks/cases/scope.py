"""One running process, that of a case or of a sub-case: its graph, its rows, what its conditions read, who works in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from tinhso.blocks.cases.agencies import resolve
from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.clock import due_of_step, stretches_of
from tinhso.blocks.cases.models import Case, SubCase
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import Pause, local


@dataclass(frozen=True)
class Scope:
    """One running process: that of the case, or of a sub-case. Rows belong to it by `sub`."""

    case: Case
    graph: Graph
    sub: SubCase | None = None
    stood: Sequence[Pause] | None = None

    def stood_still(self) -> Sequence[Pause]:
        """When the case's clock stood still; read anew each time unless that is known (`stood`)."""
        return stretches_of(self.case) if self.stood is None else self.stood

    @property
    def agency(self) -> Agency:
        return self.sub.agency if self.sub else self.case.agency

    def env(self, outcome: str = "") -> dict[str, Any]:
        case = self.case
        return {"outcome": outcome, "answers": case.form.answers, "case": {"channel": case.channel, "code": case.code}}

    def arrived(self, node_id: str) -> set[str]:
        """The flows over which tokens wait at a join."""
        with connection.cursor() as cursor:
            cursor.execute(_ARRIVED, [self.case.pk, self.sub.pk if self.sub else None, node_id])
            return {str(flow) for (flow,) in cursor.fetchall()}

    def resting(self) -> set[str]:
        """Where tokens are, joins left out."""
        here = [self.case.pk, self.sub.pk if self.sub else None]
        with connection.cursor() as cursor:
            cursor.execute(_RESTING, here * 3)
            found = {str(node) for (node,) in cursor.fetchall()}
        return found - {"", *(node.id for node in self.graph.nodes if node.kind is Kind.BOUNDARY)}


_ARRIVED = """
SELECT flow FROM cases_joinarrival WHERE case_id = %s AND sub_id IS NOT DISTINCT FROM %s AND node = %s AND NOT consumed
"""
_RESTING = """
SELECT node FROM cases_step WHERE case_id = %s AND sub_id IS NOT DISTINCT FROM %s AND done_at IS NULL AND NOT cancelled
UNION SELECT node FROM cases_wait WHERE case_id = %s AND sub_id IS NOT DISTINCT FROM %s AND ended_at IS NULL
UNION SELECT node FROM cases_subcase WHERE case_id = %s AND parent_id IS NOT DISTINCT FROM %s AND ended_at IS NULL
"""


def scope_of(case: Case, sub: SubCase | None, *, stood: Sequence[Pause] | None = None) -> Scope:
    graph = graph_of(case.version)
    return Scope(case, graph.process(sub.process) if sub else graph, sub, stood)


def agency_for(scope: Scope, name: str, *, at: datetime) -> Agency:
    if not name:
        return scope.agency
    return resolve(name, own=scope.agency, answers=scope.case.form.answers, on=local(at).date())


def due_in(scope: Scope, node: Node, *, opened_at: datetime) -> datetime | None:
    """A step of a sub-case has its share of the sub-case's share, and is due with the sub-case at the latest."""
    sub, case = scope.sub, scope.case
    if sub is None:
        return due_of_step(case, node, opened_at=opened_at, stood=scope.stood)
    call = graph_of(case.version).node(sub.node)
    if node.share is None or call.share is None or sub.due_at is None or case.due_at is None:
        return sub.due_at if case.due_at else None
    due = due_of_step(case, replace(node, share=node.share * call.share // 100), opened_at=opened_at)
    return min(due, sub.due_at) if due else None
