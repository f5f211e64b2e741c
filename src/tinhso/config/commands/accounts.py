"""`tinhso accounts`: accounts of officials, made from the command line."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tinhso.config.process import product
from tinhso.config.sentences import OperatorError

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Agency

app = typer.Typer(help="Accounts of officials: the first administrator, a new password.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="USERNAME", help="The name to sign in with.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


@app.callback()
def accounts() -> None:
    """Accounts of officials: the first administrator, a new password."""


@app.command()
def add(
    username: Username,
    *,
    name: Annotated[str, typer.Option("--name", help="The person's full name.")],
    role: Annotated[str, typer.Option("--role", help="What the person's post may do (docs/security.md).")] = "admin",
    title: Annotated[str, typer.Option("--title", help="Of the post; else the role's own name.")] = "",
    agency: Annotated[str, typer.Option("--agency", metavar="CODE", help="Identifier, H20.14; else the province.")] = "",
    email: Annotated[str, typer.Option("--email", help="For messages, and to get back in.")] = "",
    province: Annotated[
        str, typer.Option("--province", metavar="UNIT:CODE", help="In an empty installation: unit and identifier, 82:H20.")
    ] = "",
    password_stdin: FromInput = False,
) -> None:
    """Enter an official with a post and an account. Without --role: an administrator at the province.

    The password is asked for without showing it; programs hand it in by --password-stdin, so that it stands in no list of
    processes and in no history. The first one of an empty installation founds the province's agency too, with --province.

    \b
    Examples: tinhso accounts add quantri --name "Lê Văn An" --province 82:H20
              tinhso accounts add chutich --name "Trần Thị Bích" --role signer --title "Chủ tịch" --agency H20.14
    """
    with product():
        from django.db import transaction

        from tinhso.services.accounts.actions.officials import add_official

        given = _password(from_input=password_stdin)
        with transaction.atomic():
            at = _agency(agency, province)
            account = add_official(username, given, full_name=name, agency=at, role=role, title=title, email=email)
        typer.echo(f"✓ {account.username}: {account.person.full_name} · {at.name}")


@app.command()
def password(username: Username, *, password_stdin: FromInput = False) -> None:
    """Give an account a new password; its sessions end. For whoever runs the machine, when nobody else can get back in.

    Example: tinhso accounts password quantri
    """
    with product():
        from tinhso.blocks.identity.actions import set_password
        from tinhso.blocks.identity.queries import account_named

        account = account_named(username)
        if account is None:
            raise OperatorError(f"Không có tài khoản {username}.", f"There is no account {username}.")
        set_password(account, _password(from_input=password_stdin), by=None)
        typer.echo(f"✓ {account.username}")


def _agency(code: str, province: str) -> "Agency":
    """The agency with this code; without one the province's, which is founded in an empty installation."""
    from tinhso.blocks.directory.models import Agency
    from tinhso.services.accounts.actions.officials import province_agency

    found = Agency.objects.filter(code=code.upper(), active=True).first() if code else province_agency()
    if found:
        return found
    if code:
        raise OperatorError(f"Không có cơ quan mang mã {code}.", f"There is no agency with the code {code}.")
    if not province:
        raise OperatorError(
            "Chưa có cơ quan nào; hãy thêm --province MÃ_TỈNH:MÃ_ĐỊNH_DANH, ví dụ --province 82:H20.",
            "There is no agency yet; add --province UNIT:CODE, for example --province 82:H20.",
        )
    return _founded(province)


def _founded(province: str) -> "Agency":
    """The province's agency, made now; the list of units is loaded first where there is none."""
    from tinhso.blocks.directory.actions import load_units
    from tinhso.blocks.directory.models import Unit
    from tinhso.services.accounts.actions.officials import found_province

    unit, colon, code = province.partition(":")
    if not (unit and colon and code):
        raise OperatorError(f"--province {province}: hãy viết như 82:H20.", f"--province {province}: write it like 82:H20.")
    if not Unit.objects.exists():
        typer.echo("  … đơn vị hành chính / administrative units", err=True)
        load_units(by=None)
    return found_province(unit.strip(), code.strip())


def _password(*, from_input: bool) -> str:
    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = getpass.getpass("Mật khẩu / password: ")
        if getpass.getpass("Nhập lại / once more: ") != given:
            raise OperatorError("Hai lần nhập không giống nhau.", "The two are not the same.")
    else:
        raise OperatorError(
            "Không hỏi được mật khẩu ở đây; hãy dùng --password-stdin.",
            "The password cannot be asked for here; use --password-stdin.",
        )
    if not given:
        raise OperatorError("Chưa có mật khẩu.", "No password was given.")
    return given
