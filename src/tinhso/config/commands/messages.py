"""`tinhso messages`: what could not be delivered."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer

from tinhso.config.process import product

app = typer.Typer(help="Messages that could not be delivered: list them, send them again.", no_args_is_help=True)
Days = Annotated[int, typer.Option("--days", min=1, help="Those written in the last so many days.")]


@app.callback()
def messages() -> None:
    """Messages that could not be delivered: list them, send them again."""


@app.command()
def failed(days: Days = 14, as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """What was given up after a day of tries: number, template, channel, why. Neither address nor text is shown.

    Example: tinhso messages failed --json
    """
    with product():
        from tinhso.blocks.messaging.queries import undelivered

        columns = ("id", "template", "channel", "error", "attempts", "created_at")
        rows = list(undelivered(since=_since(days)).values(*columns))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=lambda moment: moment.isoformat(), indent=2))
        return
    for row in rows:
        typer.echo(f"{row['id']:>8}  {row['created_at']:%d/%m/%Y %H:%M}  {row['channel']:<6}  {row['template']}  {row['error']}")
    typer.echo(f"{len(rows)} tin không gửi được / messages not delivered")


@app.command()
def retry(days: Days = 14) -> None:
    """Put them into the queue again, once the cause is mended. Codes, which have long expired, are not sent again.

    Example: tinhso messages retry
    """
    with product():
        from tinhso.blocks.messaging.actions import send_failed_again

        count = send_failed_again(since=_since(days), by=None)
    typer.echo(f"✓ {count} tin được xếp hàng lại / messages are in the queue again")


def _since(days: int) -> datetime:
    from django.utils.timezone import now

    return now() - timedelta(days=days)
