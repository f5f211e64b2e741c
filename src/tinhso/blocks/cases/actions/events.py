"""Messages that a process waits for: a payment made, an answer of another system."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import fire
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.process_tables import Wait
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require


@action
def receive_message(case: Case, name: str, *, by: Person | None, at: datetime | None = None) -> Case:
    """Let go on what waits for the message; one that comes too early is kept until something waits. Twice is as good as once.

    Args:
        by: the person who enters what has come on paper; None for another system.

    Raises:
        Invalid: the case's process never waits for such a message.
    """
    at = at or now()
    require(by, "cases.work", at=case.agency)
    with transition(case, Deed.HEAR) as case:
        graph = graph_of(case.version)
        if not any(node.message == name for process in (graph, *graph.called) for node in process.nodes):
            raise Invalid(_("Quy trình của hồ sơ này không chờ tin “%(name)s”.") % {"name": name})
        waiting = case.waits.select_related("sub__agency", "sub__parent").filter(message=name, ended_at__isnull=True)
        if not (due := list(waiting.exclude(node="").order_by("pk"))):
            Wait.objects.get_or_create(case=case, sub=None, node="", message=name, ended_at=None, defaults={"opened_at": at})
        for wait in due:
            fire(wait, case, at=at)
            tell(case, "message_came", by=by, at=at, public=False, note=name, node=wait.node)
    return case
