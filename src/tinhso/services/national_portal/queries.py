"""How the exchange stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, QuerySet

from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.services.national_portal.models import Difference, Link, Message, PortalProcedure

State = Message.State
COUNTED = 10_000


@dataclass(frozen=True)
class Standing:
    """What waits, since when, what failed for good, and whether the line rests."""

    waiting: int
    oldest: datetime | None
    dead: int
    failures: int
    rests_until: datetime | None
    answered_at: datetime | None


def standing() -> Standing:
    """Counts stop at COUNTED: more is told as many."""
    waiting = Message.objects.filter(state=State.WAITING)
    dead = Message.objects.filter(state=State.DEAD)
    link = Link.objects.first() or Link()
    return Standing(
        waiting=waiting.order_by()[:COUNTED].count(),
        oldest=waiting.aggregate(oldest=Min("created_at"))["oldest"],
        dead=dead.order_by()[:COUNTED].count(),
        failures=link.failures,
        rests_until=link.rests_until,
        answered_at=link.answered_at,
    )


def messages_visible_to(person: Person) -> QuerySet[Message]:
    """Messages about cases of the agencies where the person looks after the exchange."""
    return Message.objects.filter(case__agency__in=grants(person).agency_ids_for("national_portal.read")).select_related(
        "case__agency"
    )


def message_for(person: Person, pk: int) -> Message:
    """
    Raises:
        NotFound: there is none, or it is not this person's business.
    """
    found = messages_visible_to(person).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def differences_visible_to(person: Person) -> QuerySet[Difference]:
    """Cases on which the portal and we disagree, longest first."""
    agencies = grants(person).agency_ids_for("national_portal.read")
    return Difference.objects.filter(case__agency__in=agencies).select_related("case").order_by("found_at")


@dataclass(frozen=True)
class Compared:
    """A procedure here and at the portal."""

    code: str
    ours: str
    theirs: str
    field: str

    @property
    def same(self) -> bool:
        return bool(self.theirs) and self.ours.casefold() == self.theirs.casefold()


def catalogue_compared() -> list[Compared]:
    """Our procedures beside the portal's."""
    listed = PortalProcedure.objects.in_bulk()
    return [
        Compared(procedure.code, procedure.name, theirs.name if theirs else "", theirs.field if theirs else "")
        for procedure in catalogue()
        for theirs in [listed.get(procedure.code)]
    ]
