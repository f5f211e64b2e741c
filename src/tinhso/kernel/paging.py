"""Lists page by key: the next page starts after the last row seen, so page 10,000 costs what page 1 does and nothing is counted."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """rows, and the cursors of the neighbouring pages (None at the ends)."""

    rows: list[M]
    next: str | None
    previous: str | None


def _encode(direction: str, values: list[Any]) -> str:
    text = json.dumps([direction, *[v.isoformat() if isinstance(v, datetime) else v for v in values]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> tuple[str, list[Any]]:
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        direction, values = "", []
    if direction not in ("n", "p") or len(values) != length or any(isinstance(v, list | dict) for v in values):
        raise Invalid(_("Địa chỉ trang không đúng; hãy mở lại danh sách."))
    return direction, values


def _beyond(keys: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows after `values` in the order of `keys` [(field, descending)], nulls last."""
    condition = Q()
    for index, (name, descending) in enumerate(keys):
        value = values[index]
        if value is None:
            continue  # nulls sort last: nothing lies beyond a null but other nulls with a later tie-breaker
        same = Q(**{earlier: values[i] for i, (earlier, _d) in enumerate(keys[:index]) if values[i] is not None})
        for i, (earlier, _d) in enumerate(keys[:index]):
            if values[i] is None:
                same &= Q(**{f"{earlier}__isnull": True})
        later = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        if name != "pk":
            later |= Q(**{f"{name}__isnull": True})
        condition |= same & later
    return condition


def page_by_key(rows: QuerySet[M], *, order: tuple[str, ...], cursor: str | None = None, size: int = 50) -> Page[M]:
    """One page of `rows`.

    Args:
        order: field names, "-" before a descending one; the primary key is added as tie-breaker. Nulls come last.
        cursor: `next` or `previous` of a page seen before.

    Raises:
        Invalid: the cursor was not made by this function for this order.
    """
    keys = [(name.lstrip("-"), name.startswith("-")) for name in order]
    keys.append(("pk", keys[0][1] if keys else False))
    direction, condition = "n", Q()
    wanted = keys
    if cursor:
        direction, values = _decode(cursor, len(keys))
        if direction == "p":
            wanted = [(name, not descending) for name, descending in keys]
        try:
            rows = rows.filter(_backward(wanted, values) if direction == "p" else _beyond(wanted, values))
        except (ValueError, TypeError) as error:
            raise Invalid(_("Địa chỉ trang không đúng; hãy mở lại danh sách.")) from error
    del condition
    ordered = rows.order_by(
        *(
            (F(name).desc(nulls_first=True) if descending else F(name).asc(nulls_first=True))
            if direction == "p" and name != "pk"
            else (F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True))
            for name, descending in wanted
        )
    )
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    if direction == "p":
        found.reverse()

    def cursor_at(row: M, way: str) -> str:
        return _encode(way, [getattr(row, name) for name, _descending in keys])

    has_next = more if direction == "n" else bool(cursor)
    has_previous = bool(cursor) if direction == "n" else more
    return Page(
        found,
        cursor_at(found[-1], "n") if found and has_next else None,
        cursor_at(found[0], "p") if found and has_previous else None,
    )


def _backward(keys: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows before `values`: `keys` are already reversed, nulls come first."""
    condition = Q()
    for index, (name, descending) in enumerate(keys):
        same = Q()
        for i, (earlier, _d) in enumerate(keys[:index]):
            same &= Q(**{f"{earlier}__isnull": True}) if values[i] is None else Q(**{earlier: values[i]})
        if values[index] is None:
            later = Q(**{f"{name}__isnull": False})
        else:
            later = Q(**{f"{name}__{'lt' if descending else 'gt'}": values[index]})
        condition |= same & later
    return condition
