"""The product's own cluster: one for the module, made in a temporary folder."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinhso.config import postgres
from tinhso.config.postgres import place as places
from tinhso.config.postgres.making import server_error
from tinhso.config.sentences import OperatorError

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("cluster")]


@pytest.fixture(scope="module")
def cluster_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tinhso-cluster-"))  # not pytest's own: it closes them to the server's user
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def here(cluster_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TINHSO_DATA", str(cluster_folder))
    yield
    home = places.noted_place()
    assert home is None or not (home.data / "postmaster.pid").exists(), "a server was left behind"


def holder(*, seconds: float = 600) -> subprocess.Popen[str]:
    """Another process that holds a lease, once it says so."""
    program = (
        f"import time\nfrom tinhso.config.postgres import lease\nwith lease(): print('held', flush=True); time.sleep({seconds})"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def ask(sql: str, role: str = postgres.APP) -> str:
    command = ["psql", "-XAt", "-h", str(postgres.cluster_socket()), "-U", role, "-d", postgres.DATABASE, "-c", sql]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


def stopped(seconds: float = 60) -> bool:
    place = places.noted_place()
    assert place is not None
    deadline = time.monotonic() + seconds
    while (place.data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not (place.data / "postmaster.pid").exists()


def made() -> postgres.Place:
    """A cluster that is there and stands still, whichever test comes first."""
    with postgres.lease() as place:
        pass
    assert stopped()
    return place


def test_the_first_lease_makes_the_cluster_and_the_last_one_stops_it() -> None:
    with postgres.lease() as place:
        assert ask("SELECT current_user") == "tinhso_app"
        with postgres.lease():
            pass
        assert postgres.server_ready(place), "the outer lease still holds"
    assert stopped()


def test_it_sorts_as_vietnamese_does_and_knows_maps() -> None:
    with postgres.lease():
        assert ask("SELECT string_agg(w, ' ' ORDER BY w) FROM unnest(ARRAY['đ', 'e', 'd', 'ă', 'b', 'a']) w") == "a ă b d đ e"
        assert ask("SELECT postgis_lib_version()").startswith("3.")


def test_the_application_may_not_make_tables_and_the_superuser_is_closed_to_root() -> None:
    with postgres.lease() as place:
        assert "permission denied" in ask("CREATE TABLE mine ()")
        if place.user != places.user_name(os.geteuid()):
            assert "Peer authentication failed" in ask("SELECT 1", role="postgres")


def test_its_own_log_keeps_no_values_of_rows() -> None:
    with postgres.lease() as place:
        twice = "INSERT INTO person VALUES ('082190000123'), ('082190000123')"
        ask(f"CREATE TEMPORARY TABLE person (number text UNIQUE); {twice}")
        written = b"".join(path.read_bytes() for path in (place.data / "log").glob("*"))
    assert b"duplicate key" in written
    assert b"082190000123" not in written


def test_it_listens_to_no_network() -> None:
    with postgres.lease():
        assert ask("SHOW listen_addresses") == ""


def test_a_killed_holder_frees_its_lease() -> None:
    process = holder()
    process.kill()
    assert stopped()


def test_the_server_stays_for_whoever_still_holds_it() -> None:
    process = holder()
    with postgres.lease():
        process.send_signal(signal.SIGTERM)
        process.wait()
        time.sleep(0.5)
        assert ask("SELECT 1") == "1"


def test_a_note_of_a_dead_server_whose_number_another_program_has_now_is_no_obstacle() -> None:
    place = made()
    (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n0\n5432\n{place.socket}\n\n 1 2\nready   \n")
    with postgres.lease():
        assert ask("SELECT 1") == "1"


def test_a_server_that_falls_is_started_again() -> None:
    with postgres.lease() as place:
        os.kill(int((place.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 15
        while ask("SELECT 1") != "1" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ask("SELECT 1") == "1"


def test_a_half_made_cluster_is_made_anew() -> None:
    place = made()
    shutil.rmtree(place.data)
    (place.home / "prepared").unlink()
    place.data.mkdir()
    (place.data / "base").mkdir()
    with postgres.lease():
        assert ask("SELECT 1") == "1"
    assert list(place.home.glob("data.broken-*")), "what was there is kept aside, not deleted"


def test_a_path_too_long_for_a_socket_moves_the_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    user = places.user_name(os.geteuid())
    assert places._socket_folder(Path("/srv/tinhso"), user) == Path("/srv/tinhso/socket")
    assert places._socket_folder(Path("/srv/" + "x" * 100), user).parent == tmp_path


def test_a_missing_server_names_the_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "_BINARIES", tmp_path)
    with pytest.raises(OperatorError, match=r"install postgresql-15 \+ postgresql-15-postgis-3, or set DATABASE_URL"):
        postgres.binaries()


def test_the_servers_own_words_are_told_and_a_full_disk_is_recognised() -> None:
    assert "FATAL:  bad configuration" in server_error("LOG: starting\nFATAL:  bad configuration\n").en
    assert "The disk is full" in server_error("PANIC: could not write: No space left on device").en
