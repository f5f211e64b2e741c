"""`tinhso bench`, small: that what it fills is a province the product can work with."""

import socket
from typing import Any

import pytest

pytestmark = pytest.mark.setup


def test_what_the_benchmark_fills_can_be_worked_on_and_more_cases_take_no_more_queries(
    installation: Any,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = installation.tinhso("bench", "--cases=2000", "--seconds=0.5", "--clients=2", "--only=API", f"--port={port}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Queries a request at 1,000 and 2,000 cases: the same everywhere" in done.stdout
    assert "| API complete a step | 2 |" in done.stdout
    assert installation.family() == [], "nothing of it stays behind"
