"""Queries whose SQL is made once.

Django makes a query's SQL anew each time it runs. For the few that run with every request (who is this? what may they do? which
case?) the making takes several times as long as the running. A fixed query is written as any other, with `Param(…)` where values
differ from call to call:

    _BY_CODE = FixedQuery(lambda: Case.objects.select_related("agency").filter(code=Param("code")))

    case = _BY_CODE.first(code="H20.14-261120-0001")

Only for queries of one shape: `Among` in place of `in`, nothing that is there one time and not another; no `prefetch_related`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Expression, Func, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable, ValuesListIterable
from django.db.models.signals import post_init, pre_init
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")
Values = tuple[Any, ...]
Converters = dict[int, tuple[list[Callable[..., Any]], Expression]]


class Param(Expression):
    """Stands in a fixed query for a value that the caller gives, as the database takes it: a key, not an object."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Among(Func):
    """`Among("agency", Param("agencies"))`: the column is one of a list that the caller gives."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True)
class Made:
    """What is kept of a query."""

    using: str
    sql: str
    params: Values
    locks: bool
    compiler: SQLCompiler
    read: Callable[[Iterable[Values]], list[Any]]


class FixedQuery(Generic[M, Row]):
    def __init__(self, make: Callable[[], QuerySet[M, Row]]) -> None:
        """`make` gives the query; it is called at the first use, when everything is loaded."""
        self._make = make
        self._of_thread = local()

    def rows(self, **values: Any) -> list[Row]:
        made = self._made
        if made is None:
            return []
        found = self._found(made, values)
        converters = self._converters(made)
        if converters and found:
            found = [_converted(row, converters, connections[made.using]) for row in found]
        return made.read(found)

    def _found(self, made: Made, values: dict[str, Any]) -> list[Values]:
        """The rows as the database gives them."""
        connection = connections[made.using]  # every thread has its own
        if made.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a lock outside a transaction holds nothing")
        with connection.cursor() as cursor:
            cursor.execute(made.sql, [values[param.name] if isinstance(param, Param) else param for param in made.params])
            found: list[Values] = cursor.fetchall()
            return found

    def _converters(self, made: Made) -> Converters:
        """How columns become values; of each thread its own: the reader of geometries among them serves one at a time."""
        if not hasattr(self._of_thread, "converters"):
            self._of_thread.converters = made.compiler.get_converters([column for column, *_rest in made.compiler.select or ()])
        converters: Converters = self._of_thread.converters
        return converters

    def first(self, **values: Any) -> Row | None:
        """The first row; write the query so that there is hardly ever a second."""
        return next(iter(self.rows(**values)), None)

    @cached_property
    def _made(self) -> Made | None:
        queryset = self._make()
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # no row can be meant
            return None
        read = _reader(queryset, compiler)
        return Made(queryset.db, sql, tuple(params), bool(queryset.query.select_for_update), compiler, read)


def _converted(row: Values, converters: Converters, connection: Any) -> Values:
    values = list(row)
    for place, (steps, expression) in converters.items():
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return tuple(values)


def _reader(queryset: "QuerySet[Any, Any]", compiler: SQLCompiler) -> Callable[[Iterable[Values]], list[Any]]:
    """How rows of the database become what the query gives; as the iterables of `django.db.models.query` do."""
    query, kind = queryset.query, queryset._iterable_class
    if kind is ModelIterable:
        return _model_reader(queryset.db, compiler)
    if kind is ValuesIterable:
        names = list(query.selected or (*query.extra_select, *query.values_select, *query.annotation_select))
        return lambda rows: [dict(zip(names, row, strict=False)) for row in rows]
    if kind is FlatValuesListIterable:
        return lambda rows: [row[0] for row in rows]
    if kind is ValuesListIterable:
        return list
    raise NotImplementedError(kind)


def _model_reader(using: str, compiler: SQLCompiler) -> Callable[[Iterable[Values]], list[Any]]:
    make = _maker(using, compiler, compiler.klass_info)
    more = (compiler.annotation_col_map or {}).items()

    def read(rows: Iterable[Values]) -> list[Any]:
        found = []
        for row in rows:
            thing = make(row)
            for name, place in more:
                setattr(thing, name, row[place])
            found.append(thing)
        return found

    return read


def _maker(using: str, compiler: SQLCompiler, about: dict[str, Any]) -> Callable[[Values], Any]:
    """How a row becomes an object with those joined to it, as by `Model.from_db`: but the columns are put down all at once, where
    that sets each field by itself. For models that have no say in how they are made."""
    model, first, end = about["model"], about["select_fields"][0], about["select_fields"][-1] + 1
    if _has_a_say(model) or about.get("from_parent"):
        raise NotImplementedError(model)
    names = [column.target.attname for column, *_rest in compiler.select[first:end]]
    key = first + names.index(model._meta.pk.attname)
    joined = [
        (_maker(using, compiler, other), other["local_setter"], other["remote_setter"])
        for other in about.get("related_klass_infos", ())
    ]

    def make(row: Values) -> Any:
        if row[key] is None:  # joined to nothing
            return None
        thing = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, using
        thing.__dict__.update(zip(names, row[first:end], strict=True), _state=state)
        for make_other, set_there, set_back in joined:
            other = make_other(row)
            set_there(thing, other)
            if other is not None:
                set_back(other, thing)
        return thing

    return make


def _has_a_say(model: type[Model]) -> bool:
    own = model.__init__ is not Model.__init__ or model.from_db.__func__ is not Model.from_db.__func__  # type: ignore[attr-defined]
    return own or pre_init.has_listeners(model) or post_init.has_listeners(model)
