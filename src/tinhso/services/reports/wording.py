"""Words an agency often answers with, and the places in them that a report fills: "{ngày gửi}"."""

import re
from collections.abc import Iterable, Mapping

from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.cases.models import Case
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.text import fold
from tinhso.kernel.time import local
from tinhso.services.reports.models import AnswerTemplate, Report
from tinhso.services.reports.queries import field_open

PLACES = ("mã", "việc", "lĩnh vực", "cơ quan", "ngày gửi", "hạn", "hôm nay", "xã, phường")
"""What a template may ask for, as officers write it between braces; accents and capitals are forgiven. Nothing personal."""

_KNOWN = {fold(name) for name in PLACES}
_PLACE = re.compile(r"\{([^{}]*)\}")


def wrong_places(text: str) -> str:
    """What is wrong with the places of a template, in words; empty: nothing."""
    strange = [name for name in _PLACE.findall(text) if fold(name) not in _KNOWN]
    if strange:
        names = ", ".join(f"{{{name}}}" for name in PLACES)
        return _("Không có chỗ điền “{%(name)s}”. Có: %(names)s.") % {"name": strange[0][:40], "names": names}
    if re.search(r"[{}]", _PLACE.sub("", text)):
        return _("Dấu ngoặc nhọn { } phải đi thành cặp quanh một chỗ điền.")
    return ""


def filled(text: str, report: Report) -> str:
    """A template for one report. What the report does not have is left as dots, for the writer to see."""
    facts = _facts(report)
    return _PLACE.sub(lambda place: facts.get(fold(place[1])) or "…", text)


def _facts(report: Report) -> Mapping[str, str]:
    case = report.case
    kind = field_open(case.procedure.code, case.submitted_at).kind(report.kind)
    place = getattr(case, "place", None)
    told = (
        case.code,
        kind.label if kind else "",
        case.procedure.title,
        case.agency.name,
        _day(local(case.submitted_at).date()),
        _day(local(case.due_at).date()) if case.due_at else "",
        _day(localdate()),
        place.unit.name if place and place.unit else "",
    )
    return dict(zip(map(fold, PLACES), told, strict=True))


def _day(day: object) -> str:
    return f"{day:%d/%m/%Y}"


# --- which templates there are


def templates_for(case: Case) -> list[AnswerTemplate]:
    """Those in use that fit the agency and the field of a case."""
    found = AnswerTemplate.objects.filter(Q(agency=None) | Q(agency=case.agency_id), retired_at=None)
    return list(found.filter(field__in=["", case.procedure.code]).order_by("title", "pk"))


def template_for(case: Case, number: int | None) -> AnswerTemplate:
    """
    Raises:
        NotFound: no template of this number is in use there.
    """
    return _named(templates_for(case), number)


def templates_of(person: Person) -> QuerySet[AnswerTemplate]:
    """Everybody's, and those of the agencies where the person keeps them; the retired ones too."""
    agencies = grants(person).agencies_for("reports.templates")
    found = AnswerTemplate.objects.select_related("agency").filter(Q(agency=None) | Q(agency__in=agencies))
    return found.order_by(F("retired_at").desc(nulls_first=True), "title", "pk")


def template_of(person: Person, number: int) -> AnswerTemplate:
    """
    Raises:
        NotFound: there is none, or it is of an agency where the person keeps none.
    """
    return _named(templates_of(person).filter(pk=number), number)


def _named(found: Iterable[AnswerTemplate], number: int | None) -> AnswerTemplate:
    for template in found:
        if template.pk == number:
            return template
    raise NotFound(_("Không có mẫu trả lời này."))
