"""A sample case with all its rows as a text for COPY, in which only what differs from copy to copy is left open."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from django.apps import apps
from django.db import connection, models
from django.db.models import Q, QuerySet

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.models import Case
from tinhso.kernel.text import fold

Seat = tuple[str, int]
"""A post's title and which of its holders."""

# the path from each table's rows to their case
_OF_CASE = {
    "cases.Case": "pk",
    "cases.CaseForm": "case",
    "cases.Party": "case",
    "cases.Part": "case",
    "cases.PartFile": "part__case",
    "cases.Step": "case",
    "cases.JoinArrival": "case",
    "cases.Pause": "case",
    "cases.Supplement": "case",
    "cases.CasePaper": "case",
    "cases.CaseInvoice": "case",
    "cases.TimelineEntry": "case",
    "cases.CaseAccess": "case",
    "cases.Rating": "case",
}
# codes that are drawn by lot, with their lengths
_DRAWN = {
    ("papers.paper", "verification_code"): 12,
    ("payments.invoice", "code"): 12,
    ("payments.payment", "reference"): 20,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::?\d\d)?")
_OBJECT = re.compile(r"\b(cases\.case|papers\.paper|payments\.invoice):(\d+)")
_NULL = r"\N"


class Staff(Protocol):
    @property
    def posts(self) -> Mapping[str, int]: ...

    def seat_of(self, person: int) -> Seat: ...


@dataclass(frozen=True)
class Table:
    model: type[models.Model]
    fields: "tuple[models.Field[Any, Any], ...]"

    @classmethod
    def of(cls, model: type[models.Model]) -> Self:
        return cls(model, tuple(field for field in model._meta.concrete_fields if not field.generated))

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def columns(self) -> str:
        return ", ".join(f'"{field.column}"' for field in self.fields)

    @property
    def has_own_key(self) -> bool:
        return not self.model._meta.pk.is_relation

    def rows(self, chosen: QuerySet[Any]) -> list[list[str]]:
        """The chosen rows as COPY writes them."""
        keys = list(chosen.values_list("pk", flat=True))
        column = self.model._meta.pk.column
        wanted = ", ".join(f"'{key}'" for key in keys) or "NULL"
        query = f'SELECT {self.columns} FROM "{self.name}" WHERE "{column}" IN ({wanted}) ORDER BY "{column}"'
        with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            text = b"".join(copy).decode()
        return [line.split("\t") for line in text.splitlines()]


class Template:
    """One sample case.

    `at(weeks)` gives a text for each table, to be completed with `%`. Open are `applicant`, `agency`, the particulars, and
    those that the attributes list:

    ids: old primary keys by table, open as `id:<table>:<old key>`.
    seats, posts: members of staff and their posts.
    codes: what is drawn by lot, with its length.
    has_receipt, symbol: whether numbers for a receipt (`receipt`) and for a result of this symbol (`result`) are wanted.
    """

    def __init__(self, case: Case, staff: Staff) -> None:
        self.case = case
        self.ids: dict[str, list[int]] = {}
        self.seats: dict[str, Seat] = {}
        self.posts: dict[str, str] = {}
        self.codes: dict[str, int] = {}
        self.has_receipt = False
        self.symbol = ""
        self._staff = staff
        self._particulars = _particulars(case)
        self._rows = {table: rows for table, chosen in _rows_of(case) if (rows := table.rows(chosen))}
        for table, rows in self._rows.items():
            if table.has_own_key:
                place = [field.primary_key for field in table.fields].index(True)
                self.ids[table.label] = [int(row[place]) for row in rows]
        self._made: dict[int, dict[str, str]] = {}
        self.at(0)

    @property
    def tables(self) -> list[Table]:
        return list(self._rows)

    def at(self, weeks: int) -> dict[str, str]:
        """The text by table's label, as if everything had happened so many weeks earlier."""
        if weeks not in self._made:
            self._made[weeks] = {
                table.label: "".join("\t".join(self._cells(table, row, timedelta(weeks=weeks))) + "\n" for row in rows)
                for table, rows in self._rows.items()
            }
        return self._made[weeks]

    def _cells(self, table: Table, row: list[str], back: timedelta) -> Iterator[str]:
        by_column = {field.column: cell for field, cell in zip(table.fields, row, strict=True)}
        for field, cell in zip(table.fields, row, strict=True):
            if cell == _NULL:
                yield cell
            elif target := _points_to(table, field, by_column):
                yield self._key(target, cell)
            elif (length := _DRAWN.get((table.label, field.name))) and cell:
                self.codes[f"drawn:{cell}"] = length
                yield f"%(drawn:{cell})s"
            elif field.name == "receipt_number" and cell:
                self.has_receipt = True
                yield "%(receipt)s"
            elif (table.label, field.name) == ("papers.paper", "number") and cell:
                self.symbol = cell.partition("/")[2]
                yield f"%(result)s/{self.symbol}"
            else:
                yield self._text(field, cell, back)

    def _key(self, target: str, key: str) -> str:
        if target == "directory.agency":
            return "%(agency)s" if int(key) == self.case.agency_id else key
        if target == "directory.person":
            return self._person(int(key))
        if target == "directory.post":
            self.posts[f"post:{key}"] = next(title for title, post in self._staff.posts.items() if post == int(key))
            return f"%(post:{key})s"
        return f"%(id:{target}:{key})s" if int(key) in self.ids.get(target, ()) else key

    def _person(self, person: int) -> str:
        if person == self.case.applicant_id:
            return "%(applicant)s"
        self.seats[f"person:{person}"] = self._staff.seat_of(person)
        return f"%(person:{person})s"

    def _text(self, field: "models.Field[Any, Any]", text: str, back: timedelta) -> str:
        if isinstance(field, models.DateTimeField | models.JSONField):
            text = _MOMENT.sub(lambda found: (datetime.fromisoformat(found[0]) - back).isoformat(), text)
        text = text.replace("%", "%%")
        for old, name in self._particulars:
            text = text.replace(old, f"%({name})s")
        return _OBJECT.sub(r"\1:%(id:\1:\2)s", text)


def _points_to(table: Table, field: "models.Field[Any, Any]", row: Mapping[str, str]) -> str:
    """The label of the model whose key this is; the audit log has its keys without foreign keys."""
    if field.primary_key and not field.is_relation:
        return table.label
    if table.label == "audit.auditentry":
        plain = {"actor_id": "directory.person", "agency_id": "directory.agency", "object_id": row["object_type"]}
        return plain.get(field.name, "")
    related = field.related_model
    return related._meta.label_lower if isinstance(related, type) else ""


def _particulars(case: Case) -> list[tuple[str, str]]:
    person = case.applicant
    assert person is not None, "the sample's cases have known applicants"
    pairs = [
        (case.code, "code"),
        (fold(case.code), "folded_code"),
        (lookup_code(case), "lookup"),
        (person.full_name, "name"),
        (fold(person.full_name), "folded_name"),
        (person.identity_number or "", "number"),
        (person.phone, "phone"),
        (person.email, "email"),
        (person.address, "address"),
        (case.agency.name, "agency_name"),
    ]
    return [(old, name) for old, name in pairs if old]


def _rows_of(case: Case) -> Iterator[tuple[Table, QuerySet[Any]]]:
    papers = list(case.papers.values_list("paper", flat=True))
    invoices = [case.fee.invoice_id] if hasattr(case, "fee") else []
    about = Q(object_type="cases.case", object_id=str(case.pk))
    about |= Q(object_type="papers.paper", object_id__in=[str(key) for key in papers])
    about |= Q(object_type="payments.invoice", object_id__in=[str(key) for key in invoices])
    chosen: dict[str, Q] = {
        **{label: Q(**{path: case.pk}) for label, path in _OF_CASE.items()},
        "papers.Paper": Q(pk__in=papers),
        "esignature.SignatureRecord": Q(paper__in=papers),
        "payments.Invoice": Q(pk__in=invoices),
        "payments.Payment": Q(invoice__in=invoices),
        "messaging.Message": Q(about=f"cases.case:{case.pk}"),
        "audit.AuditEntry": about,
    }
    for label, condition in chosen.items():
        model = apps.get_model(label)
        yield Table.of(model), model._default_manager.filter(condition)
