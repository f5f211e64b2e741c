"""`tinhso verify`: signatures of a PDF."""

import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from tinhso.config.process import start_django
from tinhso.config.sentences import OperatorError


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="The document.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Who signed this PDF, when, and is it intact? Exit status 1 when any signature is broken or not trusted, or there is none.

    Needs no database: the file and this installation's trusted certificates are enough.

    Example: tinhso verify result.pdf --json
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"Không đọc được {file}: {error.strerror}.", f"{file} cannot be read: {error.strerror}.") from error
    start_django()
    from tinhso.blocks.esignature.verify import verify_pdf

    report = verify_pdf(content)
    facts: dict[str, Any] = asdict(report) if is_dataclass(report) else dict(report)
    good = bool(report.signatures) and all(signature.intact and signature.trusted for signature in report.signatures)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, default=str, indent=2))
    else:
        typer.echo(report.sentence)
        for signature in report.signatures:
            typer.echo(f"  {'✓' if signature.intact and signature.trusted else '✗'} {signature.sentence}")
    if not good:
        raise typer.Exit(1)
