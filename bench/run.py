"""The whole benchmark: fill, count queries at two sizes, put the server under load, print the table."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.client import put_under_load
from bench.place import place

if TYPE_CHECKING:
    from bench.fill import Filler
    from bench.report import Line
    from bench.scenarios import Scenario
    from bench.server import Server

SMALL = 1_000
_WARM_UP_SECONDS = 1.0
_WARM_UP_SHARE = 20  # of a row's requests, one in so many is spent on warming up


def run(*, cases: int, seconds: float, clients: Sequence[int], port: int, keep: bool = False, only: str = "") -> bool:
    """Measure and print. Returns whether every request was answered well and no number of queries depends on the size.

    Args:
        keep: take the database as an earlier run left it; growth is then not looked for.
        only: what must stand in a row's title, such as "API open".
    """
    console = Console(stderr=True)
    with place(keep=keep):
        django.setup()
        # Django must be set up before anything that has models is imported
        from bench.complaints import lived
        from bench.fill import Filler
        from bench.fill_reports import fill_reports
        from bench.queries import queries_of
        from bench.report import growth, heading, table
        from bench.report_scenarios import ReportStage
        from bench.scenarios import Stage
        from bench.server import server
        from bench.sweep import swept

        filler = None if keep else Filler()
        counts: dict[int, dict[str, int]] = {}
        for size in [cases] if keep else sorted({min(SMALL, cases), cases}):
            if filler:
                _fill(filler, size, console)
                fill_reports(size, complete=size)
            every = [*Stage().scenarios(), *ReportStage().scenarios()]
            scenarios = [scenario for scenario in every if only.lower() in scenario.title.lower()]
            counts[size] = {scenario.title: queries_of(scenario) for scenario in scenarios}
            console.print(f"  ✓ queries counted at {size:,} cases")
        about = heading(cases, seconds)
        lines = []
        with server(port) as running:
            for scenario in scenarios:
                for number in clients:
                    lines.append(_measure(scenario, number, seconds, running, counts[cases][scenario.title]))
                    console.print("  ✓ " + "  ".join(lines[-1].cells()), highlight=False)
        rest = [swept()] if not only or only.lower() == "sweep" else []
        rest += [lived(seconds, at_once=sorted({1, os.cpu_count() or 1}))] if not only or only.lower() == "complaint" else []
        grown = growth(counts)
    print(f"\n{about}\n\n{table(lines)}\n")
    for sentence in rest:
        print(f"{sentence}\n")
    if not keep:
        print(f"Queries a request at {' and '.join(f'{size:,}' for size in counts)} cases: {grown or 'the same everywhere'}")
    failed = [line for line in lines if line.failure]
    for line in failed:
        print(f"\n✗ {line.title}, {line.clients} clients: {line.failure}")
    return not grown and not failed


def _fill(filler: "Filler", wanted: int, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("hồ sơ / cases", total=wanted)
        filler.up_to(wanted, lambda done: progress.update(task, completed=done))


def _measure(scenario: "Scenario", clients: int, seconds: float, server: "Server", queries: int) -> "Line":
    from bench.report import Line, turns

    requests = [request.wire() for request in scenario.requests()]
    warming = requests[: len(requests) // _WARM_UP_SHARE]
    put_under_load(server.port, warming, clients=clients, seconds=_WARM_UP_SECONDS)
    speed, before = turns(), server.spent()
    outcome = put_under_load(server.port, requests[len(warming) :], clients=clients, seconds=seconds)
    spent = server.spent().since(before)
    return Line(scenario.title, clients, outcome, queries, spent, server.megabytes()[1], speed)
