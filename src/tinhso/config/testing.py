"""pytest's way into the house: loaded by `-p tinhso.config.testing` (pyproject.toml) before Django's settings are read.

Tests use the product's own cluster unless DATABASE_URL says otherwise, as the owner of the schema, in a database of their own
(TINHSO_TEST_DB); files, mail and keys go to a folder that is removed afterwards. So `make test`, `.venv/bin/pytest path` and a
running product do not disturb each other.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tinhso.config import postgres
from tinhso.config.environment import data_dir
from tinhso.config.sentences import OperatorError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_held = ExitStack()
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a turning wheel, allowed without asking
    "--use-fake-ui-for-media-stream",
)


def _prepare() -> None:
    """Set the environment; in the first process of a run, start the database."""
    os.environ.setdefault("TINHSO_DB_ROLE", "owner")
    os.environ.setdefault("TINHSO_STATIC", "sources")
    # Playwright keeps an event loop in the tests' thread, which makes Django take every query for one made in async code
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # jit: a server that compiles statements, as PostgreSQL does unless told otherwise, spends a second on each small commit
    os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off -c jit=off")
    _make_examples_steady()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        if "DATABASE_URL" not in os.environ:
            _held.enter_context(postgres.lease(print))
            os.environ["DATABASE_URL"] = postgres.owner_url()
        if "TINHSO_DATA" not in os.environ:
            vendor = data_dir() / "vendor"
            os.environ["TINHSO_TEST_MADE"] = str(data_dir())  # where set-up made what browsers load
            os.environ["TINHSO_DATA"] = os.environ["TINHSO_TEST_DATA"] = tempfile.mkdtemp(prefix="tinhso-test-")
            _held.callback(shutil.rmtree, os.environ["TINHSO_DATA"], ignore_errors=True)
            if vendor.is_dir():
                (data_dir() / "vendor").symlink_to(vendor)
    elif "TINHSO_TEST_DATA" in os.environ:
        shared = Path(os.environ["TINHSO_TEST_DATA"])
        mine = shared / worker
        mine.mkdir(exist_ok=True)
        if (shared / "vendor").exists() and not (mine / "vendor").exists():
            (mine / "vendor").symlink_to((shared / "vendor").resolve())
        os.environ["TINHSO_DATA"] = str(mine)
    if "TINHSO_TEST_DATA" in os.environ:
        (data_dir() / "static").mkdir(exist_ok=True)  # its absence would be warned of in every test


def _make_examples_steady() -> None:
    """The same examples each time, so that a change is judged by itself; `--hypothesis-profile search` looks for new ones."""
    from hypothesis import settings

    settings.register_profile("search", derandomize=False)
    settings.register_profile("steady", derandomize=True)
    settings.load_profile("steady")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    try:
        _prepare()
    except OperatorError as error:
        pytest.exit(str(error), returncode=1)
    return (yield)


def pytest_configure() -> None:
    from django.conf import settings
    from django.db.models.signals import post_migrate
    from django.test import TransactionTestCase

    # a fixture that reaches the database before pytest-django has made the test's own must fail, not write to the real one
    settings.DATABASES["default"]["NAME"] = settings.DATABASES["default"]["TEST"]["NAME"]

    # hashing a password is slow on purpose, and tests sign in often
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    # the middleware of each test client would look through all static files, where looking up the one asked for is enough
    settings.WHITENOISE_AUTOREFRESH = True

    from tinhso.config.tests.emptying import empty_tables

    post_migrate.connect(_let_the_audit_log_be_emptied)
    TransactionTestCase._fixture_teardown = lambda test: empty_tables()  # type: ignore[attr-defined]


def pytest_collection_finish() -> None:
    """Look for garbage seldom: looking through all that stays to the end took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _let_the_audit_log_be_emptied(sender: object, using: str, **kwargs: object) -> None:
    """The audit log's guard against TRUNCATE would refuse what is done after a test with real transactions."""
    if getattr(sender, "label", "") == "audit":
        from django.db import connections

        from tinhso.config.grants import APPEND_ONLY

        with connections[using].cursor() as cursor:
            for table in APPEND_ONLY:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _held.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One real browser for all journeys of a process."""
    from playwright.sync_api import sync_playwright

    # the shell without windows takes half the processor time for the same pages
    path = os.environ.get("TINHSO_CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_SWITCHES))
        yield browser
        browser.close()
