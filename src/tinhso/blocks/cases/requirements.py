"""What a procedure asks of one application: its documents, its files and its fee, given the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.rules import compile_rule


@dataclass(frozen=True)
class WantedPart:
    """A document to hand in. `required` already takes the part's condition into account."""

    code: str
    name: str
    required: bool
    originals: int
    copies: int
    note: str


def required_parts(version: ProcedureVersion, answers: Mapping[str, Any]) -> list[WantedPart]:
    """The documents this application needs; a part whose condition does not hold is left out."""
    return [
        WantedPart(
            code=part["code"],
            name=part["name"],
            required=part.get("required", True),
            originals=part.get("original", 0),
            copies=part.get("copies", 0),
            note=part.get("note", ""),
        )
        for part in version.definition.get("parts", ())
        if not part.get("when") or compile_rule(part["when"]).holds({"answers": dict(answers)})
    ]


def foreign_files(version: ProcedureVersion, answers: Mapping[str, Any], *, by: Person | None) -> dict[str, object]:
    """What is wrong with the files that the answers name, by path: one may hand in only what one has uploaded oneself."""
    named = form_of(version).files_at(dict(answers))
    if not named:
        return {}
    own = StoredFile.objects.filter(uploaded_by=by) if by else StoredFile.objects.all()
    known = set(own.filter(pk__in={file_id for ids in named.values() for file_id in ids}).values_list("pk", flat=True))
    return {path: _("Hãy tải tệp lên lần nữa.") for path, ids in named.items() if not known.issuperset(ids)}


def fee_lines(version: ProcedureVersion, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Invoice lines in đồng; empty when the procedure asks for no fee at all."""
    fee = version.definition.get("fee") or {}
    rule = fee.get("rule")
    amount = int(compile_rule(rule).evaluate({"answers": dict(answers)}) if rule else fee.get("amount", 0))
    if amount == 0:
        return []
    return [{"text": fee.get("description") or version.definition["name"], "quantity": 1, "unit_price": amount}]
