"""The first page on a cheap phone: under 200 kB over the air, counted as the product really sends it.

The static files are those that set-up built (fingerprinted, compressed once), served by WhiteNoise as the browser accepts;
pages themselves go out uncompressed. What is added up is the `Content-Length` of every answer to a browser that has never been
here, headers left out.
"""

import os
import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Page, Response
from tests.conftest import PHONE
from tests.journeys.commune import BIRTH, Commune

from tinhso.config.environment import data_dir
from tinhso.config.install import collect_static_files

pytestmark = pytest.mark.browser
LIMIT = 200_000


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def product(settings, monkeypatch: pytest.MonkeyPatch, commune: Commune) -> Iterator[str]:
    """The address of the product with its static files built. The tests' own live server knows only their sources."""
    monkeypatch.setenv("TINHSO_DATA", os.environ.get("TINHSO_TEST_MADE") or os.environ["TINHSO_DATA"])
    collect_static_files()
    settings.STATIC_ROOT = data_dir() / "static"
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "tinhso.config.static.BuiltStaticFiles"}}
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_the_first_page_is_light(product: str, open_browser: Callable[..., Page]) -> None:
    for address in ("/", f"/thu-tuc/{BIRTH}/", "/phan-anh/", "/phan-anh/gui/"):
        page = open_browser(viewport=PHONE)
        answers: list[Response] = []
        page.on("response", lambda answer, heard=answers: heard.append(answer))
        page.goto(product + address, wait_until="networkidle")
        sizes = {answer.url: int(answer.headers.get("content-length") or len(answer.body())) for answer in answers}
        print(address, sum(sizes.values()), "bytes in", len(sizes), "answers")
        assert any(answer.headers.get("content-encoding") == "br" for answer in answers if "tabler" in answer.url)
        assert all(answer.ok for answer in answers)
        assert sum(sizes.values()) < LIMIT, sizes
