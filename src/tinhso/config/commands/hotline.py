"""`tinhso hotline`: the demonstration exchange of the 1022 line."""

from typing import Annotated

import typer

from tinhso.config.process import product
from tinhso.config.sentences import OperatorError

app = typer.Typer(help="The 1022 line: let it ring with a sample call.", no_args_is_help=True)


@app.callback()
def hotline() -> None:
    """The 1022 line: let it ring with a sample call."""


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
        from tinhso.services.hotline.models import Line

        found = Line.objects.select_related("agency").filter(number=line, active=True).first()
        if found is None:
            raise OperatorError(
                f"Không có đường dây {line}; hãy nạp dữ liệu mẫu hoặc lập ở /tong-dai/thiet-lap/.",
                f"There is no line {line}; load the sample or set one up at /tong-dai/thiet-lap/.",
            )
        call = demo_exchange.ring(found, number)
        if hang_up:
            demo_exchange.hang_up(call, "cancel")
        typer.echo(call.call_id)
