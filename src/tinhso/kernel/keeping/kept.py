"""What every request looks up and officers change once in a while: kept by each process until a table it was read of changes.

    _COMMITTEE = KeptQuery(lambda: Agency.objects.filter(unit=Param("unit"), kind="committee"), of=[Agency])

    agency = _COMMITTEE.first(unit=unit.pk)

The database stamps each change of a watched table, in the transaction that makes it. A process asks for all stamps once for each
piece of work (a request, a job), in one statement, and forgets what it kept of tables whose stamp is another one. So nobody acts
on what was changed before his work began; who changes something himself asks anew each time.

Only for tables with the trigger (`watched.watch` in a migration; a test looks for it), and only for what is small.
"""

from collections.abc import Callable, Hashable, Iterable
from contextvars import ContextVar
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save

from tinhso.kernel.correlation import piece_of_work
from tinhso.kernel.fixed_query import FixedQuery, Made, Row, Values
from tinhso.kernel.keeping.models import Stamp

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
M = TypeVar("M", bound=Model)
Stamps = dict[str, object]

LONGEST_TRUST = 5.0
"""Seconds after which a piece of work asks again."""
_MOST = 10_000

_STAMPS: "FixedQuery[Stamp, tuple[str, object]]" = FixedQuery(lambda: Stamp.objects.values_list("table", "stamp"))
watched: set[type[Model]] = set()


class _Asked(NamedTuple):
    work: object
    at: float
    stamps: Stamps


_asked: ContextVar[_Asked | None] = ContextVar("stamps_asked", default=None)
_changing: ContextVar[object] = ContextVar("changes_what_is_kept", default=None)


def stamps() -> Stamps:
    """By table, as they were when this piece of work began; what has no name (a shell, a test) asks every time."""
    work, asked = piece_of_work(), _asked.get()
    if work is None or work is _changing.get():
        return dict(_STAMPS.rows())
    if asked is None or asked.work is not work or monotonic() - asked.at > LONGEST_TRUST:
        asked = _Asked(work, monotonic(), dict(_STAMPS.rows()))
        _asked.set(asked)
    return asked.stamps


def changed(*_told: object, **_more: object) -> None:
    """The piece of work in hand has changed something that is kept: it asks every time from now on.

    Called by itself where rows are saved and deleted by Django; by hand where that is done by SQL.
    """
    _changing.set(piece_of_work())


class Kept(Generic[Key, Value]):
    """Values by key, each made when it is first asked for. Not to be changed by who gets them: they are shared."""

    def __init__(self, *models: type[Model]) -> None:
        """`models`: all that a value is read of."""
        self._tables = tuple(model._meta.db_table for model in models)
        self._held: tuple[tuple[object, ...], dict[Key, Value]] = ((), {})
        for model in set(models) - watched:
            watched.add(model)
            post_save.connect(changed, sender=model, dispatch_uid="kept")
            post_delete.connect(changed, sender=model, dispatch_uid="kept")

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        now = stamps()
        as_of = tuple([now.get(table) for table in self._tables])
        held = self._held
        if held[0] != as_of or len(held[1]) >= _MOST:
            held = self._held = (as_of, {})
        values = held[1]  # those of these stamps, even if another thread is just putting others in their place
        if key not in values:
            values[key] = make()
        return values[key]


class KeptQuery(FixedQuery[M, Row]):
    """A fixed query whose rows are kept. Objects are made of them anew each time: they may be changed and saved."""

    def __init__(self, make: Callable[[], QuerySet[M, Row]], *, of: Iterable[type[Model]]) -> None:
        super().__init__(make)
        self._kept: Kept[tuple[object, ...], list[Values]] = Kept(*of)

    def _found(self, made: Made, values: dict[str, Any]) -> list[Values]:
        find = super()._found
        return self._kept.get(tuple(values.items()), lambda: find(made, values))
