"""Journeys: whole stories in a real browser, on the small commune of `commune.py`."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from django.db import connection
from playwright.sync_api import Page
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.conftest import DESK, PHONE
from tests.journeys.commune import Commune, found_commune
from tests.journeys.people import Visitor


@pytest.fixture
def commune(transactional_db: None, live_server, settings, tmp_path: Path) -> Commune:
    """The commune, the product running on its own address, mail going to a folder."""
    settings.PUBLIC_URL = live_server.url
    settings.MAIL_DIR, settings.SMS_DIR = tmp_path / "mail", tmp_path / "sms"
    return found_commune()


@pytest.fixture
def on_a_phone(commune: Commune, open_browser: Callable[..., Page]) -> Visitor:
    """A visitor of the commune's portal with a cheap telephone."""
    return Visitor(open_browser(viewport=PHONE, is_mobile=True, has_touch=True))


@pytest.fixture
def at_a_desk(commune: Commune, open_browser: Callable[..., Page]) -> Callable[[str], Visitor]:
    """`at_a_desk("chutich")`: somebody signed in at a desk, in a browser of their own."""

    def sit_down(username: str) -> Visitor:
        return Visitor(open_browser(viewport=DESK)).signs_in(username)

    return sit_down


@pytest.fixture
def run_jobs() -> Callable[[], None]:
    """Do what waits in the queue, as the worker would."""

    def run() -> None:
        while job := ProcrastinateJob.objects.filter(status="todo", scheduled_at=None).order_by("id").first():
            app.tasks[job.task_name].func(**job.args)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])

    return run


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A scanned page as PDF."""
    return blank_pdf(tmp_path / "giay-chung-sinh.pdf")


def blank_pdf(path: Path, pages: int = 1) -> Path:
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(path)
    return path
