"""Every address × every role × the expected answer. An address without a row fails; so does a row without an address.

The rows are in `url_roles/`, a file for each service. Columns after address and method: nobody signed in · the applicant ·
another citizen · the commune's reception, specialist and chairman · the province's manager and administrator · a chairman of
another commune. Each cell is the status of a request with an empty form; what a person may not know of answers 404, what nobody
may do without signing in leads to the sign-in page (302).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.url_roles.world import World, build_world

from tinhso.config.tests.emptying import empty_tables

pytestmark = pytest.mark.django_db
ROLES = ("nobody", "owner", "citizen", "clerk", "specialist", "chairman", "manager", "admin", "outsider")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once; every request is taken back. Committed: for a transaction open so long the audit log's sealer would wait."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                world = build_world(tmp_path_factory.mktemp("world"))
            yield world
        finally:
            empty_tables()


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    expected: tuple[int, ...]
    arguments: dict[str, str]


def _rows() -> list[Row]:
    files = sorted(Path(__file__).parent.glob("url_roles/*.txt"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [_row(*line.split()) for line in lines if line and not line.startswith("#")]


def _row(address: str, method: str, *cells: str) -> Row:
    """`address`: its name, and after a question mark its arguments where the world makes none."""
    name, _mark, given = address.partition("?")
    return Row(name, method, tuple(map(int, cells)), dict(parse_qsl(given)))


def _addresses(resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or f"?{pattern.pattern}"))
        else:
            yield from _addresses(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    named = set(_addresses())
    assert {row.name for row in _rows()} == named


def _answers(world: World, row: Row) -> tuple[int, ...]:
    return tuple(_ask(world, row, role) for role in ROLES)


def _ask(world: World, row: Row, role: str) -> int:
    client = world.client
    client.cookies = SimpleCookie(world.sessions.get(role))
    with _taken_back():
        address = reverse(row.name, kwargs=row.arguments or world.arguments.get(row.name, {}))
        data = b"" if row.method == "GET" else b"x=1"
        return client.generic(row.method, address, data=data, content_type="application/x-www-form-urlencoded").status_code


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row.method} {row.name}")
def test_an_address_answers_each_role_as_the_table_says(world: World, row: Row) -> None:
    assert dict(zip(ROLES, _answers(world, row), strict=True)) == dict(zip(ROLES, row.expected, strict=True))
