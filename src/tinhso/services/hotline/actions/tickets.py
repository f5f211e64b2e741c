"""Cases made from calls and from what is written: a question answered at once, a request to an agency, a citizen's report."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.intake import Applicant
from tinhso.blocks.cases.actions.routed import submit_routed
from tinhso.blocks.cases.actions.work import finish_step, open_step
from tinhso.blocks.cases.families import REPORT
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.hotline.actions.answering import tell_sender
from tinhso.services.hotline.actions.callbacks import is_blocked, queue_callback
from tinhso.services.hotline.actions.conversations import MOST_FILES
from tinhso.services.hotline.actions.files import handed_in
from tinhso.services.hotline.catalogue import chosen
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.desk_tables import Callback, CallTicket
from tinhso.services.hotline.family import QUESTION
from tinhso.services.hotline.models import Call, Disposition
from tinhso.services.hotline.numbers import national

_NAMELESS = "Người gọi 1022"


@action
def make_ticket(
    source: Call | Conversation,
    matter: str,
    *,
    by: Person,
    place: Place,
    text: str,
    agency: Agency | None = None,
    caller_name: str = "",
    files: Collection[int] = (),
    key: str = "",
    at: datetime | None = None,
) -> Case:
    """Make a case of what somebody says or writes; it goes to the agency by the family's rules and its clock starts there.

    A question answered at once is a case of the line itself that ends with its answer.

    Args:
        matter: procedure and kind, "PA-ANTT.pothole".
        agency: for a request, an agency chosen by the agent in place of the rules.
        files: of what came with the conversation, those that go along.
        key: a second press with the same key makes nothing.

    Raises:
        NotAllowed: it is a colleague's call or conversation.
        Invalid: something is missing; `fields` names "matter", "place", "text", "files".
    """
    at = at or now()
    source = _own(source, by)
    origin: dict[str, Any] = {"call" if isinstance(source, Call) else "conversation": source}
    if key and (made := CallTicket.objects.select_related("case").filter(**origin, key=key).first()):
        return made.case
    group, kind = chosen(matter, at)
    own = group.version.procedure.code == QUESTION
    if not free_text(text, field="text"):
        raise Invalid(_("Hãy ghi nội dung."), fields={"text": _("Hãy ghi nội dung.")})
    case, routed = submit_routed(
        group.family,
        group.version.procedure.code,
        {"matter": {"kind": kind, "text": free_text(text, field="text")}},
        place=place if not own or place.commune or place.address else Place(address=source.line.title),
        applicant=_caller(source, caller_name),
        by=by,
        agency=source.line.agency if own else agency if group.family.code != REPORT else None,
        parts=handed_in(source, files, group, most=MOST_FILES),
        at=at,
    )
    CallTicket.objects.create(**origin, case=case, key=key)
    record("hotline.ticket_made", by=by, on=source, agency=case.agency, case=case.code)
    if routed and group.family.code == REPORT:
        record("hotline.report_taken", by=by, on=case, agency=case.agency, kind=kind, routed=routed.how)
    source.disposition = source.disposition or (Disposition.ANSWERED if own else Disposition.TICKET)
    source.caller_name = " ".join(caller_name.split())[:150] or source.caller_name
    source.save(update_fields=["disposition", "caller_name"])
    return answer_ticket(case, by=by, text=text, at=at) if own else case


def _own(source: Call | Conversation, by: Person) -> Call | Conversation:
    """The call or conversation, locked, for the agent whose it is."""
    rows: QuerySet[Any] = type(source).objects.select_related("line__agency", "agent", "person")
    fresh: Call | Conversation = rows.select_for_update(of=("self",)).get(pk=source.pk)
    require(by, "hotline.serve", at=fresh.line.agency)
    if fresh.agent is None or fresh.agent.person_id != by.pk:
        raise NotAllowed(
            _("Cuộc gọi này do người khác nghe.") if isinstance(fresh, Call) else _("Hãy nhận cuộc trao đổi này trước.")
        )
    return fresh


def _caller(source: Call | Conversation, name: str) -> Applicant:
    phone, email, person = national(source.number)[:20], source.email, source.person
    if person:
        return Applicant(name=person.full_name, phone=phone or person.phone, email=email or person.email, person=person)
    return Applicant(name=" ".join((name or source.caller_name).split())[:150] or _NAMELESS, phone=phone, email=email)


@action
def answer_ticket(case: Case, *, by: Person, text: str, at: datetime | None = None) -> Case:
    """Answer a ticket: the agency says what it found or did, the ticket ends, and the line calls the caller back to tell.

    Raises:
        NotAllowed: the work is another's.
        Invalid: there is no text.
        WrongState: it is answered.
    """
    at, text = at or now(), free_text(text, field="answer")
    if not text:
        raise Invalid(_("Hãy ghi câu trả lời."), fields={"answer": _("Hãy ghi câu trả lời.")})
    with transition(case, Deed.ANSWER) as case:
        step = case.steps.filter(done_at__isnull=True, cancelled=False).first()
        if step is None:
            raise WrongState(_("Phiếu này đã được trả lời."))
        step = open_step(step, case, by=by)
        CallTicket.objects.filter(case=case).update(answer=text, answered_by=by)
        case.status, case.ended_at, case.returned_at = Status.RETURNED, at, at
        finish_step(step, case, by=by, outcome="", note="", at=at)
        tell(case, "answered", by=by, at=at)
        if case.procedure.code != QUESTION:
            _tell_caller(case, text, by=by, at=at)
    return case


def _tell_caller(case: Case, text: str, *, by: Person, at: datetime) -> None:
    """Who wrote reads the answer where they wrote; of a call the agent who took it tells it. Nobody can be told whose number was
    withheld or is refused."""
    rows = CallTicket.objects.select_related("call__line__agency", "call__agent", "conversation")
    ticket = rows.filter(case=case).first()
    if ticket and ticket.conversation:
        words = _("Trả lời phiếu %(code)s của %(agency)s:") % {"code": case.code, "agency": case.agency.name}
        tell_sender(ticket.conversation, f"{words}\n{text}", by=by, at=at)
        return
    call = ticket.call if ticket else None
    if call is None or not call.number or is_blocked(call.line, call.number, at):
        return
    owner = call.agent if call.agent and call.agent.active and call.agent.line_id == call.line_id else None
    note = f"{case.code}: {text}"
    made = queue_callback(call.line, call.number, Callback.Reason.ANSWER, call=call, owner=owner, note=note, at=at)
    record("hotline.callback_made", by=None, on=made, agency=call.line.agency, reason=Callback.Reason.ANSWER)
