"""An installation of its own for the tests that start one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# whoever runs the tests in the background, or under nohup, hands deafness to these signals on
HEARING_SIGNALS = ("env", "--default-signal=INT,HUP")


class Installation:
    """A data folder of its own, a free port, and the command line."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        mine = ("DATABASE", "TINHSO", "PG", "PYTEST", "DJANGO", "COV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
        self.data = data
        self.environment = kept | {
            "TINHSO_DATA": str(data),
            "TINHSO_SAMPLE": "none",
            "PORT": str(self.port),
            "TINHSO_WEB_WORKERS": "1",
        }
        self.environment["PYTHONPATH"] = str(ROOT / "src")

    def tinhso(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tinhso.config.cli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def start(self) -> subprocess.Popen[bytes]:
        with (self.data / "screen").open("wb") as screen:
            command = [*HEARING_SIGNALS, sys.executable, "-m", "tinhso.config.cli", "run"]
            return subprocess.Popen(command, env=self.environment, stdout=screen, stderr=screen, start_new_session=True)

    @property
    def screen(self) -> str:
        return (self.data / "screen").read_text()

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except OSError:
            return 0

    def wait_for(self, text: str, seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.1)

    def family(self) -> list[str]:
        """Processes that work in this data folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                facts = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
                if os.fsencode(self.data) in facts and " Z " not in (process / "stat").read_text():
                    found.append(process.name)
            except OSError:
                continue
        return found


@pytest.fixture
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="tinhso-run-"))  # not pytest's own: it closes them to the server's user
    folder.chmod(0o755)
    there = Installation(folder)
    yield there
    for pid in there.family():  # of a test that failed half-way
        os.kill(int(pid), signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
