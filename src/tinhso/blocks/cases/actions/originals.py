"""Papers handed in: their form recorded, originals kept for a while and given back against an acknowledgement."""

from collections.abc import Collection
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.actions.returning import Receipt, Way, proven
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, OriginalsReturn, PaperForm, Part
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require

MOST, MOST_PAGES = 99, 9999


def on_paper(*, form: str, handed: int | None, pages: int | None, lent: int | None, field: str) -> HandedIn:
    """A part handed in on paper, as a clerk counted it.

    Raises:
        Invalid: no such form, or a number that cannot be; `fields` names `field`.
    """
    known = form in PaperForm.values
    if not known or not handed or handed > MOST or not 0 <= (pages or 0) <= MOST_PAGES or not 0 <= (lent or 0) <= MOST:
        text = _("Hãy chọn hình thức và ghi số bản từ 1 đến %(most)s.") % {"most": MOST}
        raise Invalid(text, fields={field: text})
    return HandedIn(on_paper=True, form=form, handed=handed, pages=pages or 0, lent=lent or 0)


@action
def record_paper(case: Case, part: Part, given: HandedIn, *, by: Person, at: datetime | None = None) -> Case:
    """Record, or correct, in which form a part was handed in on paper.

    Raises:
        WrongState: the case was refused, withdrawn or stopped, or its originals have gone back.
    """
    at = at or now()
    require(by, power(case, "receive"), at=case.agency)
    with transition(case, Deed.DIGITISE) as case:
        held = case.parts.get(pk=part.pk)
        if held.given_back_id:
            raise WrongState(_("Bản chính của giấy tờ này đã trả lại, không sửa được nữa."))
        case.parts.filter(pk=part.pk).update(**given.columns(held.lent_at or at))
        tell(case, "paper_recorded", by=by, at=at, public=False, note=part.name, part=part.code, form=given.form, lent=given.lent)
    return case


@action
def give_back(case: Case, parts: Collection[int], *, by: Person, receipt: Receipt, at: datetime | None = None) -> OriginalsReturn:
    """Give originals back, by hand or by post.

    Args:
        parts: ids of the parts whose originals go back.

    Raises:
        Invalid: nothing was chosen, or the receipt proves nothing.
        WrongState: they have gone back already.
    """
    at = at or now()
    require(by, power(case, "receive"), at=case.agency)
    if not parts:
        raise Invalid(_("Hãy chọn bản chính trả lại."))
    shown = proven(receipt, ways=(Way.COUNTER, Way.POST))
    with transition(case, Deed.GIVE_BACK) as case:
        held = case.parts.filter(pk__in=parts, lent__gt=0, given_back=None).order_by("pk")
        names = [part.name for part in held]
        if not names:
            raise WrongState(_("Bản chính này đã được trả lại."))
        given = OriginalsReturn.objects.create(
            case=case,
            at=at,
            by=by,
            receiver=shown.receiver,
            signature=shown.signature,
            on_paper=shown.on_paper,
            tracking=shown.tracking,
        )
        held.update(given_back=given)
        tell(case, "originals_returned", by=by, at=at, note="; ".join(names), way=shown.way, count=len(names))
    return given
