"""Cases that end without a result: what is common to withdrawing, refusing and stopping."""

from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Greatest

from tinhso.blocks.cases.actions.fees import give_up_fee
from tinhso.blocks.cases.actions.process import cancel_open_steps
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.payments.models import Invoice


def end_without_result(case: Case, status: Status, *, refund: Invoice.RefundReason, at: datetime) -> None:
    """Nothing of the case waits any more, no clock runs, and what was paid for nothing is due back."""
    case.status, case.ended_at = status, at
    cancel_open_steps(case)
    give_up_fee(case, reason=refund)
    case.pauses.filter(ended_at__isnull=True).update(ended_at=Greatest(F("started_at"), Value(at)))
