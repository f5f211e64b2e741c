"""What a person may do: the roles of the posts held today, each at its agency and everything below it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from tinhso.blocks.directory.models import Agency, Person, Post, Tenure
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.keeping.kept import Kept
from tinhso.kernel.manifest import Role, roles
from tinhso.kernel.permissions import Actor

Pair = tuple[int, str]


@dataclass(frozen=True)
class Grants:
    """The powers of one person on one day.

    pairs: (agency id, role code) as held; subtrees are not spelled out.
    by_path: for the path of each agency where a post is held, the permissions of its roles.
    stands_in_for: ids of the persons in whose place a post is held.
    """

    pairs: frozenset[Pair]
    by_path: Mapping[str, frozenset[str]]
    stands_in_for: frozenset[int] = frozenset()
    _ids: dict[str, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)
    """By permission, the agencies where it is held; shared with the narrowed powers, which hold it there or nowhere."""

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything held anywhere."""
        return frozenset().union(*self.by_path.values())

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(role for _agency, role in self.pairs)

    def allows(self, permission: str, place: object | None = None) -> bool:
        """Whether `permission` is held at `place`, an agency (anywhere, when it is None). The empty permission is any post."""
        if place is None:
            return permission in self.permissions if permission else bool(self.pairs)
        if not isinstance(place, Agency):
            raise TypeError(f"a permission is held at an agency, not at {place!r}")
        path = place.path or ""
        return any(permission in held and path.startswith(root) for root, held in self.by_path.items())

    def agencies_for(self, permission: str) -> QuerySet[Agency]:
        """The agencies where `permission` is held: use it as a subquery (`agency__in=grants.agencies_for("cases.see")`)."""
        return Agency.objects.filter(_below(path for path, held in self.by_path.items() if permission in held))

    def agency_ids_for(self, permission: str) -> frozenset[int]:
        """The same as ids, read once per permission."""
        if permission not in self.permissions:
            return frozenset()
        if permission not in self._ids:
            self._ids[permission] = frozenset(self.agencies_for(permission).values_list("pk", flat=True))
        return self._ids[permission]

    def agencies_of(self, *codes: str) -> QuerySet[Agency]:
        """The agencies, with all below them, where one of the roles `codes` is held."""
        held = {agency for agency, role in self.pairs if role in codes}
        return Agency.objects.filter(_below(path for path in self.by_path if _last_id(path) in held))

    def pairs_for(self, permission: str) -> frozenset[Pair]:
        """The pairs at agencies where a post held there gives `permission`."""
        ids = {_last_id(path) for path, held in self.by_path.items() if permission in held}
        return frozenset(pair for pair in self.pairs if pair[0] in ids)

    def narrowed(self, scopes: Iterable[str]) -> "Grants":
        """The part of these powers that lies within `scopes`."""
        wanted = frozenset(scopes)
        return replace(self, by_path={path: held & wanted for path, held in self.by_path.items()})


NO_GRANTS = Grants(frozenset(), {})


def _below(paths: Iterable[str]) -> Q:
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def _last_id(path: str) -> int:
    return int(path.rstrip(".").rpartition(".")[2])


def _held_on(on: date | Param) -> QuerySet[Tenure]:
    """The posts that give powers on a day."""
    return Tenure.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, post__active=True, post__agency__active=True
    ).exclude(post__agency__path=None)


_HELD = FixedQuery(
    lambda: (
        _held_on(Param("on"))
        .filter(person=Param("person"))
        .values_list("post__agency_id", "post__agency__path", "post__roles", "in_place_of__person_id")
    )
)


_GRANTS: Kept[tuple[int, date], Grants] = Kept(Tenure, Post, Agency)


def grants_on(person: Person, on: date) -> Grants:
    """The powers `person` holds on a day. Kept until a post, its holder or an agency changes."""
    return _GRANTS.get((person.pk, on), lambda: _grants_of(_HELD.rows(person=person.pk, on=on)))


def _grants_of(held: Sequence[tuple[int, str | None, Sequence[str], int | None]]) -> Grants:
    """From the posts held: agency, its path, roles, and the person in whose place."""
    known: Mapping[str, Role] = roles()
    pairs: set[Pair] = set()
    by_path: dict[str, frozenset[str]] = {}
    for agency_id, path, roles_of_post, holder in held:
        codes = [code for code in roles_of_post if not (holder and code in known and known[code].personal)]
        pairs.update((agency_id, code) for code in codes)
        permissions = (known[code].permissions for code in codes if code in known)
        by_path[str(path)] = by_path.get(str(path), frozenset()).union(*permissions)
    return Grants(frozenset(pairs), by_path, frozenset(holder for *_post, holder in held if holder))


def grants(person: Person | None) -> Grants:
    """The powers `person` holds today, kept on the object: one query a request."""
    if person is None:
        return NO_GRANTS
    kept: Grants | None = person.__dict__.get("_grants")
    if kept is None:
        kept = grants_on(person, localdate())
        limit_grants(person, kept)
    return kept


def read_grants(people: Collection[Person]) -> None:
    """Read the powers of several people, so that `grants` asks nothing for them. One query."""
    posts = ("post__agency_id", "post__agency__path", "post__roles", "in_place_of__person_id")
    held: dict[int, list[tuple[int, str | None, Sequence[str], int | None]]] = {}
    for person, *post in _held_on(localdate()).filter(person__in=people).values_list("person", *posts):
        held.setdefault(person, []).append((post[0], post[1], post[2], post[3]))
    for person in people:
        limit_grants(person, _grants_of(held.get(person.pk, [])))


def limit_grants(person: Person, held: Grants) -> None:
    """Let this object of `person` act with `held` and nothing else, as long as it lives."""
    person.__dict__["_grants"] = held


class PostPolicy:
    """Fulfils `tinhso.kernel.permissions.Policy`."""

    def allows(self, actor: Actor, permission: str, place: object | None) -> bool:
        return isinstance(actor, Person) and grants(actor).allows(permission, place)
