"""`tinhso db`: the database."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from tinhso.config import schema
from tinhso.config.process import product
from tinhso.config.sentences import OperatorError

app = typer.Typer(help="The database: bring it up to date, ask it.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """The database: bring it up to date, ask it."""


@app.command()
def migrate() -> None:
    """Bring the tables up to the version of the code, and set what the application's role may do.

    Runs as the owner of the schema (with another server: DATABASE_OWNER_URL, else DATABASE_URL). Safe to repeat.

    Example: tinhso db migrate
    """
    with product(as_owner=True):
        steps = schema.migrate(lambda text: typer.echo(f"  … bảng dữ liệu / tables: {text}"))
    typer.echo(f"  ✓ bảng dữ liệu / tables: {f'{steps} bước / steps' if steps else 'đã mới nhất / up to date'}")


@app.command()
def shell(
    sql: Annotated[
        str | None, typer.Option("-c", metavar="SQL", help="The statement; without it, read from standard input.")
    ] = None,
    owner: Annotated[bool, typer.Option("--owner", help="As the owner of the schema; else as the application.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Rows as JSON objects.")] = False,
) -> None:
    """Ask the database in SQL, with the application's rights: no change of tables, no rewriting of the audit log.

    Example: tinhso db shell -c "SELECT code, name FROM directory_unit LIMIT 5"
    """
    statement = sql or sys.stdin.read()
    with product(as_owner=owner):
        from django.db import DatabaseError, connection

        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                answers = list(_answers(cursor))
        except DatabaseError as error:
            said = str(error).strip().splitlines()[0]
            raise OperatorError(f"Cơ sở dữ liệu từ chối: {said}", f"The database refuses: {said}") from error
    if as_json:
        rows = [dict(zip(names, row, strict=True)) for names, found, _count in answers for row in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    for names, found, count in answers:
        for row in found:
            typer.echo("|".join("" if value is None else str(value) for value in row))
        if not names:
            typer.echo(f"{max(count, 0)} dòng / rows")


def _answers(cursor: Any) -> Iterator[tuple[list[str], list[tuple[Any, ...]], int]]:
    """Names of columns, rows, and rows touched, of every statement there was."""
    while True:
        names = [column.name for column in cursor.description or ()]
        yield names, cursor.fetchall() if names else [], cursor.rowcount
        if not cursor.nextset():
            return
