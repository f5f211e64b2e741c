"""How a process of the product gets at the product: a lease on the database, and Django set up in the right role."""

import contextlib
import os
from collections.abc import Iterator

from tinhso.config import postgres
from tinhso.config.sentences import OperatorError


@contextlib.contextmanager
def product(*, as_owner: bool = False) -> Iterator[None]:
    """Everything set up for one command; the database is running meanwhile, and stops afterwards if nobody else uses it.

    Args:
        as_owner: connect as the owner of the schema instead of the application's role.

    Raises:
        OperatorError: there is no database yet, or it does not start.
    """
    if as_owner:
        os.environ["TINHSO_DB_ROLE"] = "owner"
    with contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            if not postgres.exists():
                raise OperatorError(
                    "Chưa có cơ sở dữ liệu; hãy chạy `make run` một lần (hoặc đặt DATABASE_URL).",
                    "There is no database yet; run `make run` once (or set DATABASE_URL).",
                )
            stack.enter_context(postgres.lease())
        start_django()
        yield


def start_django() -> None:
    """Set Django up. What the process writes from here on (uploads, mail, keys) is closed to other users of the machine."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tinhso.config.settings")
    os.environ.setdefault(
        "TINHSO_LOG_LEVEL", "WARNING"
    )  # a command answers on the screen; what it does on the way is not asked for
    # here and not above: commands that need no Django start ten times faster without it
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
