"""`tinhso clock`: check a due date by hand."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from tinhso.config.process import product
from tinhso.kernel.errors import DomainError
from tinhso.kernel.time import VIETNAM, Calendar, Due, Pause, Term, due
from tinhso.kernel.time.windows import WEEKDAY_NAMES

app = typer.Typer(help="Work out due dates by the law's rules.", no_args_is_help=True)


@app.callback()
def clock() -> None:
    """Work out due dates by the law's rules."""


@app.command("due")
def show_due(
    *,
    received: Annotated[
        str,
        typer.Option("--from", metavar="MOMENT", help="When the case was handed in, e.g. 2026-02-10T09:30; +07:00 unless said."),
    ],
    term: Annotated[
        str, typer.Option(help='"10 days" (working days), "4 hours" (working hours) or "10 calendar days".', metavar="TERM")
    ],
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="START..END", help="The clock stood still; may be given again. No END: it still stands."),
    ] = None,
    agency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Count by this agency's calendar, e.g. H58.05; else the national one.")
    ] = None,
    same_day: Annotated[bool, typer.Option("--same-day", help="Same-day procedure: the 15:00 rule.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """When a term ends, and every day that was passed over, with the reason.

    Example: tinhso clock due --from 2026-02-10T09:30 --term "10 days" --pause 2026-02-11T10:00..2026-02-13T08:00
    """
    try:
        handed_in = _moment(received, "--from")
        answer = due(Term.parse(term), handed_in, _calendar(agency), [_pause(text) for text in pause or ()], same_day=same_day)
        provisional, days = answer.provisional, answer.days
    except (DomainError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        typer.echo(json.dumps(_as_json(answer, handed_in, agency), ensure_ascii=False, indent=2))
        return
    if answer.at:
        typer.echo(f"Due       {answer.at:%d/%m/%Y %H:%M} ({WEEKDAY_NAMES[answer.at.weekday()]})")
    else:
        typer.echo(f"Due       paused since {answer.paused_since:%d/%m/%Y %H:%M}; left: {answer.left and answer.left.label()}")
    typer.echo(f"Term      {answer.term.label()}")
    typer.echo(f"Received  {answer.received:%d/%m/%Y %H:%M} ({WEEKDAY_NAMES[answer.received.weekday()]})")
    for day in days:
        typer.echo(f"  {day.day:%d/%m/%Y}  {'counted' if day.kind == 'counted' else f'passed over: {day.reason}'}")
    if provisional:
        typer.echo("Provisional: the public holidays of a year concerned are not announced yet.", err=True)


def _as_json(answer: Due, handed_in: datetime, agency: str | None) -> dict[str, Any]:
    paused = answer.paused_since
    return {
        "due": answer.at and answer.at.isoformat(),
        "handed_in": handed_in.astimezone(VIETNAM).isoformat(),
        "received": answer.received.isoformat(),
        "term": {"amount": answer.term.amount, "unit": answer.term.unit, "label": answer.term.label()},
        "calendar": agency or "national",
        "skipped": [
            {"date": day.day.isoformat(), "weekday": WEEKDAY_NAMES[day.day.weekday()], "kind": day.kind, "reason": day.reason}
            for day in answer.skipped
        ],
        "counted": [day.isoformat() for day in answer.counted],
        "pauses": [{"start": p.start.isoformat(), "end": p.end and p.end.isoformat()} for p in answer.pauses],
        "paused": {"since": paused.isoformat(), "left": answer.left and answer.left.label()} if paused else None,
        "provisional": answer.provisional,
    }


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a moment like 2026-02-10T09:30", param_hint=option) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _pause(text: str) -> Pause:
    start, dots, end = text.partition("..")
    if not dots:
        raise typer.BadParameter(f"{text!r} is not START..END", param_hint="--pause")
    return Pause(_moment(start, "--pause"), _moment(end, "--pause") if end.strip() else None)


def _calendar(agency: str | None) -> Calendar:
    if agency is None:
        return Calendar.national()
    with product():  # only here is the database needed: without --agency the command works on a machine that has none
        from tinhso.blocks.directory.calendars import agency_calendar_by_code

        return agency_calendar_by_code(agency)
