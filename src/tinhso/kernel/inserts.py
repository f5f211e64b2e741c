"""New rows, written by a statement that is made once.

`objects.create(…)` asks everything anew for each row: which fields, which parents, which signals, which SQL. For the rows that
are written with every case (the case, its parts, its time line, the audit row) that takes several times as long as the writing.

    case = insert(Case(code=…, agency=agency))
    insert_together([CaseForm(case=case, …), *(Part(case=case, code=code) for code in codes)])
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import connections, models, router
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
    models.BooleanField: (bool,),
    models.SmallIntegerField: (int,),
    models.PositiveSmallIntegerField: (int,),
    models.IntegerField: (int,),
    models.BigIntegerField: (int,),
    models.ForeignKey: (int, type(None)),
    models.OneToOneField: (int, type(None)),
}
"""Values a field would give to the driver unchanged."""


def insert(row: M) -> M:
    """Put a new row into its table, as `save(force_insert=True)` does: with its key, defaults and database defaults.

    For plain tables: without parents, and of which nobody is told by a signal. `save` of the model's own is not called.

    Raises:
        IntegrityError: as from `save`.
    """
    insert_all([row])
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


def insert_together(rows: Iterable[Model], then: Statement | None = None) -> None:
    """New rows of several tables in one statement, and with it one more that does not look at them.

    The keys of the rows are not read back: for rows nobody goes on working with.
    """
    by_table: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    groups = [_Rows(found) for found in by_table.values()]
    if not groups:
        return
    shape = (*(group.shape for group in groups), then and then.sql)
    statement = _statements.get(shape)
    if statement is None:
        texts = [_statement(group) for group in groups] + ([then.sql] if then else [])
        before = ", ".join(f"t{number} AS ({text})" for number, text in enumerate(texts[:-1]))
        statement = _statements.setdefault(shape, f"WITH {before} {texts[-1]}" if before else texts[-1])
    with groups[0].connection.cursor() as cursor:
        cursor.execute(statement, [*(value for group in groups for value in group.values), *(then.values if then else ())])


class _Rows:
    """New rows of one table: their values, and the shape that their statement follows from."""

    def __init__(self, rows: Sequence[Model]) -> None:
        model = type(rows[0])
        self.model, self.connection = model, connections[router.db_for_write(model)]
        key = model._meta.pk
        with_key = rows[0].pk is not None
        self.fields: list[Field[Any, Any]] = [field for field in model._meta.concrete_fields if with_key or field is not key]
        self.marks: list[str] = []
        self.values: list[Any] = []
        for row in rows:
            given = row.__dict__
            for field in self.fields:
                value = given.get(field.attname)
                if type(value) in _AS_THEY_ARE.get(type(field), ()):
                    self.marks.append("%s")
                    self.values.append(value)
                    continue
                value = field.pre_save(row, add=True)
                if isinstance(value, DatabaseDefault):
                    self.marks.append("DEFAULT")
                else:
                    self.marks.append("%s")
                    self.values.append(field.get_db_prep_save(value, self.connection))
        self.shape = (model, with_key, *self.marks)


def _statement(new: _Rows) -> str:
    names, width = ", ".join(f'"{field.column}"' for field in new.fields), len(new.fields)
    rows = ", ".join(f"({', '.join(new.marks[start : start + width])})" for start in range(0, len(new.marks), width))
    return f'INSERT INTO "{new.model._meta.db_table}" ({names}) VALUES {rows}'  # noqa: S608


def _insert(rows: Sequence[Model], *, unless: tuple[str, ...] = ()) -> bool:
    new = _Rows(rows)
    shape = (new.shape, unless)
    statement = _statements.get(shape)
    if statement is None:
        taken = ", ".join(f'"{column}"' for column in unless)
        skip = f" ON CONFLICT ({taken}) DO NOTHING" if unless else ""
        statement = _statements.setdefault(shape, f'{_statement(new)}{skip} RETURNING "{new.model._meta.pk.column}"')
    with new.connection.cursor() as cursor:
        cursor.execute(statement, new.values)
        keys = cursor.fetchall()
    if unless and not keys:
        return False
    for row, (found,) in zip(rows, keys, strict=True):
        row.pk = found
        row._state.adding, row._state.db = False, new.connection.alias
    return True
