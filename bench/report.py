"""The measured table, in Markdown, as it stands in README.md."""

import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from django.db import connection

from bench.client import Outcome
from bench.server import Spent

_HEAD = ("", "clients", "requests/s", "p50 ms", "p95 ms", "queries", "web CPU ms", "database CPU ms", "memory MB", "loop ms")
_LIBRARIES = ("django", "django-ninja", "granian", "psycopg")


@dataclass(frozen=True)
class Line:
    """One run.

    `spent`: processor seconds; `memory`: resident megabytes of the web server, shared pages counted once; `loop`: see `turns`.
    """

    title: str
    clients: int
    outcome: Outcome
    queries: int
    spent: Spent
    memory: float
    loop: float

    @property
    def failure(self) -> str:
        """Why the row does not count; empty when it does."""
        if self.outcome.refused:
            return f"refused {dict(self.outcome.refused)}\n{self.outcome.example}"
        return "" if self.outcome.seconds else "nothing was left to ask for; fill the database anew (without --keep)"

    def cells(self) -> list[str]:
        answers = max(1, len(self.outcome.seconds) + self.outcome.refused.total())
        return [
            self.title,
            str(self.clients),
            f"{self.outcome.rate:.0f}",
            f"{self.outcome.milliseconds(0.50):.1f}",
            f"{self.outcome.milliseconds(0.95):.1f}",
            str(self.queries),
            f"{1000 * self.spent.web / answers:.1f}",
            f"{1000 * self.spent.database / answers:.1f}",
            f"{self.memory:.0f}",
            f"{self.loop:.1f}",
        ]


def turns() -> float:
    """Milliseconds a loop of 400,000 additions takes right now: how fast the machine is, where others share its processor."""
    began, turn = time.perf_counter(), 0
    while turn < 400_000:
        turn += 1
    return 1000 * (time.perf_counter() - began)


def heading(cases: int, seconds: float) -> str:
    """When, where, with what."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [["server_version", "fsync", "synchronous_commit"]]
        )
        setting = dict(cursor.fetchall())
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    cores = f"{os.cpu_count()} cores ({_processor()})"
    return "\n".join(
        (
            f"{datetime.now().astimezone():%d/%m/%Y %H:%M} · {cores} · load before: {os.getloadavg()[0]:.1f}",
            f"Python {platform.python_version()}, {libraries}",
            f"PostgreSQL {setting['server_version'].split()[0]}, fsync {setting['fsync']}, "
            f"synchronous_commit {setting['synchronous_commit']}",
            f"{cases:,} cases · up to {seconds:g} s a row",
        )
    )


def table(lines: Sequence[Line]) -> str:
    rows = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" + "--:|" * (len(_HEAD) - 1)]
    rows += ["| " + " | ".join(line.cells()) + " |" for line in lines]
    return "\n".join(rows)


def growth(counts: Mapping[int, Mapping[str, int]]) -> dict[str, list[int]]:
    """The requests that take more queries where there is more."""
    titles = next(iter(counts.values()))
    found = {title: [of[title] for of in counts.values()] for title in titles}
    return {title: numbers for title, numbers in found.items() if max(numbers) > numbers[0]}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
