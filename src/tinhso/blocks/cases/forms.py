"""The form of a procedure's version, compiled once per process."""

import json

from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.forms import Form

FILE = "form.schema.json"  # kept as text: the order of its keys is the order of the questions
_KEPT = 512
_compiled: dict[str, Form] = {}


def form_of(version: ProcedureVersion) -> Form:
    """The form in which the version's cases are written."""
    form = _compiled.get(version.content_hash)
    if form is None:
        if len(_compiled) >= _KEPT:
            _compiled.clear()
        form = _compiled[version.content_hash] = Form(json.loads(version.files[FILE]))
    return form
