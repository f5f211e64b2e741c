"""Taking a procedure folder into the catalogue."""

from tinhso.blocks.cases.loading import ProcedureDefinition
from tinhso.blocks.cases.models import Procedure, ProcedureVersion
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.text import compact, fold


def _searchable(definition: ProcedureDefinition) -> str:
    phrases = [definition.code, definition.name, definition.name_en, definition.field, *definition.keywords]
    return "\n".join(form for phrase in phrases for form in (fold(phrase), compact(phrase)))


@action
def install_procedure(definition: ProcedureDefinition, *, by: Person | None) -> ProcedureVersion:
    """Add a version of a procedure, or do nothing when the very same content is there.

    Raises:
        WrongState: this version is there with other content and cases were received under it: give the change a new version.
    """
    require(by, "cases.edit_procedures")
    procedure, _created = Procedure.objects.update_or_create(
        code=definition.code,
        defaults={
            "name": definition.name,
            "name_en": definition.name_en,
            "field": definition.field,
            "field_code": definition.field_code,
            "level": definition.level,
            "grade": definition.grade,
            "audience": list(definition.audience),
            "search": _searchable(definition),
        },
    )
    present = ProcedureVersion.objects.filter(procedure=procedure, version=definition.version).first()
    if present and present.content_hash == definition.content_hash:
        return present
    if present and present.cases.exists():
        raise WrongState(
            f"{definition.code} {definition.version}: hồ sơ đã được tiếp nhận theo phiên bản này; hãy đặt số phiên bản mới."
        )
    version, _created = ProcedureVersion.objects.update_or_create(
        procedure=procedure,
        version=definition.version,
        defaults={
            "valid_from": definition.valid_from,
            "valid_to": definition.valid_to,
            "definition": definition.data,
            "graph": definition.graph.to_json(),
            "files": definition.files,
            "content_hash": definition.content_hash,
        },
    )
    record("cases.procedure_installed", by=by, on=procedure, version=definition.version, content_hash=definition.content_hash)
    return version
