"""The product's own PostgreSQL cluster.

Without `DATABASE_URL` the product keeps a cluster in `var/postgres`, made by the distribution's programs and reachable through a
Unix socket only. Whoever needs it takes a lease:

    with lease():
        ...

The first lease starts a keeper process, which runs the server. When the last lease is gone the keeper stops the server; a lease
is a shared file lock, so the operating system ends it even for a holder that was killed. So `make run`, `make test` and single
commands share one server, whoever comes first, and nothing is left behind.

Who may connect: the socket's folder is closed to other users, and `peer` authentication opens only two roles to the user of this
installation: `tinhso_owner` owns the schema, `tinhso_app` runs the application. The superuser `postgres` is open to the server's
own user. PostgreSQL refuses to run as root, so as root it runs as the distribution's user `postgres`; where that user cannot
reach the checkout, the data lives below `/var/lib/tinhso/`.

Needs nothing but the standard library.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from tinhso.config.environment import ROOT, data_dir
from tinhso.config.sentences import OperatorError, explain

DATABASE = "tinhso"
OWNER, APP = "tinhso_owner", "tinhso_app"
OLDEST = 15
_BINARIES = Path("/usr/lib/postgresql")
_ELSEWHERE = Path("/var/lib/tinhso")
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107  # bytes, the kernel's limit
_START_SECONDS = 60
_STOP_SECONDS = 30

_SETTINGS = """
# Tỉnh Số
max_connections = 120
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
# starting two helpers takes longer than what most statements save by them
parallel_setup_cost = 10000
wal_compression = on
jit = off
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
# no statements and no values of rows: they hold names and numbers of persons
log_min_duration_statement = -1
log_min_error_statement = panic
log_error_verbosity = terse
"""

# gexec: roles and databases cannot be created conditionally in plain SQL
_PREPARE = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {APP} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}') \\gexec
GRANT {APP} TO {OWNER};
\\connect template1
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
\\connect postgres
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP};
"""  # noqa: S608 - names of our own


@dataclass(frozen=True)
class Place:
    """Where the cluster lives and as which operating-system user it runs."""

    home: Path
    socket: Path
    user: str

    @property
    def data(self) -> Path:
        return self.home / "data"


def _state() -> Path:
    """The folder of locks and of the note that says where the cluster lives."""
    return data_dir() / "postgres"


def cluster_socket() -> Path:
    """The folder of the cluster's socket."""
    place = _noted_place()
    return place.socket if place else _state() / "socket"


def owner_url(database: str = DATABASE) -> str:
    """DATABASE_URL of the cluster for the owner of the schema."""
    return f"postgresql://{OWNER}@/{database}?host={cluster_socket()}"


def exists() -> bool:
    """Whether the cluster has been made."""
    place = _noted_place()
    return place is not None and (place.data / "PG_VERSION").exists()


# -- where --


def _noted_place() -> Place | None:
    try:
        note = json.loads((_state() / "place.json").read_text())
        return Place(Path(note["home"]), Path(note["socket"]), note["user"])
    except (OSError, ValueError, KeyError):
        return None


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise OperatorError(
            f"Người dùng số {uid} không có tên trong /etc/passwd mà PostgreSQL cần; hãy thêm người dùng hoặc đặt DATABASE_URL.",
            f"The user {uid} has no name in /etc/passwd, which PostgreSQL needs; add the user or set DATABASE_URL.",
        ) from None


def _server_user(home: Path) -> str:
    """As whom the server runs: the owner of existing data; else the current user; never root."""
    data = home / "data"
    if data.exists() and (owner := data.stat().st_uid) != 0:
        if os.geteuid() not in {0, owner}:
            name = _user_name(owner)
            raise OperatorError(
                f"Cơ sở dữ liệu trong {home} thuộc người dùng “{name}”; hãy chạy bằng người dùng đã tạo ra nó (hoặc root).",
                f"The database in {home} belongs to the user “{name}”; run as the user who made it (or as root).",
            )
        return _user_name(owner)
    if os.geteuid() != 0:
        return _user_name(os.geteuid())
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise OperatorError(
            "Không có người dùng “postgres” để chạy PostgreSQL thay cho root; hãy dùng người dùng thường hoặc DATABASE_URL.",
            "PostgreSQL does not run as root and there is no user “postgres”; run as an ordinary user or set DATABASE_URL.",
        ) from None


def _reaches(user: str, folder: Path) -> bool:
    """Whether the user can enter the folder: tried, not guessed from mode bits."""
    if user == _user_name(os.geteuid()):
        return True
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return subprocess.run(["/usr/bin/test", "-x", str(nearest)], check=False, cwd="/", **_as_user(user)).returncode == 0


def _as_user(user: str) -> dict[str, Any]:
    account = pwd.getpwnam(user)
    if account.pw_uid == os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": os.getgrouplist(user, account.pw_gid)}


def _own_folder(folder: Path, user: str) -> None:
    """Make the folder, owned by `user` and closed to everybody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    account = pwd.getpwnam(user)
    if folder.stat().st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def _socket_folder(home: Path, user: str) -> Path:
    """Beside the data; in a short place when that path is too long for the kernel."""
    beside = home / "socket"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
        return beside
    runtime = os.environ.get("XDG_RUNTIME_DIR") or ("/run" if os.access("/run", os.W_OK) else "/tmp")  # noqa: S108 - checked below
    short = Path(runtime) / f"tinhso-{_fingerprint(home)}"
    if short.is_symlink() or (short.exists() and short.stat().st_uid != pwd.getpwnam(user).pw_uid):
        raise OperatorError(
            f"{short} đã có và thuộc người khác; hãy xoá nó, hoặc đặt TINHSO_DATA vào một đường dẫn ngắn hơn.",
            f"{short} exists and belongs to somebody else; remove it, or set TINHSO_DATA to a shorter path.",
        )
    return short


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _choose_place() -> Place:
    """Decide where the cluster lives, and note it for every other process."""
    noted = _noted_place()
    state = _state()
    elsewhere = _ELSEWHERE / _fingerprint(data_dir())
    if noted and (noted.data / "PG_VERSION").exists():
        home = noted.home
    elif (state / "data").exists() or _reaches(_server_user(state), state.parent):
        home = state
    else:
        home = elsewhere
    user = _server_user(home)
    if home == elsewhere:
        _ELSEWHERE.mkdir(parents=True, exist_ok=True, mode=0o755)
    if home == state and user != _user_name(os.geteuid()):
        home.chmod(0o711)  # the server's user passes through to its data
    else:
        _own_folder(home, user)
    place = Place(home, _socket_folder(home, user), user)
    _own_folder(place.socket, user)
    note = json.dumps({name: str(value) for name, value in asdict(place).items()})
    if place != noted:
        (state / "place.json").write_text(note)
    return place


def binaries(version: int | None = None) -> Path:
    """The folder of PostgreSQL's programs: of the given major version, else the newest that has PostGIS.

    Raises:
        OperatorError: PostgreSQL or PostGIS is not installed.
    """
    versions = [version] if version else sorted((int(f.name) for f in _BINARIES.glob("[0-9]*") if f.name.isdigit()), reverse=True)
    for number in versions:
        folder = _BINARIES / str(number) / "bin"
        postgis = Path(f"/usr/share/postgresql/{number}/extension/postgis.control")
        if number >= OLDEST and (folder / "initdb").exists() and postgis.exists():
            return folder
    wanted = version or OLDEST
    packages = f"postgresql-{wanted} + postgresql-{wanted}-postgis-3"
    raise OperatorError(
        f"Không có PostgreSQL {wanted} với PostGIS; hãy cài {packages}, hoặc đặt DATABASE_URL.",
        f"PostgreSQL {wanted} with PostGIS is missing; install {packages}, or set DATABASE_URL.",
    )


# -- making it --


def _run_as(place: Place, command: list[str], sql: str | None = None) -> subprocess.CompletedProcess[str]:
    user = _as_user(place.user)
    return subprocess.run(command, check=False, text=True, capture_output=True, input=sql, cwd="/", env=_environment(), **user)


def _environment() -> dict[str, str]:
    """Without the PG* variables of the caller, which would lead elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _make_data(place: Place, say: Callable[[str], None]) -> None:
    """initdb into a folder beside, renamed when complete: a half-made cluster is never taken for a whole one."""
    if (place.data / "PG_VERSION").exists():
        return
    say("Tạo cơ sở dữ liệu PostgreSQL riêng… (making the product's own PostgreSQL cluster)")
    half = place.home / "data.new"
    shutil.rmtree(half, ignore_errors=True)
    _own_folder(half, place.user)
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi"]
    command = [str(binaries() / "initdb"), "-D", str(half), "-U", "postgres", *locale, "--auth=reject", "--data-checksums"]
    done = _run_as(place, command)
    if done.returncode:
        raise _server_error(done.stderr)
    with (half / "postgresql.conf").open("a") as file:
        file.write(_SETTINGS)
    if place.data.exists():  # a folder without PG_VERSION: what an interrupted copy or a full disk left
        place.data.rename(place.home / f"data.broken-{int(time.time())}")
    half.rename(place.data)


def _write_access(place: Place) -> None:
    """pg_hba.conf and pg_ident.conf: this installation's user reaches the two roles, the server's user also the superuser."""
    clients = {place.user, _user_name(os.geteuid())}
    mapping = [f'tinhso "{client}" {role}' for client in sorted(clients) for role in (OWNER, APP)]
    mapping.append(f'tinhso "{place.user}" postgres')
    for name, text in {
        "pg_hba.conf": "local all all peer map=tinhso\n",
        "pg_ident.conf": "\n".join(mapping) + "\n",
    }.items():
        file = place.data / name
        if file.read_text() != text:
            file.write_text(text)


def _prepare_roles(place: Place) -> None:
    """Roles, extensions and the database; again whenever the wish changes."""
    mark = place.home / "prepared"
    wish = hashlib.sha256(_PREPARE.encode()).hexdigest()
    if mark.exists() and mark.read_text() == wish:
        return
    psql = binaries(_version(place)) / "psql"
    done = _run_as(
        place,
        [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(place.socket), "-U", "postgres", "-d", "postgres"],
        "SET client_min_messages = warning;\n" + _PREPARE,
    )
    if done.returncode:
        raise _server_error(done.stderr)
    mark.write_text(wish)


def empty_database() -> None:
    """Throw the product's database away and make it anew, without tables. The caller holds a lease."""
    place = _choose_place()
    mark = place.home / "prepared"
    mark.unlink(missing_ok=True)
    psql = [str(binaries(_version(place)) / "psql"), "-X", "-q", "-h", str(place.socket), "-U", "postgres", "-d", "postgres"]
    done = _run_as(place, [*psql, "-c", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"])
    if done.returncode:
        raise _server_error(done.stderr)
    _prepare_roles(place)


def _version(place: Place) -> int:
    return int((place.data / "PG_VERSION").read_text())


def _server_error(text: str) -> OperatorError:
    """The server's own words, with advice for what operators meet."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "ERROR", "error", "could not", "PANIC"))]
    said = (telling or lines or ["?"])[0].strip()
    if "No space left" in text:
        return OperatorError(
            "Ổ đĩa đã đầy, PostgreSQL không ghi được; hãy giải phóng dung lượng rồi chạy lại.",
            "The disk is full, PostgreSQL cannot write; free some space and run again.",
        )
    return OperatorError(
        f"PostgreSQL không khởi động được: {said} (chi tiết trong {_start_log()}).",
        f"PostgreSQL did not start: {said} (details in {_start_log()}).",
    )


def _start_log() -> Path:
    return data_dir() / "log" / "postgres-start.log"


# -- leases --


def _open_lock(name: str, folder: Path | None = None) -> IO[str]:
    return ((folder or _state()) / name).open("a+")


def _try_lock(file: IO[str]) -> bool:
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
    folder = _state()  # kept: TINHSO_DATA may mean another place by the time the lease ends
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _open_lock("lease", folder)
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
        with _open_lock("start") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            place = _choose_place()
            _make_data(place, say)
            binaries(_version(place))
            _write_access(place)
            if not _keeper_alive():
                _start_keeper()
            _wait_until_ready(place)
            _prepare_roles(place)
            return place
    except OSError as error:
        raise explain(error) from error


def _release(held: IO[str], folder: Path) -> None:
    """Give the lease back; as the last holder, see the server stopped."""
    if not _try_lock(held):
        return  # others hold it
    with _open_lock("keeper", folder) as keeper:
        if _try_lock(keeper):
            return
        keeper.seek(0)
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(keeper.read()), signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while not _try_lock(keeper) and time.monotonic() < deadline:
            time.sleep(0.02)


def _keeper_alive() -> bool:
    with _open_lock("keeper") as file:
        return not _try_lock(file)


def _start_keeper() -> None:
    log = _start_log()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        subprocess.Popen(
            [sys.executable, "-m", "tinhso.config.postgres"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=ROOT,
            env=_environment() | {"PYTHONPATH": str(ROOT / "src"), "TINHSO_DATA": str(data_dir())},
        )
    deadline = time.monotonic() + 10
    while not _keeper_alive():
        if time.monotonic() > deadline:
            raise _server_error(log.read_text())
        time.sleep(0.01)


def _wait_until_ready(place: Place) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server_ready(place):
        if not _keeper_alive() or time.monotonic() > deadline:
            raise _server_error(_start_log().read_text(errors="replace") + _server_log(place))
        time.sleep(0.02)


def _server_log(place: Place) -> str:
    logs = sorted((place.data / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
    return "\n".join(logs[-1].read_text(errors="replace").splitlines()[-20:]) if logs else ""


def server_ready(place: Place) -> bool:
    """What pg_ctl asks: the server's own status line; and whether a living server of this data folder wrote it."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        return lines[7].strip() == "ready" and _is_server(int(lines[0]), place)
    except (OSError, IndexError, ValueError):
        return False


def _is_server(pid: int, place: Place) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(place.data) in command


# -- the keeper --


def _die_with_parent() -> None:
    """In the child, before exec and after the change of user, which would clear it: stop when the keeper dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _spawn_server(place: Place) -> subprocess.Popen[bytes]:
    pid_file = place.data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        if not _is_server(int(pid_file.read_text().splitlines()[0]), place):
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
        [str(binaries(_version(place)) / "postgres"), "-D", str(place.data), *only_socket],
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread
        **_as_user(place.user),
    )


def keep() -> int:
    """Run the server as long as anyone holds a lease; start it again when it falls, a few times."""
    place = _noted_place()
    alive, leases = _open_lock("keeper"), _open_lock("lease")
    if place is None or not _try_lock(alive):
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
    while not asked_to_stop and not _try_lock(leases):
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
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    alive.close()
    return 0


if __name__ == "__main__":
    sys.exit(keep())
