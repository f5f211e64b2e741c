"""What an applicant has begun."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, Procedure, ProcedureVersion
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, UnitLevel
from tinhso.blocks.directory.queries import covers_today
from tinhso.kernel.errors import NotFound
from tinhso.services.portal.models import KEPT_FOR, WARNED_BEFORE, Draft


def drafts_of(person: Person) -> QuerySet[Draft]:
    """The person's unsent applications, last touched first."""
    return (
        Draft.objects.filter(person=person).select_related("version", "version__procedure", "agency").order_by("-saved_at", "-pk")
    )


def idle_drafts(at: datetime) -> QuerySet[Draft]:
    """Applications nobody has touched for so long that their authors are to be told, or that are to be deleted; oldest first."""
    untold = Q(warned_at=None, saved_at__lte=at - KEPT_FOR + WARNED_BEFORE)
    return Draft.objects.filter(untold | Q(warned_at__lte=at - WARNED_BEFORE)).order_by("saved_at", "pk")


def draft_of(key: str, person: Person) -> Draft:
    """One of them.

    Raises:
        NotFound: there is none of this key among the person's own.
    """
    draft = drafts_of(person).filter(key=key).first()
    if draft is None:
        raise NotFound(_("Không tìm thấy hồ sơ đang soạn này. Có thể hồ sơ đã được nộp hoặc đã bị xóa."))
    return draft


def submitted_from(key: str, person: Person) -> Case | None:
    """The case that came of a draft, when it was sent already."""
    return all_cases().filter(submission_key=key, submitted_by=person).first()


def agencies_handling(version: ProcedureVersion) -> QuerySet[Agency]:
    """The agencies to which this procedure can be handed in: since July 2025 any commune of the province, whoever lives there."""
    level = UnitLevel.COMMUNE if version.procedure.level == Procedure.Level.COMMUNE else UnitLevel.PROVINCE
    return Agency.objects.filter(kind=AgencyKind.COMMITTEE, level=level, active=True).exclude(code=None).order_by("search")


def agency_near(agencies: QuerySet[Agency], person: Person) -> Agency | None:
    """Among the agencies, the one of the unit where the person lives, else of today's unit that covers it."""
    if person.residence is None:
        return None
    own = agencies.filter(unit=person.residence).first()  # the sample of three tiers has agencies of former units
    return own or agencies.filter(unit__in=covers_today(person.residence, localdate())).first()
