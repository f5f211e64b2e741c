"""Queries whose SQL is made once.

Django makes a query's SQL anew each time it runs. For the few that run with every request (who is this? what may they do? which
case?) the making takes several times as long as the running. A fixed query is written as any other, with `Param(…)` where values
differ from call to call:

    _BY_CODE = FixedQuery(lambda: Case.objects.select_related("agency").filter(code=Param("code")))

    case = _BY_CODE.first(code="H20.14-261120-0001")

Only for queries of one shape: no `in` over a list, nothing that is there one time and not another; no `prefetch_related`.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")


class Param(Expression):
    """Stands in a fixed query for a value that the caller gives, as the database takes it: a key, not an object."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


def _copy(thing: Any) -> Any:
    """What `copy.copy` does for an object without ways of its own, in a third of the time."""
    other = object.__new__(type(thing))
    other.__dict__.update(thing.__dict__)
    return other


class FixedQuery(Generic[M, Row]):
    def __init__(self, make: Callable[[], QuerySet[M, Row]]) -> None:
        """`make` gives the query; it is called at the first use, when everything is loaded."""
        self._make = make

    def rows(self, **values: object) -> list[Row]:
        made, ready, sql, params = self._made
        compiler = _copy(ready)
        compiler.connection = connections[made.db]  # every thread has its own
        if made.query.select_for_update and not compiler.connection.in_atomic_block:
            raise TransactionManagementError("a lock outside a transaction holds nothing")
        bound = [values[param.name] if isinstance(param, Param) else param for param in params]
        compiler.as_sql = lambda *args, **kwargs: (sql, bound)
        query = _copy(made.query)
        query.get_compiler = lambda *args, **kwargs: compiler
        asked: Any = type(made)(model=made.model, query=query, using=made.db)
        asked._iterable_class, asked._fields = made._iterable_class, made._fields  # type: ignore[attr-defined]
        return list(asked)

    def first(self, **values: object) -> Row | None:
        """The first row; write the query so that there is hardly ever a second."""
        return next(iter(self.rows(**values)), None)

    @cached_property
    def _made(self) -> tuple[QuerySet[M, Row], SQLCompiler, str, tuple[Any, ...]]:
        queryset = self._make()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_rest in compiler.select or ()])
        compiler.get_converters = lambda _columns: converters
        return queryset, compiler, sql, tuple(params)
