"""What the processes of the fields do by themselves."""

from datetime import datetime

from tinhso.blocks.cases.actions.common import desk_link, tell
from tinhso.blocks.cases.actions.process import service_task
from tinhso.blocks.cases.actions.sweeping import heads_of
from tinhso.blocks.cases.models import Case
from tinhso.blocks.messaging.actions import send
from tinhso.services.reports.family import REPORTS


@service_task("reports.escalate")
def escalate(case: Case, at: datetime) -> None:
    """Nobody has seen to it for too long: those who approve at its agency, or above, hear of it."""
    tell(case, "escalated", by=None, at=at, public=False)
    for head in heads_of(case.agency, at, REPORTS):
        send(
            "reports_escalated", to=head, context={"code": case.code, "agency": case.agency.name},
            about=f"cases.case:{case.pk}", channels=["notice"], link=desk_link(case),
        )  # fmt: skip
