"""Messages that a process waits for: a payment made, an answer of another system."""

from datetime import date, datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import fire
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Wait
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.scope import scope_of
from tinhso.blocks.cases.texts import document_text, free_text
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local


@action
def receive_message(
    case: Case, name: str, *, by: Person | None, document: str = "", note: str = "", at: datetime | None = None
) -> Case:
    """Let go on what waits for the message; one that comes too early is kept until something waits. Twice is as good as once.

    Args:
        by: the person who enters what has come on paper; None for another system.
        document: number and date of the paper.

    Raises:
        Invalid: the case's process never waits for such a message.
    """
    at = at or now()
    require(by, power(case, "work"), at=case.agency)
    with transition(case, Deed.HEAR) as case:
        graph = graph_of(case.version)
        if not any(node.message == name for process in graph.processes for node in process.nodes):
            raise Invalid(_("Quy trình của hồ sơ này không chờ tin “%(name)s”.") % {"name": name})
        waiting = case.waits.select_related("sub__agency", "sub__parent").filter(message=name, ended_at__isnull=True)
        if not (due := list(waiting.exclude(node="").order_by("pk"))):
            Wait.objects.get_or_create(case=case, sub=None, node="", message=name, ended_at=None, defaults={"opened_at": at})
        for wait in due:
            wait.document = document
            event = scope_of(case, wait.sub).graph.node(wait.node)
            told = ". ".join(text for text in (event.name or name, document, note) if text)
            tell(case, "message_came", by=by, at=at, public=False, note=told, node=wait.node)
            fire(wait, case, at=at)
    return case


@action
def record_message(
    wait: Wait, *, by: Person, number: str, dated: date | None, note: str = "", at: datetime | None = None
) -> Case:
    """Enter what a process waits for and what has come on paper.

    Raises:
        Invalid: number or date is missing, or the date cannot be: before the case, or in the future.
        WrongState: it has come already, or is waited for no longer.
    """
    at = at or now()
    case = wait.case
    require(by, power(case, "work"), at=case.agency)
    number, note = document_text(number, field="number"), free_text(note, field="note")
    wrong: dict[str, object] = {}
    if not number:
        wrong["number"] = _("Hãy ghi số, ký hiệu của văn bản.")
    if dated is None:
        wrong["dated"] = _("Hãy ghi ngày của văn bản, ví dụ 02/12/2026.")
    elif dated > local(at).date():
        wrong["dated"] = _("Ngày của văn bản không thể ở tương lai.")
    elif dated < local(case.submitted_at).date():
        wrong["dated"] = _("Ngày của văn bản không thể trước ngày nộp hồ sơ.")
    if wrong or dated is None:
        raise Invalid(_("Chưa ghi nhận được."), fields=wrong)
    if not case.waits.filter(pk=wait.pk, ended_at__isnull=True).exists():
        raise WrongState(_("Tin này đã được ghi nhận hoặc không còn phải chờ."))
    return receive_message(case, wait.message, by=by, document=f"{number} ngày {dated:%d/%m/%Y}", note=note, at=at)
