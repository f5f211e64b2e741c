"""`tinhso demo`: the sample province."""

import json
import os
from typing import Annotated

import typer

from tinhso.config import postgres, schema, supervisor
from tinhso.config.process import product
from tinhso.config.sentences import OperatorError

SAMPLES = ("today", "three-tier")

app = typer.Typer(help="The sample province: load it, see its accounts, start it afresh.", no_args_is_help=True)


@app.callback()
def demo() -> None:
    """The sample province: load it, see its accounts, start it afresh."""


@app.command()
def load(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only into an empty database; otherwise do nothing.")] = False,
) -> None:
    """Fill an empty database with Tiền Giang: units, agencies, people, procedures, cases. All or nothing.

    TINHSO_SAMPLE=three-tier loads the province as it was until 30/06/2025, TINHSO_SAMPLE=today as part of Đồng Tháp.

    Example: tinhso demo load
    """
    _require_choice()
    with product():
        if _filled():
            if if_empty:
                return
            raise OperatorError(
                "Cơ sở dữ liệu đã có dữ liệu; hãy dùng `tinhso demo reset` để làm lại từ đầu.",
                "The database is not empty; `tinhso demo reset` starts afresh.",
            )
        _load()


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete EVERYTHING in the product's own database and load the sample province afresh.

    Only for the product's own database, and only while nothing runs. Keys and certificates stay.

    Example: tinhso demo reset --yes
    """
    _require_choice()
    if schema.application_role() != postgres.APP:
        raise OperatorError(
            "Lệnh này chỉ dùng cho cơ sở dữ liệu riêng của sản phẩm, không dùng với DATABASE_URL.",
            "This is for the product's own database only, not for DATABASE_URL.",
        )
    if supervisor.running():
        raise OperatorError("Hãy dừng Tỉnh Số trước: tinhso stop", "Stop Tỉnh Số first: tinhso stop")
    if not yes:
        typer.confirm("Xoá toàn bộ dữ liệu và nạp lại dữ liệu mẫu? (Delete all data and load the sample afresh?)", abort=True)
    with postgres.lease(typer.echo):
        postgres.empty_database()
        supervisor.prepare_database()


@app.command()
def accounts(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """The accounts to try the sample with.

    Example: tinhso demo accounts
    """
    with product():
        from tinhso.blocks.identity.queries import SAMPLE_PASSWORD, sample_accounts

        found = [
            {
                "username": login.username,
                "password": SAMPLE_PASSWORD,
                "about": " · ".join(str(part) for part in (login.title, login.agency) if part),
            }
            for login in sample_accounts()
        ]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        for account in found:
            typer.echo(f"{account['username']:<16} {account['password']}  {account['about']}")


def _filled() -> bool:
    from tinhso.blocks.directory.models import Unit

    return Unit.objects.exists()


def _require_choice() -> None:
    chosen = os.environ.get("TINHSO_SAMPLE") or "today"
    if chosen not in SAMPLES:
        raise OperatorError(
            f"TINHSO_SAMPLE={chosen}: hãy đặt là {' hoặc '.join(SAMPLES)} rồi chạy lại.",
            f"TINHSO_SAMPLE={chosen}: set it to {' or '.join(SAMPLES)} and run again.",
        )


def _load() -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from tinhso.config.sample import load_sample

    supervisor.accounts_note().unlink(missing_ok=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="cyan"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("dữ liệu mẫu / sample", total=None)
        load_sample(lambda text: progress.update(task, description=text))
        seconds = progress.tasks[0].elapsed or 0
    typer.echo(f"  ✓ dữ liệu mẫu / sample province  {seconds:.0f}s")
