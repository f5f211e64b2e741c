"""What stands between the operator and a running product; the children here are small programs of our own."""

import errno
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tinhso.config import supervisor
from tinhso.config.sentences import OperatorError, explain
from tinhso.config.supervisor import Address, Child, pause_after

ROOT = Path(__file__).parents[2]
# whoever runs the tests in the background, or under nohup, hands deafness to these signals on
HEARING_SIGNALS = ("env", "--default-signal=INT,HUP")


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINHSO_DATA", str(tmp_path))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_taken_port_is_told_with_the_command_that_uses_another(taken_port: int) -> None:
    with pytest.raises(OperatorError, match=f"{taken_port} is taken by another program.*PORT={taken_port + 1} make run"):
        Address("127.0.0.1", taken_port).require_free()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(OperatorError, match="not an address of this machine"):
        Address("192.0.2.1", 8000).require_free()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_no_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(OperatorError, match="is not a port number"):
        Address.from_environment()


def test_a_server_open_to_all_is_shown_with_an_address_one_can_open() -> None:
    assert Address("0.0.0.0", 80).url == "http://127.0.0.1:80/"
    assert Address("::", 80).url == "http://[::1]:80/"


def test_a_second_supervisor_is_refused_and_told_where_the_first_is() -> None:
    with supervisor.only_one(Address("127.0.0.1", 8123)):
        assert supervisor.running() == {"pid": os.getpid(), "url": "http://127.0.0.1:8123/"}
        with (
            pytest.raises(OperatorError, match=r"already runs at http://127\.0\.0\.1:8123/"),
            supervisor.only_one(Address("", 1)),
        ):
            pass
    assert supervisor.running() is None


def test_what_a_dead_supervisor_noted_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "supervisor").write_text('{"pid": 1, "url": "http://127.0.0.1:8000/"}')
    assert supervisor.running() is None
    with supervisor.only_one(Address("127.0.0.1", 8123)):
        pass


def test_a_full_disk_is_told_as_such() -> None:
    assert "The disk is full" in explain(OSError(errno.ENOSPC, "No space left on device", "/data/x")).en


def test_the_pause_before_a_restart_doubles_up_to_half_a_minute() -> None:
    assert [pause_after(falls) for falls in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert pause_after(50) == 30


@pytest.mark.setup
def test_a_fallen_child_is_started_again_and_takes_its_orphans_along() -> None:
    child = Child("web", ["sh", "-c", "sleep 600 & echo $!; exit 3"])
    child.start()
    assert eventually(lambda: child.process is not None and child.process.poll() is not None)
    orphan = int(child.log.read_text())
    assert alive(orphan)
    assert child.tend(time.monotonic())
    assert eventually(lambda: not alive(orphan))
    first = child.process
    child.command = ["sleep", "600"]
    assert not child.tend(time.monotonic() + 0.4)
    assert child.process is first, "the pause is kept"
    child.tend(time.monotonic() + 0.6)
    assert child.running
    child.signal(signal.SIGKILL)


@pytest.mark.setup
def test_a_log_is_cut_before_it_fills_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_LOG_BYTES", 100)
    child = Child("web", ["true"])
    child.log.parent.mkdir()
    child.log.write_text("x" * 101)
    child.trim_log()
    assert child.log.stat().st_size == 0
    assert child.log.with_suffix(".log.1").stat().st_size == 101


def started_supervisor(tmp_path: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor of two children, each with a child of its own; and the numbers of all four."""
    stubborn = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    parent = (
        "import subprocess, sys, time; print(subprocess.Popen([sys.executable, *sys.argv[1:]]).pid, flush=True); time.sleep(600)"
    )
    program = f"""
        import sys
        from tinhso.config import supervisor as s
        s.STOP_SECONDS = 1
        children = [s.Child(name, [sys.executable, "-c", {parent!r}, "-c", {stubborn!r}]) for name in ("web", "worker")]
        s._listen_for_stop()
        try:
            for child in children:
                child.start()
            print(*(child.process.pid for child in children), flush=True)
            while True:
                s.time.sleep(0.1)
        except s._Stopped:
            s._be_deaf()
            s._stop_all(children)
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [*HEARING_SIGNALS, sys.executable, "-c", textwrap.dedent(program)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    assert process.stdout is not None
    children = [int(pid) for pid in process.stdout.readline().split()]
    logs = [tmp_path / "log" / f"{name}.log" for name in ("web", "worker")]
    assert eventually(lambda: all(log.read_text().strip() for log in logs))
    return process, children + [int(log.read_text()) for log in logs]


@pytest.mark.setup
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_stops_the_children_and_theirs_even_the_stubborn(tmp_path: Path, number: signal.Signals) -> None:
    process, family = started_supervisor(tmp_path)
    assert all(alive(pid) for pid in family)
    process.send_signal(number)
    try:
        assert process.wait(10) == 0
    finally:
        process.kill()  # should it not have listened
    assert eventually(lambda: not any(alive(pid) for pid in family))


@pytest.mark.setup
def test_kill_9_of_the_supervisor_ends_its_children(tmp_path: Path) -> None:
    process, (web, worker, *grandchildren) = started_supervisor(tmp_path)
    process.kill()
    assert eventually(lambda: not alive(web) and not alive(worker))
    for pid in grandchildren:  # these ignore SIGTERM; the real children see to theirs
        os.kill(pid, signal.SIGKILL)
