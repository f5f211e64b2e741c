"""Changed fields of a row that is there, written by a statement that is made once (`kernel.inserts` for new rows).

step.done_at, step.done_by = at, by
update(step, "done_at", "done_by")
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Field, Model

from tinhso.kernel.inserts import Statement

_statements: "dict[tuple[type[Model], tuple[str, ...]], tuple[list[Field[Any, Any]], str]]" = {}


def update(row: Model, *names: str) -> None:
    """Write these fields, as `save(update_fields=names)` does.

    For plain tables: without parents, and of which nobody is told by a signal. `save` of the model's own is not called.

    Raises:
        DatabaseError: the row is gone.
    """
    statement = updating(row, *names)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(*statement)
        if cursor.rowcount != 1:
            raise DatabaseError(f"{type(row).__name__} {row.pk} is gone")


def updating(row: Model, *names: str) -> Statement:
    """The statement that does it, for who sends it together with others; whether the row is there is not looked at."""
    fields, statement = _kept(type(row), names)
    connection = connections[DEFAULT_DB_ALIAS]
    return Statement(
        statement, [*(field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields), row.pk]
    )


def _kept(model: type[Model], names: tuple[str, ...]) -> "tuple[list[Field[Any, Any]], str]":
    return _statements.get((model, names)) or _statements.setdefault((model, names), _made(model, names))


def _made(model: type[Model], names: tuple[str, ...]) -> "tuple[list[Field[Any, Any]], str]":
    about = model._meta
    fields: list[Field[Any, Any]] = [about.get_field(name) for name in names]  # type: ignore[misc]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return fields, f'UPDATE "{about.db_table}" SET {columns} WHERE "{about.pk.column}" = %s'  # noqa: S608
