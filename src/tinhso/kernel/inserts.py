"""New rows, written by a statement that is made once.

`objects.create(…)` asks everything anew for each row: which fields, which parents, which signals, which SQL. For the rows that
are written with every case (the case, its parts, its time line, the audit row) that takes several times as long as the writing.

    case = insert(Case(code=…, agency=agency))
    insert_together([CaseForm(case=case, …), *(Part(case=case, code=code) for code in codes)])
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)


class Statement(NamedTuple):
    """A statement with the values for its marks."""

    sql: str
    values: list[Any]


MOST_AT_ONCE = 50  # rows in one statement: each number of rows has a statement of its own
_statements: dict[tuple[object, ...], str] = {}

_AS_THEY_ARE: "dict[type[Field[Any, Any]], tuple[type, ...]]" = {
    models.CharField: (str,),
    models.TextField: (str,),
    models.EmailField: (str,),
    models.BooleanField: (bool,),
    models.SmallIntegerField: (int,),
    models.PositiveSmallIntegerField: (int,),
    models.IntegerField: (int,),
    models.BigIntegerField: (int,),
    models.DateTimeField: (datetime, type(None)),
    models.ForeignKey: (int, type(None)),
    models.OneToOneField: (int, type(None)),
}
"""Values a field would give to the driver unchanged."""


class Unless(NamedTuple):
    """A new row that is left out where the table has one with the same values in the columns `unique`."""

    row: Model
    unique: tuple[str, ...]


def insert(row: M, *, beside: "Iterable[Model | Unless]" = ()) -> M:
    """Put a new row into its table, as `save(force_insert=True)` does: with its key, defaults and database defaults.

    For plain tables: without parents, and of which nobody is told by a signal. `save` of the model's own is not called.

    Args:
        beside: rows of other tables that go in by the same statement and whose keys nobody needs.

    Raises:
        IntegrityError: as from `save`.
    """
    _insert([row], beside=_groups(beside))
    return row


def insert_unless(row: Model, *unique: str) -> bool:
    """The same, unless the table has a row with the same values in the columns `unique` already; says whether it was put in.

    A transaction that is just writing such a row is waited for.
    """
    return _insert([row], unless=unique)


def insert_all(rows: Iterable[M]) -> list[M]:
    """The same for rows of one table, in one statement for fifty of them."""
    all_rows = list(rows)
    for start in range(0, len(all_rows), MOST_AT_ONCE):
        _insert(all_rows[start : start + MOST_AT_ONCE])
    return all_rows


def insert_together(rows: "Iterable[Model | Unless]", then: Sequence[Statement] = ()) -> None:
    """New rows of several tables in one statement, and with it others that do not look at them.

    The keys of the rows are not read back: for rows nobody goes on working with.
    """
    groups = _groups(rows)
    if not groups and not then:
        return
    shape = (*(group.shape for group in groups), *(more.sql for more in then))
    statement = _statements.get(shape)
    if statement is None:
        texts = [*[_statement(group) for group in groups], *(more.sql for more in then)]
        statement = _statements.setdefault(shape, _chained(texts))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, [*chain(*(group.values for group in groups), *(more.values for more in then))])


def _groups(rows: "Iterable[Model | Unless]") -> "list[_Rows]":
    """By table."""
    by_table: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = {}
    for given in rows:
        row, unique = given if isinstance(given, Unless) else (given, ())
        by_table.setdefault((type(row), unique), []).append(row)
    return [_Rows(found, unique) for (_table, unique), found in by_table.items()]


def _chained(texts: Sequence[str]) -> str:
    """Several statements as one, which gives what the last of them gives."""
    before = ", ".join(f"t{number} AS ({text})" for number, text in enumerate(texts[:-1]))
    return f"WITH {before} {texts[-1]}" if before else texts[-1]


class _Rows:
    """New rows of one table: their values, and the shape that their statement follows from."""

    def __init__(self, rows: Sequence[Model], unless: tuple[str, ...] = ()) -> None:
        model = type(rows[0])
        self.model, self.unless = model, unless
        with_key = rows[0].pk is not None
        self.columns = _columns.get((model, with_key)) or _columns.setdefault((model, with_key), _columns_of(model, with_key))
        self.values: list[Any] = []
        defaults: list[int] = []  # places of columns that the database fills
        for row in rows:
            given, values = row.__dict__, self.values
            for attname, plain, field in self.columns:
                value: Any = given.get(attname)
                kind = type(value)
                if kind not in plain or (kind is datetime and value.tzinfo is None):
                    value = field.pre_save(row, add=True)
                    if isinstance(value, DatabaseDefault):
                        defaults.append(len(values) + len(defaults))
                        continue
                    value = field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])
                values.append(value)
        self.defaults, self.number = tuple(defaults), len(rows)
        self.shape = (model, with_key, self.number, self.defaults, unless)


_Column = tuple[str, tuple[type, ...], "Field[Any, Any]"]
_columns: dict[tuple[type[Model], bool], list[_Column]] = {}


def _columns_of(model: type[Model], with_key: bool) -> list[_Column]:
    fields = [field for field in model._meta.concrete_fields if with_key or not field.primary_key]
    return [(field.attname, _plain(field), field) for field in fields]


def _plain(field: "Field[Any, Any]") -> tuple[type, ...]:
    """The kinds of values that need nothing done."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return ()
    return _AS_THEY_ARE.get(type(field), ())


def _statement(new: _Rows) -> str:
    names, width = ", ".join(f'"{field.column}"' for _name, _plain, field in new.columns), len(new.columns)
    marks = ["DEFAULT" if place in new.defaults else "%s" for place in range(width * new.number)]
    rows = ", ".join(f"({', '.join(marks[start : start + width])})" for start in range(0, len(marks), width))
    taken = ", ".join(f'"{column}"' for column in new.unless)
    skip = f" ON CONFLICT ({taken}) DO NOTHING" if taken else ""
    return f'INSERT INTO "{new.model._meta.db_table}" ({names}) VALUES {rows}{skip}'  # noqa: S608


def _insert(rows: Sequence[Model], *, unless: tuple[str, ...] = (), beside: Sequence[_Rows] = ()) -> bool:
    new = _Rows(rows, unless)
    shape = (*(group.shape for group in beside), new.shape, "keys")
    statement = _statements.get(shape)
    if statement is None:
        texts = [_statement(group) for group in beside]
        texts.append(f'{_statement(new)} RETURNING "{new.model._meta.pk.column}"')
        statement = _statements.setdefault(shape, _chained(texts))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, [*chain.from_iterable(group.values for group in beside), *new.values])
        keys = cursor.fetchall()
    if unless and not keys:
        return False
    for row, (found,) in zip(rows, keys, strict=True):
        row.pk = found
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return True
