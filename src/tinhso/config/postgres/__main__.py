"""The keeper: a process that runs the server as long as anyone holds a lease."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

from tinhso.config.postgres.leases import STOP_SECONDS, is_server, open_lock, try_lock
from tinhso.config.postgres.making import environment, version
from tinhso.config.postgres.place import Place, as_user, binaries, noted_place


def _die_with_parent() -> None:
    """In the child, before exec and after the change of user, which would clear it: stop when the keeper dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _spawn_server(place: Place) -> subprocess.Popen[bytes]:
    pid_file = place.data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        if not is_server(int(pid_file.read_text().splitlines()[0]), place):
            pid_file.unlink()  # left by a machine that stopped; its number may belong to another program by now
    only_socket = [
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={place.socket}",
        "-c",
        "unix_socket_permissions=0700",
    ]
    return subprocess.Popen(
        [str(binaries(version(place)) / "postgres"), "-D", str(place.data), *only_socket],
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=environment(),
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread
        **as_user(place.user),
    )


def keep() -> int:
    """Run the server as long as anyone holds a lease; start it again when it falls, a few times."""
    place = noted_place()
    alive, leases = open_lock("keeper"), open_lock("lease")
    if place is None or not try_lock(alive):
        return 1
    alive.truncate(0)
    alive.write(str(os.getpid()))
    alive.flush()
    asked_to_stop = False

    def stop(signum: int, frame: object) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    falls, started, server = 0, time.monotonic(), _spawn_server(place)
    while not asked_to_stop and not try_lock(leases):
        if server.poll() is not None:
            falls = falls + 1 if time.monotonic() - started < 30 else 1
            if falls > 3:
                return 1
            time.sleep(0.2 * falls)
            started, server = time.monotonic(), _spawn_server(place)
        time.sleep(0.1)
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": ends sessions, loses nothing
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    alive.close()
    return 0


if __name__ == "__main__":
    sys.exit(keep())
