"""`tinhso verify`: signatures of a PDF."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tinhso.config.process import start_django
from tinhso.config.sentences import OperatorError


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="The document.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Who signed this PDF, when, and is it intact? Exit status 0 only when it is certainly valid.

    Needs no database: the file and this installation's trusted certificates are enough.

    Example: tinhso verify result.pdf --json
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"Không đọc được {file}: {error.strerror}.", f"{file} cannot be read: {error.strerror}.") from error
    start_django()
    from tinhso.blocks.esignature.verify import Verdict, verify_pdf

    report = verify_pdf(content)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(report.sentence)
        for signature in report.signatures:
            typer.echo(f"  {'✓' if signature.verdict is Verdict.VALID else '✗'} {signature.signer}: {signature.reason}")
    if report.ok is not Verdict.VALID:
        raise typer.Exit(1)
