"""Making SQL: as Django does, but the statement that inserts one row is made once for each table."""

from typing import Any

from django.db.backends.postgresql import compiler as postgresql
from django.db.backends.postgresql.compiler import SQLAggregateCompiler, SQLCompiler, SQLDeleteCompiler, SQLUpdateCompiler  # type: ignore[import-untyped]

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]

_made: dict[tuple[Any, ...], tuple[str, Any]] = {}
"""Model, columns given and columns asked back → the statement and its last parameters."""


class SQLInsertCompiler(postgresql.SQLInsertCompiler):  # type: ignore[misc]
    def as_sql(self) -> list[tuple[str, tuple[Any, ...]]]:
        fields, query = self.query.fields, self.query
        if len(query.objs) != 1 or query.on_conflict is not None or query.raw or not fields:
            return super().as_sql()  # type: ignore[no-any-return]
        asked_back = self.returning_fields or ()
        key = (query.model, *(field.attname for field in fields), None, *(field.attname for field in asked_back))
        made = _made.get(key)
        if made is None:
            [(statement, params)] = super().as_sql()
            if _plain(statement, fields):
                _made[key] = (statement, getattr(self, "returning_params", ()))
            return [(statement, params)]
        statement, self.returning_params = made
        row = query.objs[0]
        values = [self.prepare_value(field, field.pre_save(row, add=True)) for field in fields]
        if any(hasattr(value, "as_sql") for value in values):
            return super().as_sql()  # type: ignore[no-any-return]
        return [(statement, (*values, *self.returning_params))]


def _plain(statement: str, fields: list[Any]) -> bool:
    """Whether every value stands as `%s`, whatever it is."""
    marks = ", ".join(["%s"] * len(fields))
    return f"VALUES ({marks})" in statement and not any(hasattr(field, "get_placeholder") for field in fields)
