"""What comes with the product never overwrites what a province made, and never stops the start: it is offered."""

from datetime import date

from tinhso.blocks.cases.actions.procedures import in_use, install_procedure
from tinhso.blocks.cases.loading import ProcedureDefinition
from tinhso.blocks.cases.models import Procedure, ProcedureOffer, ProcedureVersion
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.permissions import require

Reason = ProcedureOffer.Reason


@action
def install_or_offer(definition: ProcedureDefinition, *, by: Person | None) -> ProcedureVersion | ProcedureOffer:
    """Install a version, or keep it as an offer where its number or its days are taken. The same content is offered once, also
    when it was taken or declined since."""
    require(by, "cases.edit_procedures")
    procedure = Procedure.objects.select_for_update().filter(code=definition.code).first()
    reason = _collision(procedure, definition) if procedure else None
    if procedure is None or reason is None:
        return install_procedure(definition, by=by)
    offer, new = ProcedureOffer.objects.get_or_create(
        procedure=procedure,
        content_hash=definition.content_hash,
        defaults={
            "version": definition.version,
            "valid_from": definition.valid_from,
            "valid_to": definition.valid_to,
            "definition": definition.data,
            "graph": definition.graph.to_json(),
            "files": definition.files,
            "reason": reason,
        },
    )
    if new:
        record("cases.version_offered", by=by, on=procedure, version=definition.version, reason=reason.value)
    return offer


def _collision(procedure: Procedure, definition: ProcedureDefinition) -> Reason | None:
    versions = list(procedure.versions.defer("definition", "graph", "files"))
    present = next((one for one in versions if one.version == definition.version), None)
    if present and present.content_hash == definition.content_hash:
        return None
    if present and (present.made_here or in_use(present)):
        return Reason.NUMBER
    others = [one for one in versions if one.version != definition.version]
    return Reason.DAYS if any(_overlap(one, definition) for one in others) else None


def _overlap(one: ProcedureVersion, other: ProcedureDefinition) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
