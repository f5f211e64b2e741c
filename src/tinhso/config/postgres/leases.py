"""Leases of the running server: shared locks of a file, which end with their holder."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from tinhso.config.environment import ROOT, data_dir
from tinhso.config.postgres.making import environment, make_data, prepare_roles, server_error, start_log, version, write_access
from tinhso.config.postgres.place import Place, binaries, choose_place, state_folder
from tinhso.config.sentences import explain

_START_SECONDS = 60
STOP_SECONDS = 30


def open_lock(name: str, folder: Path | None = None) -> IO[str]:
    return ((folder or state_folder()) / name).open("a+")


def try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def lease(say: Callable[[str], None] = lambda text: None) -> Iterator[Place]:
    """Hold the cluster: made and started if need be, stopped by the last holder.

    Raises:
        OperatorError: it cannot be made or started.
    """
    folder = state_folder()  # kept: TINHSO_DATA may mean another place by the time the lease ends
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = open_lock("lease", folder)
    except OSError as error:
        raise explain(error) from error
    with held:
        fcntl.flock(held, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
        try:
            place = ensure_running(say)
            yield place
        finally:
            _release(held, folder)


def ensure_running(say: Callable[[str], None] = lambda text: None) -> Place:
    """Start the server unless it runs. The caller holds a lease."""
    try:
        with open_lock("start") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            place = choose_place()
            make_data(place, say)
            binaries(version(place))
            write_access(place)
            if not _keeper_alive():
                _start_keeper()
            _wait_until_ready(place)
            prepare_roles(place)
            return place
    except OSError as error:
        raise explain(error) from error


def _release(held: IO[str], folder: Path) -> None:
    """Give the lease back; as the last holder, see the server stopped."""
    if not try_lock(held):
        return  # others hold it
    with open_lock("keeper", folder) as keeper:
        if try_lock(keeper):
            return
        keeper.seek(0)
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(keeper.read()), signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while not try_lock(keeper) and time.monotonic() < deadline:
            time.sleep(0.02)


def _keeper_alive() -> bool:
    with open_lock("keeper") as file:
        return not try_lock(file)


def _start_keeper() -> None:
    log = start_log()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        subprocess.Popen(
            [sys.executable, "-m", "tinhso.config.postgres"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=ROOT,
            env=environment() | {"PYTHONPATH": str(ROOT / "src"), "TINHSO_DATA": str(data_dir())},
        )
    deadline = time.monotonic() + 10
    while not _keeper_alive():
        if time.monotonic() > deadline:
            raise server_error(log.read_text())
        time.sleep(0.01)


def _wait_until_ready(place: Place) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server_ready(place):
        if not _keeper_alive() or time.monotonic() > deadline:
            raise server_error(start_log().read_text(errors="replace") + _server_log(place))
        time.sleep(0.02)


def _server_log(place: Place) -> str:
    logs = sorted((place.data / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
    return "\n".join(logs[-1].read_text(errors="replace").splitlines()[-20:]) if logs else ""


def server_ready(place: Place) -> bool:
    """What pg_ctl asks: the server's own status line; and whether a living server of this data folder wrote it."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        return lines[7].strip() == "ready" and is_server(int(lines[0]), place)
    except (OSError, IndexError, ValueError):
        return False


def is_server(pid: int, place: Place) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(place.data) in command
