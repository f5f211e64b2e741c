"""Result templates live in the procedure's version, so that an old case is printed as its own law had it."""

from collections.abc import Iterator
from datetime import datetime

from django.template import Origin, TemplateDoesNotExist
from django.template.loaders.base import Loader
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.agencies import resolve
from tinhso.blocks.cases.models import Case, ProcedureVersion, Step
from tinhso.blocks.cases.paper_facts import result_facts
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.models import Agency, Person, Post
from tinhso.blocks.directory.queries import holders, persons_posts
from tinhso.blocks.papers.models import Kind
from tinhso.blocks.papers.preview import preview_pdf
from tinhso.kernel.errors import NotAllowed
from tinhso.kernel.time import local

_PREFIX = "procedure-version/"


def result_template(version: ProcedureVersion) -> str:
    """Name under which the version's result template is found."""
    return f"{_PREFIX}{version.pk}-{version.content_hash[:12]}/{version.definition['result']['template']}"


class VersionLoader(Loader):
    """Finds `procedure-version/<id>/<file>` in the files of a procedure's version."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        if template_name.startswith(_PREFIX):
            yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Origin) -> str:
        folder, _slash, name = origin.name.removeprefix(_PREFIX).partition("/")
        pk, _dash, _hash = folder.partition("-")
        files = ProcedureVersion.objects.filter(pk=int(pk) if pk.isdigit() else 0).values_list("files", flat=True).first()
        if not files or name not in files:
            raise TemplateDoesNotExist(origin)
        return str(files[name])


def _post_for(agency_id: int, role: str, person: Person, at: datetime) -> Post | None:
    held = persons_posts(person, local(at).date(), role=role)
    return next((post for post in held if post.agency_id == agency_id), None)


def signing_post(step: Step, by: Person, at: datetime) -> Post:
    """The post in which `by` signs at the step's agency."""
    post = _post_for(step.agency_id, step.role, by, at)
    if post is None:
        raise NotAllowed(_("Bạn không giữ chức vụ có thẩm quyền ký ở cơ quan này."))
    return post


def _signs(case: Case, at: datetime) -> Agency:
    """The agency whose step signs: its own, unless the process names another."""
    node = next((node for node in graph_of(case.version).user_tasks if node.does == "sign"), None)
    if node is None or node.agency in ("", "same"):
        return case.agency
    return resolve(node.agency, own=case.agency, answers=case.form.answers, on=local(at).date())


def preview_result(case: Case, *, by: Person, at: datetime | None = None) -> bytes:
    """The result as PDF, as it would be signed now by `by`, or else by the first signer of the agency that signs."""
    at = at or now()
    result = case.version.definition["result"]
    agency = _signs(case, at)
    signer = by if _post_for(agency.pk, "signer", by, at) else holders(agency, "signer", local(at).date()).first()
    return preview_pdf(
        result.get("paper", Kind.CERTIFICATE),
        agency=agency,
        context=result_facts(case, by=signer or by, at=at),
        title=result["title"],
        template=result_template(case.version),
        signer=signer,
        post=_post_for(agency.pk, "signer", signer, at) if signer else None,
        symbol=result.get("symbol", "KQ"),
        at=at,
    )
