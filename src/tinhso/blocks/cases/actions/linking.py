"""Cases about one matter: duplicates joined to the one that is worked on, and matters taken apart."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.ending import end_without_result
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, CaseLink, Status
from tinhso.blocks.directory.models import Person
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require

DUPLICATE, SPLIT = CaseLink.Kind.DUPLICATE, CaseLink.Kind.SPLIT


@action
def join_duplicate(case: Case, of: Case, *, by: Person, at: datetime | None = None) -> Case:
    """End a case that tells what another one tells already. Those joined to it before move along to the other.

    The two rows are locked in the order of their ids, so that two people who join them to each other do not wait for one another.

    Raises:
        NotAllowed: `by` does not decide at the agency of the case.
        Invalid: the other is the case itself, its own duplicate, or of another family.
        WrongState: the case has ended, or the other has.
    """
    at = at or now()
    require(by, power(case, "join"), at=case.agency)
    chosen = of
    if ahead := CaseLink.objects.filter(case=of, kind=DUPLICATE).select_related("of").first():
        chosen = ahead.of
    if chosen.pk == case.pk or chosen.family != case.family:
        problem = _("Hãy chọn một phản ánh khác cùng loại để gộp vào.")
        raise Invalid(problem, fields={"of": problem})
    list(Case.objects.filter(pk__in=[case.pk, chosen.pk]).order_by("pk").select_for_update().values_list("pk"))
    with transition(case, Deed.STOP) as case:
        chosen = Case.objects.select_related("agency").get(pk=chosen.pk)
        if chosen.ended:
            raise WrongState(_("Phản ánh %(code)s đã kết thúc. Hãy chọn phản ánh đang được xử lý.") % {"code": chosen.code})
        CaseLink.objects.filter(of=case, kind=DUPLICATE).update(of=chosen)
        CaseLink.objects.create(case=case, of=chosen, kind=DUPLICATE, by=by, at=at)
        end_without_result(case, Status.STOPPED, refund=Invoice.RefundReason.STOPPED, at=at)
        tell(case, "joined", by=by, at=at, note=chosen.code, of=chosen.pk)
    tell(chosen, "duplicate_joined", by=by, at=at, public=False, note=case.code, duplicate=case.pk)
    return case


@action
def note_split(case: Case, of: Case, *, by: Person, at: datetime | None = None) -> CaseLink:
    """Remember that a case was made out of a part of another."""
    at = at or now()
    require(by, power(of, "join"), at=of.agency)
    link = CaseLink.objects.create(case=case, of=of, kind=SPLIT, by=by, at=at)
    tell(of, "split", by=by, at=at, note=case.code, into=case.pk)
    return link
