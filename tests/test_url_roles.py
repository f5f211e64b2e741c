"""Every address × every role × the expected answer. An address without a row fails; so does a row without an address.

Columns: nobody signed in · the applicant · another citizen · the commune's reception, specialist and chairman · the
province's manager and administrator · a chairman of another commune. Each cell is the status of a request with an empty
form; what a person may not know of answers 404, what nobody may do without signing in leads to the sign-in page (302).
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

# the rows of a service or floor are in url_roles/, a file each
TABLE = """
# address                  method  nobody owner citizen clerk specialist chairman manager admin outsider
portal:correct             GET    302  409  404  404  404  404  404  404  404
portal:correct             POST   302  409  404  404  404  404  404  404  404
portal:complain            POST   302  422  404  404  404  404  404  404  404
reports:queue              GET    302  404  404  403  403  403  200  403  403
reports:staff_figures      GET    302  404  404  403  403  403  200  403  403
reports:figure             GET    302  404  404  403  403  403  404  403  403
reports:points             GET    302  404  404  403  403  403  422  403  403
reports:report             GET    302  404  404  404  404  404  404  404  404
reports:photo              GET    302  404  404  404  404  404  404  404  404
reports:blur               GET    302  404  404  404  404  404  404  404  404
reports:blur               POST   302  404  404  404  404  404  404  404  404
reports:released           GET    302  404  404  404  404  404  404  404  404
reports:deed               POST   302  404  404  404  404  404  404  404  404
reports:routing            GET    302  404  404  403  403  403  200  403  403
reports:routing            POST   302  404  404  403  403  403  302  403  403
reports:decide_routing     POST   302  404  404  403  403  403  302  403  403
reports:contractor         GET    404  404  404  404  404  404  404  404  404
reports:contractor         POST   404  404  404  404  404  404  404  404  404
reports:contractor_photo   GET    404  404  404  404  404  404  404  404  404
readyz                     GET    200  200  200  200  200  200  200  200  200
service-worker             GET    200  200  200  200  200  200  200  200  200
processes:approve           POST  302  404  404  403  403  403  409  409  403
"""


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
    """The table above, and those in the folder."""
    tables = [TABLE, *(file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("url_roles/*.txt")))]
    lines = [line.split() for table in tables for line in table.splitlines() if line.strip() and not line.startswith("#")]
    return [_row(*line) for line in lines]


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
