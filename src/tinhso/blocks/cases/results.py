"""Result templates live in the procedure's version, so that an old case is printed as its own law had it."""

from collections.abc import Iterator

from django.template import Origin, TemplateDoesNotExist
from django.template.loaders.base import Loader

from tinhso.blocks.cases.models import ProcedureVersion

_PREFIX = "procedure-version/"


def result_template(version: ProcedureVersion) -> str:
    """Name under which the version's result template is found."""
    return f"{_PREFIX}{version.pk}/{version.definition['result']['template']}"


class VersionLoader(Loader):
    """Finds `procedure-version/<id>/<file>` in the files of a procedure's version."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        if template_name.startswith(_PREFIX):
            yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Origin) -> str:
        pk, _slash, name = origin.name.removeprefix(_PREFIX).partition("/")
        files = ProcedureVersion.objects.filter(pk=pk if pk.isdigit() else None).values_list("files", flat=True).first()
        if not files or name not in files:
            raise TemplateDoesNotExist(origin)
        return str(files[name])
