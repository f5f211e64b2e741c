"""Who works in place of somebody who is away: a colleague holds the same post for those days, without its personal roles."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.directory.queries import persons_posts, tenures_on
from tinhso.kernel.permissions import allowed


def tenures_arranged_by(person: Person, on: date) -> QuerySet[Tenure]:
    """The tenures for which `person` may name somebody to stand in: their own, and those at agencies where they are the head."""
    own = persons_posts(person, on)
    led = [post.agency for post in own if allowed(person, "directory.arrange_absence", at=post.agency)]
    return (
        tenures_on(on)
        .filter(Q(person=person) | Q(post__agency__in=led), in_place_of=None, post__active=True)
        .select_related("person", "post__agency")
        .order_by("post__agency__path", "post__order", "person__sort_key", "pk")
    )


def colleagues_of(tenures: Iterable[Tenure], on: date) -> QuerySet[Tenure]:
    """Who could stand in: those who hold a post at the same agencies."""
    agencies = {tenure.post.agency_id for tenure in tenures}
    return (
        tenures_on(on)
        .filter(post__agency__in=agencies, post__active=True, in_place_of=None)
        .select_related("person", "post__agency")
        .order_by("person__sort_key", "pk")
    )


def stand_ins(person: Person, on: date) -> QuerySet[Tenure]:
    """What is arranged from `on` on and concerns `person`, or the agencies where they arrange it."""
    arranged = Q(in_place_of__in=tenures_arranged_by(person, on).values("pk"))
    return (
        Tenure.objects.filter(arranged | Q(person=person), in_place_of__isnull=False, valid_to__gte=on)
        .select_related("person", "post__agency", "in_place_of__person")
        .order_by("valid_from", "pk")
    )
