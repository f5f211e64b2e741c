"""`tinhso run`: database, web and worker under one supervisor, until Ctrl-C.

What it holds on to, the operating system gives back even when it is killed: the lock against a second start and the lease on the
database are file locks, and the children ask the kernel for a signal at their parent's death.

Imports neither Django nor rich: it stays small and starts at once.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tinhso.config import postgres
from tinhso.config.environment import ROOT, data_dir
from tinhso.config.hosts import ALL_ADDRESSES, own_addresses
from tinhso.config.sentences import OperatorError, explain

READY_SECONDS = 90
STOP_SECONDS = 15
_STEADY_SECONDS = 60  # a child that lived so long is forgiven its earlier falls
_LONGEST_PAUSE = 30.0
_LOG_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self._reachable}:{self.port}/"

    def urls_elsewhere(self) -> list[str]:
        """Where other machines reach it, when it listens on all addresses."""
        return [f"http://{own}:{self.port}/" for own in own_addresses()] if self.host in ALL_ADDRESSES else []

    @property
    def _reachable(self) -> str:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"[{shown}]" if ":" in shown and not shown.startswith("[") else shown

    @classmethod
    def from_environment(cls) -> "Address":
        """`HOST` and `PORT`; 127.0.0.1:8000 unless said.

        Raises:
            OperatorError: PORT is no port number.
        """
        text = os.environ.get("PORT") or "8000"
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise OperatorError(f"PORT={text} không phải số cổng (1–65535).", f"PORT={text} is not a port number (1–65535).")
        return cls(os.environ.get("HOST") or "127.0.0.1", int(text))

    @classmethod
    def from_url(cls, url: str) -> "Address":
        parts = urlsplit(url)
        return cls(parts.hostname or "127.0.0.1", parts.port or 80)

    def require_free(self) -> None:
        """Raises OperatorError when nobody can listen here, with what to do."""
        other = self.port + 1 if self.port < 65535 else 8000
        try:
            family, kind, protocol, _name, place = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except socket.gaierror as error:
            raise OperatorError(
                f"HOST={self.host} không phải địa chỉ của máy này.", f"HOST={self.host} is not an address of this machine."
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OperatorError(
                    f"Cổng {self.port} đang được chương trình khác dùng; hãy chọn cổng khác: PORT={other} make run",
                    f"Port {self.port} is taken by another program; choose another: PORT={other} make run",
                ) from error
            if error.errno == errno.EACCES:
                raise OperatorError(
                    f"Cổng {self.port} cần quyền root; hãy chọn cổng trên 1023: PORT=8000 make run",
                    f"Port {self.port} needs root; choose one above 1023: PORT=8000 make run",
                ) from error
            if error.errno == errno.EADDRNOTAVAIL:
                raise OperatorError(
                    f"HOST={self.host} không phải địa chỉ của máy này.", f"HOST={self.host} is not an address of this machine."
                ) from error
            raise explain(error) from error

    def answers(self, path: str) -> bool:
        """Whether a GET of `path` is answered with 200 within two seconds."""
        connection = http.client.HTTPConnection(self._reachable.strip("[]"), self.port, timeout=2)
        try:
            connection.request("GET", path, headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass
class Child:
    """One process under the supervisor, in a process group of its own, writing to its own log."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    start_again_at: float | None = None

    @property
    def log(self) -> Path:
        return data_dir() / "log" / f"{self.name}.log"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"} | self.environment,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
            )
        self.started, self.start_again_at = time.monotonic(), None

    def tend(self, now: float) -> bool:
        """Start a fallen child again, after a pause that doubles with each fall. Returns whether it has just fallen."""
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
            return False
        if self.process is None or self.process.poll() is None:
            return False
        self.falls = 1 if now - self.started > _STEADY_SECONDS else self.falls + 1
        self.signal(signal.SIGKILL)  # what it may have left in its group still holds the port
        self.start_again_at = now + pause_after(self.falls)
        return True

    def signal(self, number: int) -> None:
        """To the whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        """To the first process alone: it knows how to stop its own."""
        self.start_again_at = None
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_lines(self, count: int = 12) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except OSError:
            return ""

    def trim_log(self) -> None:
        """Keep the log from filling the disk: past 20 MB it becomes `.1`. The child appends, so cutting is safe."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > _LOG_BYTES:
                shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
                os.truncate(self.log, 0)


def pause_after(falls: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2, 4 … 30."""
    return min(_LONGEST_PAUSE, 0.5 * 2.0 ** min(falls - 1, 10))


def _die_with_parent() -> None:
    """In the child, before exec: a SIGTERM from the kernel when the supervisor dies, even by kill -9."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def parts(address: Address) -> list[Child]:
    """The web server and the worker."""
    public = os.environ.get("TINHSO_PUBLIC_URL") or address.url.rstrip("/")
    settings = {"TINHSO_PUBLIC_URL": public, "HOST": address.host, "PORT": str(address.port)}
    return [Child(name, [sys.executable, "-m", f"tinhso.config.{name}"], settings) for name in ("web", "worker")]


# -- one at a time --


def _note() -> Path:
    return data_dir() / "run" / "supervisor"


@contextlib.contextmanager
def only_one(address: Address) -> Iterator[None]:
    """Hold the place of the one supervisor of this installation.

    Raises:
        OperatorError: another one runs; says where.
    """
    try:
        _note().parent.mkdir(parents=True, exist_ok=True)
        file = _note().open("a+")
    except OSError as error:
        raise explain(error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            there = running() or {"url": "?", "pid": "?"}
            place, command = f"{there['url']} (pid {there['pid']})", "`.venv/bin/tinhso stop`"
            raise OperatorError(
                f"Tỉnh Số đang chạy rồi tại {place}; dừng bằng Ctrl-C ở đó hoặc {command}.",
                f"Tỉnh Số already runs at {place}; stop it by Ctrl-C there or by {command}.",
            ) from None
        _write_note(file, {"pid": os.getpid(), "url": address.url})
        try:
            yield
        finally:
            _write_note(file, {})


def _write_note(file: IO[str], facts: dict[str, object]) -> None:
    file.truncate(0)
    file.write(json.dumps(facts))
    file.flush()


def running() -> dict[str, object] | None:
    """{"pid", "url"} of the supervisor of this installation; None when none runs."""
    try:
        with _note().open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return json.loads(file.read() or "{}") or None
    except (OSError, ValueError):
        return None
    return None


def stop(seconds: float = STOP_SECONDS + 20) -> bool:
    """Ask the running supervisor to stop and wait for it. Returns False when none runs."""
    there = running()
    if there is None:
        return False
    os.kill(int(str(there["pid"])), signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while running() is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    return True


# -- the database --


def _database_is_current() -> bool:
    """Whether the database has this version's tables and the sample has been looked at; asked without Django."""
    import psycopg

    from tinhso.config.schema import code_version

    url = os.environ.get("DATABASE_URL") or postgres.owner_url().replace(postgres.OWNER, postgres.APP)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT obj_description('public.django_migrations'::regclass)").fetchone()
            if row is None or row[0] != code_version():
                return False
            if not _wants_sample():
                return True
            filled = connection.execute("SELECT EXISTS (SELECT FROM directory_unit)").fetchone()
            return bool(filled and filled[0])
    except psycopg.errors.UndefinedTable:
        return False
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[0]
        raise OperatorError(f"Không nối được cơ sở dữ liệu: {said}", f"The database cannot be reached: {said}") from error


def _wants_sample() -> bool:
    return os.environ.get("TINHSO_SAMPLE") != "none"


def _tinhso(*words: str) -> None:
    """Run one of our own commands in front of the operator."""
    command = [sys.executable, "-m", "tinhso.config.cli", *words]
    done = subprocess.run(command, check=False, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
    if done.returncode:
        raise SystemExit(done.returncode)


def prepare_database() -> None:
    """Tables, rights and, in an empty database, the sample province."""
    if not _database_is_current():
        _tinhso("db", "migrate")
        if _wants_sample():
            _tinhso("demo", "load", "--if-empty")


# -- the supervisor --


class _Stopped(Exception):
    """The operator asked to stop."""


def _on_signal(number: int, frame: object) -> None:
    raise _Stopped


def _listen_for_stop() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _on_signal)


def _be_deaf() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run() -> None:
    """Start everything, say where it is, and stay until asked to stop.

    Raises:
        OperatorError: something the operator can mend stands in the way.
    """
    began = time.monotonic()
    _listen_for_stop()
    address = Address.from_environment()
    with contextlib.suppress(_Stopped), only_one(address):
        address.require_free()
        with contextlib.ExitStack() as stack:
            if not os.environ.get("DATABASE_URL"):
                stack.enter_context(postgres.lease(_say))
            stack.callback(_be_deaf)  # once stopping, stop to the end
            prepare_database()
            children = parts(address)
            stack.callback(_stop_all, children)
            stack.callback(_be_deaf)
            for child in children:
                child.start()
            _wait_until_ready(children[0], address)
            _welcome(address, time.monotonic() - began)
            _tend(children)
    print("Đã dừng. (Stopped.)", flush=True)


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _wait_until_ready(child: Child, address: Address) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not address.answers("/readyz"):
        fell = child.tend(time.monotonic())
        if (fell and child.falls >= 3) or time.monotonic() > deadline:
            print(child.last_lines(), file=sys.stderr)
            raise OperatorError(
                f"Phần “{child.name}” không khởi động được; nhật ký: {child.log}",
                f"The part “{child.name}” does not start; its log: {child.log}",
            )
        time.sleep(0.05)


def _tend(children: list[Child]) -> None:
    """Until stopped: start what falls, the database included, and keep the logs short."""
    own_database = not os.environ.get("DATABASE_URL")
    next_round = 0.0
    while True:
        now = time.monotonic()
        for child in children:
            if child.tend(now):
                pause = f"{pause_after(child.falls):g}s"
                _say(f"⚠ “{child.name}” đã ngừng, khởi động lại sau {pause} (fell; starting again). {child.log}")
        if now >= next_round:
            next_round = now + 5
            for child in children:
                child.trim_log()
            if own_database:
                try:
                    postgres.ensure_running()
                except OperatorError as error:
                    _say(f"⚠ {error.vi} ({error.en})")
        time.sleep(0.2)


def _stop_all(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    while any(child.running for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)


def _welcome(address: Address, seconds: float) -> None:
    lines = ["", f"  Tỉnh Số đang chạy / is running:  {address.url}    ({seconds:.1f} s)"]
    if elsewhere := address.urls_elsewhere():
        lines += [f"  từ máy khác / from other machines:  {'  '.join(elsewhere)}"]
    accounts = _sample_accounts()
    if accounts:
        lines += ["", f"  Tài khoản mẫu / sample accounts (mật khẩu / password: {accounts[0].get('password', '')}):"]
        width = max(len(account["username"]) for account in accounts)
        lines += [f"    {account['username']:<{width}}  {account['about']}" for account in accounts]
    elif not _wants_sample():
        lines += ["", "  Quản trị viên đầu tiên / the first administrator:  .venv/bin/tinhso accounts add --help"]
    lines += ["", f"  Ctrl-C để dừng / to stop.   Nhật ký / logs: {data_dir() / 'log'}", ""]
    print("\n".join(lines), flush=True)


def accounts_note() -> Path:
    """Where the list of sample accounts is kept between starts; what loads or resets the sample removes it."""
    database = hashlib.sha256((os.environ.get("DATABASE_URL") or "own").encode()).hexdigest()[:12]
    return data_dir() / "made" / f"accounts-{database}.json"


def _sample_accounts() -> list[dict[str, str]]:
    """What `tinhso demo accounts` says; kept, because asking takes as long as the rest of a start."""
    with contextlib.suppress(OSError, ValueError):
        return list(json.loads(accounts_note().read_text()))
    command = [sys.executable, "-m", "tinhso.config.cli", "demo", "accounts", "--json"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}
    )
    try:
        accounts = list(json.loads(done.stdout))
    except ValueError:
        return []
    if accounts:
        with contextlib.suppress(OSError):
            accounts_note().parent.mkdir(parents=True, exist_ok=True)
            accounts_note().write_text(done.stdout)
    return accounts
