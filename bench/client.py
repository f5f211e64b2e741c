"""The load generator: prepared bytes over kept-alive connections, one thread, hardly any work of its own between answers.

It speaks to 127.0.0.1 only, and every run is bounded in time and in number of requests.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_PATIENCE = 30.0  # seconds for the answers still under way when time is up


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass
class Outcome:
    """What a run measured. `seconds` per answer, sorted; `refused` answers by status, with one of them as an example."""

    seconds: list[float]
    duration: float
    refused: Counter[int]
    example: str

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.duration if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """The time within which this share of the answers came."""
        if not self.seconds:
            return 0.0
        return 1000 * self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


class _Run:
    """Counts what all clients of one run see, and says when it is over."""

    def __init__(self, requests: Iterable[bytes], clients: int, seconds: float) -> None:
        self.ends = time.perf_counter() + seconds
        self._requests = iter(requests)
        self.seconds: list[float] = []
        self.refused: Counter[int] = Counter()
        self.example = ""
        self.last = time.perf_counter()
        self.over = asyncio.get_running_loop().create_future()
        self._busy = clients

    def next_request(self) -> bytes | None:
        return next(self._requests, None) if time.perf_counter() < self.ends else None

    def answered(self, status: int, began: float, answer: Callable[[], bytes]) -> None:
        self.last = time.perf_counter()
        if status < 400:
            self.seconds.append(self.last - began)
            return
        self.refused[status] += 1
        self.example = self.example or answer().decode(errors="replace")[:600]

    def client_stops(self) -> None:
        self._busy -= 1
        if not self._busy and not self.over.done():
            self.over.set_result(None)


class _Client(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._received = bytearray()
        self._awaited = -1  # length of the answer, once its head is there
        self._status = 0
        self._began = 0.0
        self._stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        request = self._run.next_request()
        if request is None:
            self._stop()
            return
        self._awaited = -1
        self._received.clear()
        self._began = time.perf_counter()
        self._transport.write(request)

    def _stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._transport.close()
            self._run.client_stops()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._awaited < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._read_head(bytes(self._received[:end]), end + 4)
        if len(self._received) >= self._awaited:
            self._run.answered(self._status, self._began, lambda: bytes(self._received))
            self._ask()

    def _read_head(self, head: bytes, length: int) -> None:
        self._status = int(head[9:12])
        lowered = head.lower()
        place = lowered.find(b"\r\ncontent-length:")
        if place >= 0:
            length += int(lowered[place + 17 :].split(b"\r\n", 1)[0])
        elif self._status not in (204, 304):
            raise ValueError(f"an answer without Content-Length: {head!r}")
        self._awaited = length

    def connection_lost(self, error: Exception | None) -> None:
        if not self._stopped:
            self._run.refused[0] += 1
            self._run.example = self._run.example or f"the server closed the connection: {error}"
        self._stop()


async def _run(port: int, requests: Iterable[bytes], clients: int, seconds: float) -> Outcome:
    run = _Run(requests, clients, seconds)
    began = time.perf_counter()
    for _number in range(clients):
        await asyncio.get_running_loop().create_connection(lambda: _Client(run), HOST, port)
    async with asyncio.timeout(seconds + _PATIENCE):
        await run.over
    return Outcome(sorted(run.seconds), run.last - began, run.refused, run.example)


def put_under_load(port: int, requests: Iterable[bytes], *, clients: int, seconds: float) -> Outcome:
    """Let clients send the requests, each its next one when it has its answer, until time is up or nothing is left."""
    return asyncio.run(_run(port, requests, clients, seconds))
