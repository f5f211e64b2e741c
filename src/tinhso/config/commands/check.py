"""`tinhso check`: the state of every part."""

import json
import logging
from contextlib import ExitStack
from typing import Annotated

import typer

from tinhso.config import supervisor
from tinhso.config.process import product, start_django
from tinhso.config.sentences import OperatorError


def command(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """The state of every part and every outside system, with advice. Exit status 1 when anything has failed.

    \b
    ok              it works
    ok: demo        it works, as a declared demonstration
    not configured  optional, and not set up
    failed          see the advice

    Example: tinhso check --json
    """
    with ExitStack() as stack:
        rows = [_web()]
        try:
            stack.enter_context(product())
        except OperatorError as error:
            rows.append({"app": "system", "part": "database", "state": "failed", "detail": error.en, "advice": "make run"})
            start_django()
        from django.utils.translation import override

        from tinhso.kernel.web.status import all_checks

        logging.disable()  # what breaks is in the answer
        with override("en"):
            rows += [
                {
                    "app": config.label,
                    "part": check.part,
                    "state": check.state,
                    "detail": ", ".join(filter(None, (str(check.detail), check.secret))),
                    "advice": str(check.advice),
                }
                for config, check in all_checks()
            ]
    good = all(row["state"] != "failed" for row in rows)
    if as_json:
        typer.echo(json.dumps({"good": good, "checks": rows}, ensure_ascii=False, indent=2))
    else:
        _show(rows)
    if not good:
        raise typer.Exit(1)


def _web() -> dict[str, str]:
    there = supervisor.running()
    if there is None:
        return {"app": "system", "part": "web", "state": "failed", "detail": "not running", "advice": "tinhso run"}
    address = supervisor.Address.from_url(str(there["url"]))
    ready = address.answers("/readyz")
    return {
        "app": "system",
        "part": "web",
        "state": "ok" if ready else "failed",
        "detail": str(there["url"]),
        "advice": "" if ready else "look into log/web.log of the data folder",
    }


def _show(rows: list[dict[str, str]]) -> None:
    names = [f"{row['app']}: {row['part']}" for row in rows]
    width, state_width = max(map(len, names)), max(len(row["state"]) for row in rows)
    for name, row in zip(names, rows, strict=True):
        mark = "✗" if row["state"] == "failed" else "✓" if row["state"].startswith("ok") else "·"
        colour = "red" if row["state"] == "failed" else None
        typer.secho(f"{mark} {name:<{width}}  {row['state']:<{state_width}}  {row['detail']}".rstrip(), fg=colour)
        if row["advice"]:
            typer.secho(f"  {'':<{width}}  → {row['advice']}", dim=row["state"] != "failed")
