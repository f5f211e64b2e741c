"""`tinhso run` itself, from an empty data folder to Ctrl-C."""

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.setup


def test_from_an_empty_folder_to_ctrl_c(installation: Any) -> None:
    before = installation.tinhso("db", "shell", "-c", "SELECT 1")
    assert before.returncode == 1
    assert "run `make run` once" in before.stderr

    process = installation.start()
    try:
        installation.wait_for("is running:")
        assert installation.get("/readyz") == 200

        second = installation.tinhso("run")
        assert second.returncode == 1
        assert f"already runs at http://127.0.0.1:{installation.port}/" in second.stderr

        parts = {row["part"]: row["state"] for row in json.loads(installation.tinhso("check", "--json").stdout)["checks"]}
        for part in ("web", "database", "database.tables", "audit.rights", "worker"):
            assert parts[part] == "ok", parts

        web = min(int(pid) for pid in installation.family() if "config.web" in Path(f"/proc/{pid}/cmdline").read_text())
        os.kill(web, signal.SIGKILL)
        installation.wait_for("starting again")
        deadline = time.monotonic() + 60
        while installation.get("/healthz") != 200:
            assert time.monotonic() < deadline, "the web server did not come back"
            time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert "Stopped." in installation.screen
    assert process.returncode == 0
    assert installation.family() == []

    started = time.monotonic()
    process = installation.start()
    try:
        installation.wait_for("is running:")
        seconds = re.search(r"\(([\d.]+) s\)", installation.screen)
        assert seconds, installation.screen
        print(f"second start: {time.monotonic() - started:.1f} s")
        assert "tables" not in installation.screen, "nothing is prepared twice"
    finally:
        process.kill()
        process.wait()
    deadline = time.monotonic() + 30
    while installation.family():
        assert time.monotonic() < deadline, "kill -9 of the supervisor left processes behind"
        time.sleep(0.1)
