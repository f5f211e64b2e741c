"""Taking or declining a version that came with the product and collides with the province's own."""

from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.procedures import replace_version
from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import DECLARATION, VERSION, load_files
from tinhso.blocks.cases.models import ProcedureOffer, ProcedureVersion
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.processes.checking import renumbered


@action
def take_offer(offer: ProcedureOffer, *, version: str, valid_from: date, by: Person, at: datetime) -> ProcedureVersion:
    """Make it a version in force from its day on; the one in force until then ends the day before.

    Raises:
        Invalid: no such number, or the day is past.
        WrongState: it was decided before, the number is taken, or a version begins on that day or later.
    """
    require(by, "processes.approve")
    offer = _locked(offer)
    if not VERSION.fullmatch(version):
        raise Invalid(_("Số phiên bản ghi như 2026.2."))
    if valid_from < localdate(at):
        raise Invalid(_("Ngày có hiệu lực không được ở trong quá khứ."))
    files = dict(offer.files)
    files[DECLARATION] = renumbered(files[DECLARATION], version, valid_from)
    offer.became = replace_version(load_files(offer.procedure.code, files, actions=service_task_names()), by=by)
    _decide(offer, by=by, at=at)
    record("processes.offer_taken", by=by, on=offer, procedure=offer.procedure.code, version=version)
    return offer.became


@action
def decline_offer(offer: ProcedureOffer, *, by: Person, at: datetime) -> None:
    """Keep one's own; it stays on record and is not offered again."""
    require(by, "processes.approve")
    offer = _locked(offer)
    _decide(offer, by=by, at=at)
    record("processes.offer_declined", by=by, on=offer, procedure=offer.procedure.code)


def _locked(offer: ProcedureOffer) -> ProcedureOffer:
    locked = ProcedureOffer.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=offer.pk)
    if not locked.open:
        raise WrongState(_("Phiên bản này đã được quyết định."))
    return locked


def _decide(offer: ProcedureOffer, *, by: Person, at: datetime) -> None:
    offer.decided_by, offer.decided_at = by, at
    offer.save(update_fields=["decided_by", "decided_at", "became"])
