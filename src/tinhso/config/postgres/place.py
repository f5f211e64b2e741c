"""Where the cluster lives, as which user of the machine it runs, and how it is reached."""

import hashlib
import json
import os
import pwd
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tinhso.config.environment import data_dir
from tinhso.config.sentences import OperatorError

DATABASE = "tinhso"
OWNER, APP = "tinhso_owner", "tinhso_app"
OLDEST = 15
_BINARIES = Path("/usr/lib/postgresql")
_ELSEWHERE = Path("/var/lib/tinhso")
_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107  # bytes, the kernel's limit


@dataclass(frozen=True)
class Place:
    """Where the cluster lives and as which operating-system user it runs."""

    home: Path
    socket: Path
    user: str

    @property
    def data(self) -> Path:
        return self.home / "data"


def state_folder() -> Path:
    """The folder of locks and of the note that says where the cluster lives."""
    return data_dir() / "postgres"


def cluster_socket() -> Path:
    """The folder of the cluster's socket."""
    place = noted_place()
    return place.socket if place else state_folder() / "socket"


def owner_url(database: str = DATABASE) -> str:
    """DATABASE_URL of the cluster for the owner of the schema."""
    return f"postgresql://{OWNER}@/{database}?host={cluster_socket()}"


def exists() -> bool:
    """Whether the cluster has been made."""
    place = noted_place()
    return place is not None and (place.data / "PG_VERSION").exists()


def noted_place() -> Place | None:
    try:
        note = json.loads((state_folder() / "place.json").read_text())
        return Place(Path(note["home"]), Path(note["socket"]), note["user"])
    except (OSError, ValueError, KeyError):
        return None


def user_name(uid: int) -> str:
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
            name = user_name(owner)
            raise OperatorError(
                f"Cơ sở dữ liệu trong {home} thuộc người dùng “{name}”; hãy chạy bằng người dùng đã tạo ra nó (hoặc root).",
                f"The database in {home} belongs to the user “{name}”; run as the user who made it (or as root).",
            )
        return user_name(owner)
    if os.geteuid() != 0:
        return user_name(os.geteuid())
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise OperatorError(
            "Không có người dùng “postgres” để chạy PostgreSQL thay cho root; hãy dùng người dùng thường hoặc DATABASE_URL.",
            "PostgreSQL does not run as root and there is no user “postgres”; run as an ordinary user or set DATABASE_URL.",
        ) from None


def _reaches(user: str, folder: Path) -> bool:
    """Whether the user can enter the folder: tried, not guessed from mode bits."""
    if user == user_name(os.geteuid()):
        return True
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return subprocess.run(["/usr/bin/test", "-x", str(nearest)], check=False, cwd="/", **as_user(user)).returncode == 0


def as_user(user: str) -> dict[str, Any]:
    account = pwd.getpwnam(user)
    if account.pw_uid == os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": os.getgrouplist(user, account.pw_gid)}


def own_folder(folder: Path, user: str) -> None:
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


def choose_place() -> Place:
    """Decide where the cluster lives, and note it for every other process."""
    noted = noted_place()
    state = state_folder()
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
    if home == state and user != user_name(os.geteuid()):
        home.chmod(0o711)  # the server's user passes through to its data
    else:
        own_folder(home, user)
    place = Place(home, _socket_folder(home, user), user)
    own_folder(place.socket, user)
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
