"""The product's own web server under measurement, and what it and the database spend."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tinhso.config.sentences import OperatorError
from tinhso.config.supervisor import Address, Child

_START_SECONDS = 60
_STOP_SECONDS = 15
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Processor seconds so far: of the web server's processes, of the database's for this database, of this process."""

    web: float
    database: float
    client: float

    def since(self, before: "Spent") -> "Spent":
        return Spent(self.web - before.web, self.database - before.database, self.client - before.client)


class Server:
    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.port = port

    def processes(self) -> list[int]:
        """The server and its workers: the session it leads."""
        assert self._child.process is not None
        leader = self._child.process.pid
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                if os.getsid(int(folder.name)) == leader:
                    found.append(int(folder.name))
        return sorted(found)

    def spent(self) -> Spent:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            backends = [pid for (pid,) in cursor.fetchall()]
        return Spent(sum(map(_processor, self.processes())), sum(map(_processor, backends)), time.process_time())

    def megabytes(self) -> tuple[float, float]:
        """Resident memory of all processes: summed up (RSS, shared pages counted in each), and shared pages divided (PSS)."""
        rss = pss = 0
        for pid in self.processes():
            with suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    name, _colon, value = line.partition(":")
                    if name == "Rss":
                        rss += int(value.split()[0])
                    elif name == "Pss":
                        pss += int(value.split()[0])
        return rss / 1024, pss / 1024


@contextmanager
def server(port: int) -> Iterator[Server]:
    """The web server as `tinhso run` starts it, connected as the application's role.

    Raises:
        OperatorError: the port is taken, or it does not start.
    """
    address = Address("127.0.0.1", port)
    address.require_free()
    settings = {"HOST": address.host, "PORT": str(port), "TINHSO_PUBLIC_URL": address.url.rstrip("/")}
    child = Child("web", _command(), {**settings, "TINHSO_DB_ROLE": "app", "TINHSO_DEBUG": "", "TINHSO_LOG_LEVEL": "INFO"})
    child.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not address.answers("/readyz"):
            if not child.running or time.monotonic() > deadline:
                raise OperatorError(
                    f"Máy chủ web không khởi động được; nhật ký: {child.log}",
                    f"The web server does not start; its log: {child.log}\n{child.last_lines()}",
                )
            time.sleep(0.1)
        yield Server(child, port)
    finally:
        child.ask_to_stop()
        deadline = time.monotonic() + _STOP_SECONDS
        while child.running and time.monotonic() < deadline:
            time.sleep(0.05)
        child.signal(9)


def _command() -> list[str]:
    from sys import executable

    return [executable, "-m", "tinhso.config.web"]


def _processor(pid: int) -> float:
    with suppress(OSError):
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(values[11]) + int(values[12])) / _TICK
    return 0.0
