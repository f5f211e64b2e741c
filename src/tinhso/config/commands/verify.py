"""`tinhso verify`: signatures of a PDF."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from tinhso.config.process import product, start_django
from tinhso.config.sentences import OperatorError


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf", help="The document.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Who signed this PDF, when, and is it intact? Exit status 0 only when it is certainly valid.

    The database knows which of our own certificates are revoked; it is started meanwhile when it does not run. Where there is
    none, the proofs inside the file decide, and what they leave open is unknown.

    Example: tinhso verify result.pdf --json
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"Không đọc được {file}: {error.strerror}.", f"{file} cannot be read: {error.strerror}.") from error
    with ExitStack() as stack:
        _set_up(stack)
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


def _set_up(stack: ExitStack) -> None:
    """With the database, whoever else uses it or not, so that the answer does not depend on what happens to run."""
    try:
        stack.enter_context(product())
    except OperatorError:  # none yet, or it does not start
        start_django()
