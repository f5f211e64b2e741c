"""scripts/setup in a copy of the checkout, with stand-ins for the programs it calls: they write down how they were called."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COREUTILS = [
    "awk",
    "cat",
    "chmod",
    "cut",
    "date",
    "df",
    "dirname",
    "env",
    "flock",
    "grep",
    "id",
    "ls",
    "mkdir",
    "rm",
    "sh",
    "sha256sum",
    "tail",
    "test",
    "tr",
    "wc",
]

# stands in for python3 and for the Python of the environment it makes
PYTHON = """#!/bin/sh
echo "python $*" >>"$CALLS"
case "$*" in
    "-m venv .venv")
        mkdir -p .venv/bin .venv/lib/python3.11/site-packages/django .venv/lib/python3.11/site-packages/granian
        cat "$0" >.venv/bin/python && cat "$0" >.venv/bin/tinhso && chmod +x .venv/bin/python .venv/bin/tinhso ;;
    *"pip install"*) [ ! -e pip-fails ] || { echo "No space left on device"; exit 1; } ;;
esac
"""
NPM = """#!/bin/sh
echo "npm $*" >>"$CALLS"
mkdir -p node_modules
"""


class Checkout:
    """A copy of what set-up reads, and the programs it may call."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls, self.bin = folder / "checkout", folder / "calls", folder / "bin"
        (self.folder / "requirements").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        for name in ("app.lock", "dev.lock"):
            (self.folder / "requirements" / name).write_text(f"# {name}\n")
        (self.folder / "package-lock.json").write_text("{}")
        for name in COREUTILS:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        self.program("python3", PYTHON)
        self.program("npm", NPM)
        for name in ("node", "fc-list", "msgfmt", "pdftotext", "chromium", "kamailio", "sipp"):
            self.program(name, "#!/bin/sh\necho v20.1.0\n")

    def program(self, name: str, text: str) -> None:
        file = self.bin / name
        file.write_text(text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def set_up(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        environment = {
            "PATH": str(self.bin),
            "CALLS": str(self.calls),
            "HOME": str(self.folder),
            "DATABASE_URL": "postgresql://elsewhere/x",
            **more,
        }
        command = ["/bin/sh", str(self.folder / "scripts" / "setup"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    @property
    def asked(self) -> str:
        return self.calls.read_text()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_fresh_checkout_gets_its_environment_from_the_hashed_lock(checkout: Checkout) -> None:
    done = checkout.set_up()
    assert done.returncode == 0, done.stderr
    assert "--require-hashes --no-deps --only-binary :all: -r requirements/app.lock" in checkout.asked
    assert "npm ci" in checkout.asked
    assert checkout.asked.endswith("python -m tinhso.config.install\n")


def test_the_interpreter_named_in_python_makes_the_environment(checkout: Checkout) -> None:
    checkout.program("python3", "#!/bin/sh\nexit 1\n")
    checkout.program("python3.13", PYTHON)
    assert "-m venv .venv" not in checkout.set_up().stdout + checkout.asked
    assert checkout.set_up(PYTHON="python3.13").returncode == 0
    assert "-m venv .venv" in checkout.asked


def test_the_second_time_nothing_is_installed(checkout: Checkout) -> None:
    checkout.set_up()
    assert checkout.set_up().returncode == 0
    assert "pip" not in checkout.asked
    assert "npm" not in checkout.asked


def test_an_environment_whose_making_was_cut_short_is_made_anew(checkout: Checkout) -> None:
    (checkout.folder / ".venv" / "bin").mkdir(parents=True)
    left_over = checkout.folder / ".venv" / "bin" / "left-over"
    left_over.touch()
    done = checkout.set_up()
    assert ".venv is half-made or stale" in done.stdout
    assert not left_over.exists()
    assert "-m venv .venv" in checkout.asked


def test_an_environment_that_lost_a_package_is_made_anew(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.folder / ".venv/lib/python3.11/site-packages/django").rmdir()
    assert ".venv is half-made or stale" in checkout.set_up().stdout


def test_an_environment_moved_to_another_folder_is_made_anew(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert ".venv is half-made or stale" in checkout.set_up().stdout


def test_a_new_lock_is_installed_into_the_environment_there_is(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.folder / "requirements" / "app.lock").write_text("# newer\n")
    checkout.set_up()
    assert "pip install" in checkout.asked
    assert "-m venv" not in checkout.asked


def test_the_test_tools_are_added_and_stay(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.set_up("dev")
    assert "-r requirements/dev.lock" in checkout.asked
    assert "-m venv" not in checkout.asked
    checkout.set_up()
    assert "pip" not in checkout.asked, "what `make test` added serves `make run` too"


def test_a_full_disk_during_installation_is_told_and_the_next_start_begins_again(checkout: Checkout) -> None:
    (checkout.folder / "pip-fails").touch()
    done = checkout.set_up()
    assert done.returncode == 1
    assert "The disk is full; free some space and run again." in done.stderr
    (checkout.folder / "pip-fails").unlink()
    assert ".venv is half-made or stale" in checkout.set_up().stdout


def test_another_system_is_told_its_needs_and_database_url_in_one_sentence(checkout: Checkout) -> None:
    (checkout.bin / "msgfmt").unlink()
    (checkout.bin / "npm").unlink()
    done = checkout.set_up()
    assert done.returncode == 1
    assert "This system is not Debian 12: install by its own means npm gettext" in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_the_tests_take_a_browser_without_windows_or_the_whole_one(checkout: Checkout) -> None:
    assert checkout.set_up("dev").returncode == 0
    (checkout.bin / "chromium").unlink()
    assert "install by its own means chromium-headless-shell" in checkout.set_up("dev").stderr
    checkout.program("chromium-headless-shell", "#!/bin/sh\n")
    assert checkout.set_up("dev").returncode == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_checkout_of_somebody_else_is_told(checkout: Checkout) -> None:
    checkout.folder.chmod(0o555)
    assert "run as the user who owns it" in checkout.set_up().stderr
