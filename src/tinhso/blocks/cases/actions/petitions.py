"""What the applicant asks about a case, put to the agency for its decision."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import desk_link
from tinhso.blocks.cases.actions.sweeping import heads_of
from tinhso.blocks.cases.families import family_of
from tinhso.blocks.cases.models import Case, Petition
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.errors import WrongState


def put(case: Case, kind: Petition.Kind, *, by: Person, content: str, at: datetime) -> Petition:
    """Keep what is asked and tell those who decide. The caller has checked that `by` may ask.

    Raises:
        WrongState: the same has been asked and is not decided yet.
    """
    if case.petitions.filter(kind=kind, decided_at=None).exists():
        raise WrongState(_("Đề nghị này đã được gửi và đang chờ cơ quan quyết định."))
    petition = Petition.objects.create(case=case, kind=kind, content=content, asked_at=at, asked_by=by)
    facts = {"code": case.code, "what": str(kind.label)}
    for head in heads_of(case.agency, at, family_of(case)):
        send("cases_petition", to=head, context=facts, about=f"cases.case:{case.pk}", channels=["notice"], link=desk_link(case))
    return petition


def settle(case: Case, kind: Petition.Kind, *, by: Person, granted: bool, answer: str, at: datetime) -> Petition:
    """Note the decision of the one that waits.

    Raises:
        WrongState: nothing waits, or a colleague has decided.
    """
    petition = case.petitions.filter(kind=kind, decided_at=None).first()
    if petition is None:
        raise WrongState(_("Không có đề nghị nào đang chờ quyết định. Hãy tải lại trang."))
    petition.decided_at, petition.decided_by, petition.granted, petition.answer = at, by, granted, answer
    petition.save(update_fields=["decided_at", "decided_by", "granted", "answer"])
    return petition
