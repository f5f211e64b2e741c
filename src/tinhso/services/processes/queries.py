"""Versions and drafts, for those who may read them."""

from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.blocks.cases.models import Procedure, ProcedureOffer, ProcedureVersion
from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.services.processes.models import ProcessDraft

State = ProcessDraft.State
_CONTENTS = ("definition", "graph", "files")


def procedures_with_versions(person: Person, text: str = "") -> QuerySet[Procedure]:
    """Every procedure with its versions, newest first, and their drafts that are still on the way."""
    require(person, "processes.read")
    on_the_way = ProcessDraft.objects.filter(state__in=(State.OPEN, State.SENT)).defer("xml").select_related("saved_by")
    drafts = Prefetch("drafts", on_the_way.order_by("-saved_at"), to_attr="on_the_way")
    versions = ProcedureVersion.objects.defer(*_CONTENTS).order_by("-valid_from").prefetch_related(drafts)
    offers = Prefetch("offers", ProcedureOffer.objects.defer(*_CONTENTS).filter(decided_at=None), to_attr="open_offers")
    found = catalogue().defer("search").prefetch_related(Prefetch("versions", versions), offers)
    for word in fold(text).split():
        found = found.filter(search__contains=word)
    return found


def offer_for(person: Person, pk: int) -> ProcedureOffer:
    require(person, "processes.read")
    found = ProcedureOffer.objects.select_related("procedure", "decided_by", "became").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("Không có phiên bản này."))
    return found


def next_number(procedure: Procedure) -> str:
    """The year and the next number of that year that is free."""
    taken, year = set(procedure.versions.values_list("version", flat=True)), localdate().year
    return next(number for number in (f"{year}.{count}" for count in range(1, 1000)) if number not in taken)


def version_for(person: Person, code: str, number: str) -> ProcedureVersion:
    require(person, "processes.read")
    found = (
        ProcedureVersion.objects.select_related("procedure")
        .filter(procedure__in=catalogue(), procedure__code=code, version=number)
        .first()
    )
    if found is None:
        raise NotFound(_("Không có phiên bản này."))
    return found


def procedure_for(person: Person, code: str) -> Procedure:
    require(person, "processes.read")
    found = catalogue().filter(code=code).first()
    if found is None:
        raise NotFound(_("Không có thủ tục này."))
    return found


def draft_for(person: Person, pk: int) -> ProcessDraft:
    require(person, "processes.read")
    related = ("base__procedure", "saved_by", "begun_by", "decided_by", "became")
    found = ProcessDraft.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("Không có bản nháp này."))
    return found


_STANDINGS = {
    "now": (gettext_lazy("Đang hiệu lực"), "done"),
    "coming": (gettext_lazy("Sắp có hiệu lực"), "active"),
    "past": (gettext_lazy("Hết hiệu lực"), "neutral"),
}


def standing_of(version: ProcedureVersion, today: date) -> dict[str, object]:
    """Whether a version is in force, coming or past, for a badge."""
    name = "now" if version.in_force(today) else "coming" if version.valid_from > today else "past"
    label, tone = _STANDINGS[name]
    return {"label": label, "tone": tone}
