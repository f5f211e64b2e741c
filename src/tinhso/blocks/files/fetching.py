"""Fetching a file from an address a stranger gave, without becoming the stranger's arm into our own network.

The name is resolved once, every address it has must be public, and the connection goes to one of them: what the name means a
moment later does not matter. Redirects are judged in the same way. Proxies of the environment are not used. Size and time have
an end.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

_PORTS = {"https": 443, "http": 80}
_REDIRECTS = 3
_CHUNK = 64 * 1024
_LONGEST = 2000
_UNICAST = ip_network("2000::/3")
_EMBEDDING = ("sixtofour", "teredo")

Address = IPv4Address | IPv6Address


class NotFetched(Exception):
    """code: "address" (may not be fetched), "size", "type" (not what it says), "answer" (404 and the like), "network".

    Only "network" may go better another time.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


def is_public(address: Address) -> bool:
    """Whether an address lies in the Internet and is somebody's own; not one of IPv6 that leads to IPv4."""
    if isinstance(address, IPv6Address):
        led_on = any(getattr(address, name) is not None for name in _EMBEDDING)
        return address in _UNICAST and address.is_global and not led_on
    return address.is_global and not address.is_multicast


def resolved(host: str, port: int) -> Sequence[Address]:
    """
    Raises:
        OSError: nobody knows the name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


@dataclass(frozen=True)
class Guard:
    """What may be fetched. port_of: the ports of the schemes, no other is spoken to."""

    schemes: Sequence[str] = ("https",)
    most_bytes: int = 20 * 1024 * 1024
    seconds: float = 20
    port_of: Callable[[str], int] = _PORTS.__getitem__
    resolve: Callable[[str, int], Sequence[Address]] = resolved
    public: Callable[[Address], bool] = is_public


def fetch(url: str, guard: Guard) -> bytes:
    """The content at an address.

    Raises:
        NotFetched: it may not be fetched, or cannot be.
    """
    ends = monotonic() + guard.seconds
    for _hop in range(_REDIRECTS + 1):
        content, url = _one(url, guard, ends)
        if content is not None:
            return content
    raise NotFetched("answer", "too many redirects")


def _one(url: str, guard: Guard, ends: float) -> tuple[bytes | None, str]:
    """The content, or the address where it is."""
    parts = _judged(url, guard)
    host, port = parts.hostname or "", guard.port_of(parts.scheme)
    try:
        addresses = _resolved_in_time(guard, host, port, ends)
    except (OSError, ValueError, UnicodeError) as error:
        raise NotFetched("network", type(error).__name__) from error
    if not addresses or not all(map(guard.public, addresses)):
        raise NotFetched("address", "not public")
    connection = _Pinned(host, port, addresses[0], secure=parts.scheme == "https", ends=ends)
    try:
        with connection:
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            accept = {"Accept": "image/jpeg, image/png, video/mp4", "Accept-Encoding": "identity", "User-Agent": "TinhSo"}
            connection.request("GET", target, headers=accept)
            answer = connection.getresponse()
            if answer.status in {301, 302, 303, 307, 308}:
                return None, urljoin(url, answer.headers.get("Location", ""))
            if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
                raise NotFetched("answer", str(answer.status))
            return _read(answer, guard, ends), url
    except (OSError, HTTPException, ValueError) as error:
        raise NotFetched("network", type(error).__name__) from error


def _resolved_in_time(guard: Guard, host: str, port: int, ends: float) -> Sequence[Address]:
    """Asked in a thread of its own, which nobody can end: a silent name server takes no more than the time there is."""
    answers: SimpleQueue[Sequence[Address] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(guard.resolve(host, port))
        except Exception as error:  # handed on to whoever waits
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=max(0, ends - monotonic()))
    except Empty:
        raise NotFetched("network", "time") from None
    if isinstance(found, Exception):
        raise found
    return found


def _judged(url: str, guard: Guard) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotFetched("address", "unreadable") from error
    plain = url.isascii() and len(url) <= _LONGEST and not any(sign.isspace() or ord(sign) < 32 for sign in url)
    if not plain or parts.scheme not in guard.schemes or not parts.hostname or "@" in parts.netloc:
        raise NotFetched("address", "not allowed")
    if port not in {None, guard.port_of(parts.scheme)}:
        raise NotFetched("address", "port")
    return parts


def _read(answer: HTTPResponse, guard: Guard, ends: float) -> bytes:
    if (answer.length or 0) > guard.most_bytes:
        raise NotFetched("size")
    content = bytearray()
    while chunk := answer.read(_CHUNK):
        content += chunk
        if len(content) > guard.most_bytes:
            raise NotFetched("size")
        if monotonic() > ends:
            raise TimeoutError
    if answer.length or monotonic() > ends:  # cut off before its end
        raise TimeoutError
    return bytes(content)


class _Pinned(HTTPConnection):
    """A connection to one address, whatever the name means; cut off when the time is over, even in the middle of a header."""

    def __init__(self, host: str, port: int, address: Address, *, secure: bool, ends: float) -> None:
        left = ends - monotonic()
        if left <= 0:
            raise NotFetched("network", "time")
        super().__init__(host, port, timeout=left)
        self.default_port = port  # no other is spoken to: `Host` names none
        self._address, self._secure = address, secure
        self._watch = Timer(left, self._cut)
        self._watch.daemon = True

    def connect(self) -> None:
        self.sock = socket.create_connection((str(self._address), self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "_Pinned":
        self._watch.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._watch.cancel()
        self.close()
