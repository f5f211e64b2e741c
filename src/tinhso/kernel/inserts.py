"""New rows, written by a statement that is made once.

`objects.create(…)` asks everything anew for each row: which fields, which parents, which signals, which SQL. For the rows that
are written with every case (the case, its parts, its time line, the audit row) that takes several times as long as the writing.

    case = insert(Case(code=…, agency=agency))
    insert_all(Part(case=case, code=code) for code in codes)
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)

_MOST_AT_ONCE = 50  # rows in one statement: each number of rows has a statement of its own
_statements: dict[tuple[object, ...], str] = {}


def insert(row: M) -> M:
    """Put a new row into its table, as `save(force_insert=True)` does: with its key, defaults and database defaults.

    For plain tables: without parents, and of which nobody is told by a signal. `save` of the model's own is not called.

    Raises:
        IntegrityError: as from `save`.
    """
    insert_all([row])
    return row


def insert_all(rows: Iterable[M]) -> list[M]:
    """The same for rows of one table, in one statement for fifty of them."""
    all_rows = list(rows)
    for start in range(0, len(all_rows), _MOST_AT_ONCE):
        _insert(all_rows[start : start + _MOST_AT_ONCE])
    return all_rows


def _insert(rows: list[M]) -> None:
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    key = model._meta.pk
    fields: list[Field[Any, Any]] = [field for field in model._meta.concrete_fields if field is not key or rows[0].pk is not None]
    marks, values = [], []
    for row in rows:
        for field in fields:
            value = field.pre_save(row, add=True)
            if isinstance(value, DatabaseDefault):
                marks.append("DEFAULT")
            else:
                marks.append("%s")
                values.append(field.get_db_prep_save(value, connection))
    shape = (model, len(rows), *marks)
    statement = _statements.get(shape) or _statements.setdefault(shape, _statement(model, fields, marks))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row, (found,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = found
            row._state.adding, row._state.db = False, connection.alias


def _statement(model: type[Model], fields: "list[Field[Any, Any]]", marks: list[str]) -> str:
    names = ", ".join(f'"{field.column}"' for field in fields)
    rows = ", ".join(f"({', '.join(marks[start : start + len(fields)])})" for start in range(0, len(marks), len(fields)))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {rows} RETURNING "{model._meta.pk.column}"'  # noqa: S608
