"""What a stranger's address may make the product do: fetch a picture from the Internet, and nothing else."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from time import monotonic

import pytest

from tinhso.blocks.files.fetching import Address, Guard, NotFetched, fetch, is_public

LOOPBACK = ip_address("127.0.0.1")


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/picture?a=1":
                self._answer(200, b"picture")
            case "/host":
                self._answer(200, self.headers["Host"].encode())
            case "/large":
                self._answer(200, b"x" * 3000)
            case "/endless":  # no length, more than is taken
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"x" * 3000)
            case "/moved":
                self._answer(302, b"", Location="/picture?a=1")
            case "/inside":
                self._answer(302, b"", Location="http://10.0.0.1/")
            case "/loop":
                self._answer(302, b"", Location="/loop")
            case "/file":
                self._answer(302, b"", Location="file:///etc/passwd")
            case "/packed":
                self._answer(200, b"x", **{"Content-Encoding": "gzip"})
            case "/short":
                self._answer(200, b"x", length=50)
            case "/slow":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                stopped.wait(5)
            case _:
                self._answer(404, b"")

    def _answer(self, status: int, content: bytes, length: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length or len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_told: object) -> None:
        """Quiet."""


stopped = threading.Event()


@pytest.fixture
def site() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped.clear()
    yield server.server_port
    stopped.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def guard(site: int) -> Guard:
    """Lets the test's own site through, and no other address that is not public."""
    return Guard(
        schemes=("http",),
        most_bytes=2000,
        seconds=10,
        port_of=lambda _scheme: site,
        resolve=lambda host, _port: [LOOPBACK if host == "anh.example" else ip_address(host)],
        public=lambda address: address == LOOPBACK or is_public(address),
    )


@pytest.mark.parametrize("path", ["/picture?a=1", "/moved"])
def test_a_picture_is_fetched_also_where_it_has_moved_to(guard: Guard, path: str) -> None:
    assert fetch(f"http://anh.example{path}", guard) == b"picture"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/gone", "answer"),
        ("/loop", "answer"),
        ("/packed", "answer"),
        ("/large", "size"),
        ("/endless", "size"),
        ("/short", "network"),
        ("/inside", "address"),
        ("/file", "address"),
    ],
)
def test_what_is_no_picture_of_the_internet_is_not_fetched(guard: Guard, path: str, code: str) -> None:
    with pytest.raises(NotFetched) as refused:
        fetch(f"http://anh.example{path}", guard)
    assert refused.value.code == code


def test_a_site_is_asked_for_by_its_name_alone(guard: Guard) -> None:
    assert fetch("http://anh.example/host", guard) == b"anh.example"


def test_a_site_that_dawdles_over_its_headers_is_cut_off(guard: Guard) -> None:
    begun = monotonic()
    with pytest.raises(NotFetched) as refused:
        fetch("http://anh.example/slow", replace(guard, seconds=0.4))
    assert refused.value.code == "network"
    assert monotonic() - begun < 4


@pytest.mark.parametrize(
    "url",
    [
        "http://anh.example/1.jpg",
        "ftp://anh.example/1.jpg",
        "https://user:pass@anh.example/1.jpg",
        "https://anh.example:8443/1.jpg",
        "https://127.0.0.1/1.jpg",
        "https://2130706433/1.jpg",
        "https://[::1]/1.jpg",
        "https://[::ffff:10.0.0.1]/1.jpg",
        "https://[fe80::1%25eth0]/",
        "https://10.1.2.3/1.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "https://0.0.0.0/",
        "https:///1.jpg",
        "https://anh.example/1 2.jpg",
        "https://anh.example/\r\nX: y",
        "https://[",
        "https://anh.example:99999/",
    ],
)
def test_addresses_of_other_schemes_ports_and_of_private_networks_are_refused(url: str) -> None:
    def resolve(host: str, _port: int) -> list[object]:
        if host == "anh.example":
            return [ip_address("203.0.113.0"), ip_address("10.0.0.1")]  # one of its addresses leads inside
        return [ip_address(int(host)) if host.isdigit() else ip_address(host.partition("%")[0])]

    with pytest.raises(NotFetched) as refused:
        fetch(url, Guard(resolve=resolve))  # type: ignore[arg-type]
    assert refused.value.code == "address"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("64:ff9b::808:808", False),
        ("2002:a00:1::1", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("::", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


def test_a_name_server_that_keeps_silent_holds_nobody_up() -> None:
    let_go = threading.Event()

    def silent(host: str, port: int) -> list[Address]:
        let_go.wait(30)
        return []

    with pytest.raises(NotFetched) as refused:
        fetch("https://example.org/a.jpg", Guard(seconds=0.05, resolve=silent))
    assert refused.value.code == "network"
    let_go.set()
