"""The form of a procedure's version, compiled once per process."""

import json

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms import Form
from tinhso.kernel.errors import NotFound

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


def answered_files(case: Case) -> QuerySet[StoredFile]:
    """The files that the answers of a case name."""
    return StoredFile.objects.filter(pk__in=form_of(case.version).file_ids(case.form.answers))


def answered_file(case: Case, file_id: int) -> StoredFile:
    """One of them.

    Raises:
        NotFound: the answers name no such file.
    """
    found = answered_files(case).filter(pk=file_id).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return found
