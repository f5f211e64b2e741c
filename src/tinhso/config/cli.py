"""The `tinhso` command line.

A group of commands is a module in `config/commands/`: `tinhso audit verify` is the function `verify` of the Typer `app` in
`commands/audit.py`. A module with a `command` function instead of an `app` is a single command (`tinhso run`). Nobody lists them.
Only the module that is asked for is imported, so that every command starts quickly; `--help` imports them all.
"""

import pkgutil
import sys
from importlib import import_module

import typer

from tinhso.config import commands
from tinhso.config.sentences import OperatorError, explain, tell

_HELP = """
Tỉnh Số: run it, look after it, check it.

\b
Examples:
  tinhso run                            start everything; Ctrl-C stops it
  tinhso check                          the state of every part, with advice
  tinhso units show 82 --on 2022-01-01  a unit of the country on a day
  tinhso audit verify                   has anybody touched the audit log?
  tinhso verify result.pdf              who signed this, and is it intact?

Settings come from the environment: DATABASE_URL, HOST, PORT, TINHSO_DATA, TINHSO_SAMPLE … (docs/operations.md). Commands
that answer have --json; the exit status is 0 only when all is well.
"""


def command_names() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(commands.__path__) if not module.ispkg]


def build(only: str | None = None) -> typer.Typer:
    """The command line, with every command or `only` one."""
    cli = typer.Typer(help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

    @cli.callback()
    def tinhso() -> None:
        pass

    tinhso.__doc__ = _HELP
    for name in command_names():
        if only in (None, name):
            loaded = import_module(f"{commands.__name__}.{name}")
            if hasattr(loaded, "app"):
                cli.add_typer(loaded.app, name=name)
            else:
                cli.command(name)(loaded.command)
    return cli


def main() -> None:
    """Entry point. What the operator can mend is told in a sentence; anything else is a fault of ours and shows its traceback."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        build(asked if asked in command_names() else None)(prog_name="tinhso", standalone_mode=True)
    except OperatorError as error:
        tell(error)
        sys.exit(1)
    except OSError as error:
        tell(explain(error))
        sys.exit(1)
    except Exception as error:
        if _is_refusal(error):
            print(f"✗ {error}", file=sys.stderr)
            for message in getattr(error, "fields", {}).values():
                print(f"  {message}", file=sys.stderr)
        elif _is_database_trouble(error):
            tell(_DATABASE_TROUBLE)
            print(f"  ({str(error).splitlines()[0]})", file=sys.stderr)
        else:
            raise
        sys.exit(1)


_DATABASE_TROUBLE = OperatorError(
    "Cơ sở dữ liệu chưa sẵn sàng hoặc thiếu bảng; hãy chạy `make run` một lần hoặc `tinhso db migrate`, rồi xem `tinhso check`.",
    "The database is not ready or lacks tables; run `make run` once or `tinhso db migrate`, then look at `tinhso check`.",
)


def _is_database_trouble(error: Exception) -> bool:
    """Whether the database refused or has no such table; asked without importing Django."""
    errors = sys.modules.get("django.db.utils")
    return errors is not None and isinstance(error, (errors.ProgrammingError, errors.OperationalError))


def _is_refusal(error: Exception) -> bool:
    """Whether it is one of the kernel's errors, which carry a sentence; asked without importing Django."""
    errors = sys.modules.get("tinhso.kernel.errors")
    return errors is not None and isinstance(error, errors.DomainError)


if __name__ == "__main__":
    main()
