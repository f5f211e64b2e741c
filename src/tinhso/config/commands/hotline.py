"""`tinhso hotline`: the telephone of the 1022 line."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from tinhso.config.environment import ROOT
from tinhso.config.process import product
from tinhso.config.sentences import OperatorError

if TYPE_CHECKING:
    from tinhso.services.hotline.models import Line

app = typer.Typer(help="The 1022 line: its SIP exchange, a sample call.", no_args_is_help=True)


@app.callback()
def hotline() -> None:
    """The 1022 line: its SIP exchange, a sample call."""


@app.command()
def ring(
    number: Annotated[str, typer.Option("--from", help="Who calls; without it somebody of the sample.")] = "",
    line: Annotated[str, typer.Option("--line", help="The number dialled.")] = "1022",
    hang_up: Annotated[bool, typer.Option("--hang-up", help="Give up at once: a missed call.")] = False,
) -> None:
    """Let a line with the demonstration adapter ring; the desks of agents who are ready show it within a second.

    Example: tinhso hotline ring --from 0900000090
    """
    with product():
        from tinhso.services.hotline import demo_exchange

        call = demo_exchange.ring(_line(line), number)
        if hang_up:
            demo_exchange.hang_up(call, "cancel")
        typer.echo(call.call_id)


@app.command()
def exchange(
    line: Annotated[str, typer.Argument(help="The number people dial.")],
    *,
    listen: Annotated[str, typer.Option(help="Where Kamailio listens: an address of this machine, and a port.")],
    trunk: Annotated[str, typer.Option(help="The carrier's SIP server, host:port.")],
    network: Annotated[list[str], typer.Option("--from", help="A network the carrier calls from; may be given again.")],
    also: Annotated[list[str] | None, typer.Option(help="How else the carrier writes the number; may be given again.")] = None,
    longest: Annotated[int, typer.Option(help="How many seconds a caller waits for somebody to answer.")] = 90,
    voice: Annotated[str, typer.Option(help="Voice passes through rtpengine, by this address of the machine.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Record calls, after the line's notice has been heard.")] = False,
    browser: Annotated[str, typer.Option(help="wss: address at which agents' browsers reach this exchange.")] = "",
    web: Annotated[str, typer.Option(help="Where Kamailio listens for browsers, behind the proxy.")] = "127.0.0.1:5066",
    control: Annotated[str, typer.Option(help="Where rtpengine takes orders.")] = "127.0.0.1:2223",
    product_url: Annotated[str, typer.Option("--product", help="Where Kamailio reaches the product, if not as people do.")] = "",
) -> None:
    """Join a line by the SIP exchange that comes with the product: write Kamailio's settings, with a new secret address.

    Example: tinhso hotline exchange 1022 --listen 10.1.2.3:5060 --trunk 203.0.113.8:5060 --from 203.0.113.8/32
    """
    with product():
        from django.conf import settings
        from django.urls import reverse

        from tinhso.kernel.errors import Invalid
        from tinhso.services.hotline.actions.setup import join_exchange
        from tinhso.services.hotline.sip import Exchange, require_possible, write_settings

        found = _line(line)
        calls = Exchange(listen, trunk, tuple(network), tuple(also or ()), longest)
        wanted = replace(calls, voice=voice, control=control, records=record, browser=browser, web=web)
        try:
            require_possible(wanted)
        except Invalid as wrong:
            said = " ".join(dict.fromkeys(map(str, wrong.fields.values())))
            raise OperatorError(said, f"These settings cannot be: {', '.join(wrong.fields)}.") from wrong
        secret = join_exchange(found, listen, by=None, voice=control if voice else "", browser_url=browser)
        address = reverse("hotline:event", args=[secret])
        base = (product_url or settings.PUBLIC_URL).rstrip("/")
        try:
            path = write_settings(found, wanted, f"{base}{address}", ROOT / "deploy" / "sip" / "kamailio.cfg")
        except Invalid as wrong:
            raise OperatorError(str(wrong), "Recording needs a notice before it: install Debian's espeak-ng.") from wrong
        typer.echo(f"kamailio -f {path} -DD -E -Y {path.parent / 'run'} -w {path.parent / 'run'}")
        if voice:
            typer.echo(f"rtpengine --config-file={path.parent / 'rtpengine.conf'}")


@app.command()
def phone(
    extension: Annotated[str, typer.Argument(help="The extension of an agent.")],
    line: Annotated[str, typer.Option("--line", help="The number people dial.")] = "1022",
) -> None:
    """A new password for an agent's telephone, shown this once.

    Example: tinhso hotline phone 201
    """
    with product():
        from tinhso.services.hotline.actions.agents import new_phone_password
        from tinhso.services.hotline.models import Agent

        agent = Agent.objects.select_related("line__agency").filter(line=_line(line), extension=extension, active=True).first()
        if agent is None:
            raise OperatorError(f"Không có máy {extension}.", f"There is no extension {extension}.")
        typer.echo(new_phone_password(agent, by=None))


@app.command()
def old(
    remove: Annotated[bool, typer.Option("--remove", help="Delete them now; the worker does it every night.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Conversations kept as long as their line says: what would be deleted. Figures go on counting them.

    Example: tinhso hotline old --remove
    """
    with product():
        from django.db.models import Count, Sum
        from django.utils.timezone import now

        from tinhso.services.hotline.actions.clearing import clear_old_conversations, old_conversations
        from tinhso.services.hotline.conversation_tables import MessageFile
        from tinhso.services.hotline.models import Line

        at, rows = now(), []
        for line in Line.objects.order_by("number"):
            found = old_conversations(line, at)
            files = MessageFile.objects.filter(message__conversation__in=found.order_by())
            facts = files.aggregate(files=Count("pk"), bytes=Sum("file__size", default=0))
            rows.append({"line": line.number, "days": line.conversation_days, "conversations": found.count(), **facts})
        removed = clear_old_conversations(at) if remove else 0
    if as_json:
        typer.echo(json.dumps({"lines": rows, "removed": removed}))
        return
    for row in rows:
        past = f"{row['conversations']} cuộc trao đổi quá {row['days']} ngày / conversations past {row['days']} days"
        typer.echo(f"{row['line']}: {past}, {row['files']} tệp / files, {row['bytes'] / 1_000_000:.1f} MB")
    if remove:
        typer.echo(f"✓ đã xóa {removed} / {removed} deleted")


def _line(number: str) -> "Line":
    from tinhso.services.hotline.models import Line

    found = Line.objects.select_related("agency").filter(number=number, active=True).first()
    if found is None:
        raise OperatorError(
            f"Không có đường dây {number}; hãy nạp dữ liệu mẫu hoặc lập ở /tong-dai/thiet-lap/.",
            f"There is no line {number}; load the sample or set one up at /tong-dai/thiet-lap/.",
        )
    return found
