"""Fixtures for tests that cross applications: a real browser on the live server."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def open_browser(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Opens a page of a fresh browser (no cookies): `open_browser(viewport=PHONE, java_script_enabled=False)`.

    Afterwards the test fails if a script broke or the content security policy was violated on any of the pages.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(**options: object) -> Page:
        settings = {"viewport": DESK, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "service_workers": "block"}
        context = chromium.new_context(base_url=live_server.url, **settings | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if "Security Policy" in said.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_browser) -> Page:
    """A desk-sized page of a visitor."""
    return open_browser()
