"""`tinhso bench`: what the product promises about speed, measured."""

import sys
from typing import Annotated

import typer

from tinhso.config.environment import ROOT
from tinhso.config.sentences import OperatorError


def command(  # noqa: PLR0917 - options
    cases: Annotated[int, typer.Option(min=500, help="How many cases to fill the database with.")] = 100_000,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long each row is measured, at most.")] = 5,
    clients: Annotated[str, typer.Option(help="Clients at once, one number for each run.")] = "1,4,16",
    port: Annotated[int, typer.Option(help="Where the server under measurement listens, on 127.0.0.1.")] = 8090,
    only: Annotated[str, typer.Option(help="Only the rows with these words in their title.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Use the database as the last run left it.")] = False,
) -> None:
    """Fill a database of its own, start the web server and measure it: requests per second, times, queries, memory.

    The database `tinhso_bench` on the same server is made anew; the product's own data is not touched. Takes about ten
    minutes, and the whole machine: let nothing else run.

    Example: tinhso bench --cases 20000 --seconds 2 --only "API open"
    """
    try:
        numbers = [int(number) for number in clients.split(",")]
    except ValueError:
        raise OperatorError(f"--clients {clients}: hãy viết như 1,4,16", f"--clients {clients}: write it like 1,4,16") from None
    if not (ROOT / "bench" / "run.py").exists():
        raise OperatorError("Phép đo chỉ có trong mã nguồn đầy đủ.", "The benchmark comes with the whole source tree only.")
    sys.path.insert(0, str(ROOT))
    # the benchmark lies beside the product, not in it
    from bench.run import run

    if not run(cases=cases, seconds=seconds, clients=numbers, port=port, keep=keep, only=only):
        raise typer.Exit(1)
