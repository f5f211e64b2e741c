"""Taking a procedure folder into the catalogue."""

from datetime import timedelta

from django.db.models import ForeignObjectRel
from django.utils.translation import gettext as _

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
        WrongState: this version is there with other content and something rests on it: give the change a new version.
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
            "family": definition.family,
        },
    )
    present = ProcedureVersion.objects.filter(procedure=procedure, version=definition.version).first()
    if present and present.content_hash == definition.content_hash:
        return present
    if present and in_use(present):
        text = _("{code} {version}: đã có hồ sơ, bản nháp hoặc kế hoạch dựa trên phiên bản này; hãy đặt số phiên bản mới.")
        raise WrongState(text.format(code=definition.code, version=definition.version))
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


def in_use(version: ProcedureVersion) -> bool:
    """Whether anything rests on the version: cases, what was done in them before they moved on, drafts, plans."""
    pointing = (field for field in version._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel))
    return any(rel.field.model._base_manager.filter(**{rel.field.name: version}).exists() for rel in pointing)


@action
def replace_version(definition: ProcedureDefinition, *, by: Person | None) -> ProcedureVersion:
    """Add a version that takes the place of the one in force on its first day, which ends the day before.

    Cases keep the version they were received under.

    Raises:
        WrongState: the number is taken, or a version begins on that day or later.
    """
    require(by, "cases.edit_procedures")
    procedure = Procedure.objects.select_for_update().get(code=definition.code)
    first = definition.valid_from
    if procedure.versions.filter(version=definition.version).exists():
        raise WrongState(_("Thủ tục đã có phiên bản số {version}; hãy đặt số khác.").format(version=definition.version))
    later = procedure.versions.filter(valid_from__gte=first).order_by("valid_from").first()
    if later:
        text = _("Phiên bản {version} có hiệu lực từ {day}; ngày bắt đầu mới phải sau ngày đó.")
        raise WrongState(text.format(version=later.version, day=f"{later.valid_from:%d/%m/%Y}"))
    for before in procedure.versions.all():
        if before.in_force(first):
            before.valid_to = first - timedelta(days=1)
            before.save(update_fields=["valid_to"])
            record("cases.version_ended", by=by, on=procedure, version=before.version, valid_to=before.valid_to.isoformat())
    version = install_procedure(definition, by=by)
    version.made_here = True
    version.save(update_fields=["made_here"])
    return version
