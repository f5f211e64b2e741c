"""Lists page by key: the next page starts after the last row seen, so page 10,000 costs what page 1 does and nothing is counted.

For that the database must be able to start reading an index at the key. It can for `key >= value`, but neither for "or null"
nor for an order with NULLS LAST that the index was not made for. So where the leading key may be null it is asked for in two
parts, the rows that have it and the rows that lack it, each in an order any plain index gives.
"""

import base64
import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import F, Model, OrderBy, Q, QuerySet
from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid
from tinhso.kernel.fixed_query import FixedQuery, Param

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")
_LONGEST_CURSOR = 2000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """rows, and the cursors of the neighbouring pages (None at the ends)."""

    rows: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class _Key:
    """One field of the order. Nulls, where there can be any, come last on the way forward and first on the way back."""

    name: str
    descending: bool
    nullable: bool
    nulls_last: bool = True

    def reversed(self) -> "_Key":
        return _Key(self.name, not self.descending, self.nullable, not self.nulls_last)

    def ordering(self) -> OrderBy:
        nulls: dict[str, Any] = {} if not self.nullable else {"nulls_last" if self.nulls_last else "nulls_first": True}
        return OrderBy(F(self.name), descending=self.descending, **nulls)

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q | None:
        """What sorts after `value` by this key alone; None when nothing can."""
        if value is None:
            return None if self.nulls_last else Q(**{f"{self.name}__isnull": False})
        after = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return after | Q(**{f"{self.name}__isnull": True}) if self.nullable and self.nulls_last else after

    def from_(self, value: Any) -> Q:
        """`value` and what sorts after it, for a value that is there."""
        return Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})


def page_by_key(
    rows: QuerySet[M, Row],
    *,
    order: tuple[str, ...],
    cursor: str | None = None,
    size: int = 50,
    ways: Sequence[QuerySet[M]] = (),
) -> Page[Row]:
    """One page of `rows`: of objects, or of what `values()` with the keys of the order and `pk` gives.

    A page whose rows have all gone since its cursor was made is answered with the first page.

    Args:
        ways: the querysets of which `rows` are the union, where no index follows "this or that": each is asked for its own
            first rows, and the page is the first of those. They may overlap.
        order: field names, "-" before a descending one; the primary key is added as tie-breaker. Nulls come last.
        cursor: `next` or `previous` of a page seen before.

    Raises:
        Invalid: the cursor was not made by this function for this order.
    """
    keys = _keys(rows.model, order)
    backward, values = _decode(cursor, keys) if cursor else (False, None)
    way = [key.reversed() for key in keys] if backward else keys
    try:
        found = _take(rows, way, values, size + 1, ways)
    except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
        raise _bad_cursor() from error
    if cursor and not found:
        return page_by_key(rows, order=order, size=size, ways=ways)
    return _page(found, keys, size, cursor, backward=backward)


class FixedPages(Generic[M, Row]):
    """`page_by_key` for a list that is opened all the time: its queries are made once for each shape (`kernel.fixed_query`)."""

    def __init__(
        self,
        model: type[M],
        make: Callable[..., tuple[QuerySet[M, Row], Sequence[QuerySet[M]]]],
        *,
        order: tuple[str, ...],
        size: int = 50,
    ) -> None:
        """`make(*shape)` gives the rows and the ways to them, with `Param(…)` for what differs from call to call; keys of the
        order are columns of the table itself."""
        self._model, self._make, self._order, self._size = model, make, order, size
        self._made: dict[tuple[object, ...], list[FixedQuery[M, Row]]] = {}

    def page(self, *shape: Hashable, cursor: str | None = None, **values: Any) -> Page[Row]:
        """One page of the rows of that shape; the rest as of `page_by_key`.

        Raises:
            Invalid: the cursor was not made for this order.
        """
        keys = self._keys
        backward, after = _decode(cursor, keys) if cursor else (False, None)
        lacking = None if after is None else tuple(value is None for value in after)
        queries = self._made.get((shape, backward, lacking))
        if queries is None:
            queries = self._made.setdefault((shape, backward, lacking), self._queries(shape, keys, lacking, backward=backward))
        found: list[Row] = []
        try:
            for number, (field, value) in enumerate(zip(self._columns, after or (), strict=False)):
                values[f"key{number}"] = field.get_prep_value(field.to_python(value))
            for query in queries:
                found += query.rows(**values)
                if len(found) > self._size:
                    break
        except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
            raise _bad_cursor() from error
        if cursor and not found:
            return self.page(*shape, **values)
        return _page(found[: self._size + 1], keys, self._size, cursor, backward=backward)

    def _queries(
        self, shape: tuple[Hashable, ...], keys: list[_Key], lacking: tuple[bool, ...] | None, *, backward: bool
    ) -> "list[FixedQuery[M, Row]]":
        after = None if lacking is None else [None if none else Param(f"key{number}") for number, none in enumerate(lacking)]
        rows, ways = self._make(*shape)
        way = [key.reversed() for key in keys] if backward else keys
        parts = zip(_parts(rows, way, after), *(_parts(each, way, after) for each in ways), strict=True)
        limit = self._size + 1
        made = [(part.filter(pk__in=_first(reached, limit)) if reached else part)[:limit] for part, *reached in parts]
        return [FixedQuery(lambda query=query: query) for query in made]  # type: ignore[misc]

    @cached_property
    def _keys(self) -> list[_Key]:
        return _keys(self._model, self._order)

    @cached_property
    def _columns(self) -> list[Any]:
        about = self._model._meta
        return [about.pk if key.name == "pk" else about.get_field(key.name) for key in self._keys]


def _page(found: list[Row], keys: list[_Key], size: int, cursor: str | None, *, backward: bool) -> Page[Row]:
    """The page of the first rows found and, if there is one, the row after."""
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    has_next, has_previous = (True, more) if backward else (more, bool(cursor))
    return Page(
        found,
        _encode("n", keys, found[-1]) if has_next else None,
        _encode("p", keys, found[0]) if has_previous else None,
    )


def _keys(model: type[Model], order: tuple[str, ...]) -> list[_Key]:
    keys = [_Key(name.lstrip("-"), name.startswith("-"), _nullable(model, name.lstrip("-"))) for name in order]
    return [*keys, _Key("pk", keys[0].descending if keys else False, nullable=False)]


def _nullable(model: type[Model] | None, path: str) -> bool:
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name) if model else None
        except FieldDoesNotExist:  # an annotation: it may be anything
            return True
        if field is None or getattr(field, "null", True):
            return True
        model = field.related_model if isinstance(field.related_model, type) else None
    return False


def _take(
    rows: QuerySet[M, Row], keys: list[_Key], after: list[Any] | None, limit: int, ways: Sequence[QuerySet[M]]
) -> list[Row]:
    """The first `limit` rows after the given values (from the start when None)."""
    found: list[Row] = []
    for part, *reached in zip(_parts(rows, keys, after), *(_parts(way, keys, after) for way in ways), strict=True):
        wanted = limit - len(found)
        found += (part.filter(pk__in=_first(reached, wanted)) if reached else part)[:wanted]
        if len(found) == limit:
            break
    return found


def _first(parts: Sequence[QuerySet[M]], limit: int) -> QuerySet[M, Any]:
    """The keys of the first rows of each."""
    first, *others = (part.values("pk")[:limit] for part in parts)
    return first.union(*others, all=True) if others else first


def _parts(rows: QuerySet[M, Row], keys: list[_Key], after: list[Any] | None) -> Iterator[QuerySet[M, Row]]:
    """`rows` after the given values as ordered parts: with the leading key and without it, whichever comes first."""
    lead, rest = keys[0], keys[1:]
    present = rows.filter(**{f"{lead.name}__isnull": False}) if lead.nullable else rows
    present = present.order_by(OrderBy(F(lead.name), descending=lead.descending), *(key.ordering() for key in rest))
    absent = rows.filter(**{f"{lead.name}__isnull": True}).order_by(*(key.ordering() for key in rest))
    if after is None:
        yield from _in_turn(lead, present, absent)
    elif after[0] is None:
        yield absent.filter(_after(rest, after[1:]))
        if not lead.nulls_last:
            yield present
    else:
        # the bound lets the index start at the key; the rest sorts out the rows equal in it
        yield present.filter(lead.from_(after[0]), _after(keys, after))
        if lead.nullable and lead.nulls_last:
            yield absent


def _in_turn(lead: _Key, present: QuerySet[M, Row], absent: QuerySet[M, Row]) -> Iterator[QuerySet[M, Row]]:
    if not lead.nullable:
        yield present
    elif lead.nulls_last:
        yield from (present, absent)
    else:
        yield from (absent, present)


def _after(keys: list[_Key], values: list[Any]) -> Q:
    """Rows that sort after `values`: equal in the first keys and beyond in the next."""
    condition, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        if beyond := key.beyond(value):
            condition |= same & beyond
        same &= key.same(value)
    return condition


def _encode(direction: str, keys: list[_Key], row: Any) -> str:
    values = [row[key.name] if isinstance(row, dict) else _attribute(row, key.name) for key in keys]
    text = json.dumps([direction, *values], separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _attribute(row: Model, path: str) -> Any:
    return reduce(lambda thing, name: thing and getattr(thing, name), path.split("__"), row)


def _decode(cursor: str, keys: list[_Key]) -> tuple[bool, list[Any]]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("too long")
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fits = all(not isinstance(v, list | dict) and (v is not None or k.nullable) for k, v in zip(keys, values, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    if direction not in ("n", "p") or not fits:
        raise _bad_cursor()
    return direction == "p", values


def _bad_cursor() -> Invalid:
    return Invalid(_("Địa chỉ trang không đúng; hãy mở lại danh sách."))
