"""Statements per request, counted inside this process: the same middleware, views and actions, without a server around them."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection
from django.test import Client

from bench.client import Request
from bench.scenarios import Scenario
from tinhso.config.sentences import OperatorError

_WARM_UP = 10  # of what changes something, which cannot be sent twice: each procedure comes at least once
_READS, _WRITES = 24, 20  # what a request takes depends on its case and procedure: enough to meet the dearest
_NOT_QUERIES = ("SAVEPOINT", "RELEASE SAVEPOINT")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile, without those that only mark a place in a transaction."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_NOT_QUERIES):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def send(request: Request) -> tuple[int, list[str]]:
    """The status of the answer, and the statements it took."""
    headers = dict(request.headers)
    kind = headers.pop("Content-Type", "application/octet-stream")
    with statements() as seen:
        client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        answer = client.generic(request.method, request.path, request.body, content_type=kind, headers=headers)
    return answer.status_code, seen


def queries_of(scenario: Scenario) -> int:
    """How many statements one request takes, caches being warm: the most of some; 0 when nothing is left."""
    drawn = islice(iter(scenario.draw, None), _READS)
    counts = []
    for number, request in enumerate(drawn):
        if request.method == "GET":
            _count(scenario, request)  # what this case and this person need kept is kept now
            counts.append(_count(scenario, request))
        elif number >= _WARM_UP + _WRITES:
            break
        else:
            counts.append(_count(scenario, request) if number >= _WARM_UP else 0)
    return max(counts, default=0)


def _count(scenario: Scenario, request: Request) -> int:
    status, seen = send(request)
    if status >= 400:
        raise OperatorError(f"{scenario.title}: {status} {request.path}", f"{scenario.title} is answered with {status}.")
    return len(seen)
