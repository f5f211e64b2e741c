"""A database and a data folder of the benchmark's own, beside the product's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tinhso.config import postgres
from tinhso.config.environment import ROOT, data_dir
from tinhso.config.sentences import OperatorError

DATABASE = "tinhso_bench"


@contextmanager
def place(*, keep: bool) -> Iterator[None]:
    """Let this process, and those it starts, work in the benchmark's database, here as the owner of the schema.

    Args:
        keep: leave what an earlier run filled; otherwise the database is made anew.

    Raises:
        OperatorError: the database cannot be made.
    """
    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(postgres.lease(print))
            owner = postgres.owner_url()
            app = owner.replace(postgres.OWNER, postgres.APP)
        else:
            app = os.environ["DATABASE_URL"]
            owner = os.environ.get("DATABASE_OWNER_URL") or app
        made = _make(owner, keep=keep)
        _own_folder()
        os.environ.update(
            {
                "DATABASE_URL": _renamed(app),
                "DATABASE_OWNER_URL": _renamed(owner),
                "TINHSO_DB_ROLE": "owner",
                "TINHSO_DEBUG": "",
                "TINHSO_SAMPLE": "today",  # the measured cases are copies of its own
                "TINHSO_NATIONAL_PORTAL": "off",  # the sample one would be told of every case
                "DJANGO_SETTINGS_MODULE": "tinhso.config.settings",
            }
        )
        if made:
            _tinhso("db", "migrate")
            _tinhso("demo", "load")
        yield


def _renamed(url: str) -> str:
    parts = urlsplit(url)
    if not parts.netloc:  # "//@/name?host=…" keeps its empty server only when said
        return url.replace(parts.path, f"/{DATABASE}", 1)
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))


def _make(owner: str, *, keep: bool) -> bool:
    """Make the database unless it is to be kept. Only ever drops the one of this name."""
    name = sql.Identifier(DATABASE)
    try:
        with psycopg.connect(owner, dbname="postgres", autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if there and keep:
                return False
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
        raise OperatorError(
            f"Không tạo được cơ sở dữ liệu {DATABASE}: {said}", f"The database {DATABASE} cannot be made: {said}"
        ) from error
    return True


def _own_folder() -> None:
    """Files and keys in a folder of their own; pages and styles are those of the product."""
    product = data_dir()
    own = product / "bench"
    own.mkdir(parents=True, exist_ok=True)
    for shared in ("static", "vendor"):
        link = own / shared
        if (product / shared).is_dir() and not link.exists():
            link.symlink_to(product / shared)
    os.environ["TINHSO_DATA"] = str(own)


def _tinhso(*words: str) -> None:
    command = [sys.executable, "-m", "tinhso.config.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    if subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:
        raise SystemExit(1)
