"""Making the cluster: its data, its settings, who may connect, its roles and the database."""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tinhso.config.environment import data_dir
from tinhso.config.postgres.place import APP, DATABASE, OWNER, Place, as_user, binaries, choose_place, own_folder, user_name
from tinhso.config.sentences import OperatorError

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


def run_as(place: Place, command: list[str], sql: str | None = None) -> subprocess.CompletedProcess[str]:
    user = as_user(place.user)
    return subprocess.run(command, check=False, text=True, capture_output=True, input=sql, cwd="/", env=environment(), **user)


def environment() -> dict[str, str]:
    """Without the PG* variables of the caller, which would lead elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def make_data(place: Place, say: Callable[[str], None]) -> None:
    """initdb into a folder beside, renamed when complete: a half-made cluster is never taken for a whole one."""
    if (place.data / "PG_VERSION").exists():
        return
    say("Tạo cơ sở dữ liệu PostgreSQL riêng… (making the product's own PostgreSQL cluster)")
    half = place.home / "data.new"
    shutil.rmtree(half, ignore_errors=True)
    own_folder(half, place.user)
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi"]
    command = [str(binaries() / "initdb"), "-D", str(half), "-U", "postgres", *locale, "--auth=reject", "--data-checksums"]
    done = run_as(place, command)
    if done.returncode:
        raise server_error(done.stderr)
    with (half / "postgresql.conf").open("a") as file:
        file.write(_SETTINGS)
    if place.data.exists():  # a folder without PG_VERSION: what an interrupted copy or a full disk left
        place.data.rename(place.home / f"data.broken-{int(time.time())}")
    half.rename(place.data)


def write_access(place: Place) -> None:
    """pg_hba.conf and pg_ident.conf: this installation's user reaches the two roles, the server's user also the superuser."""
    clients = {place.user, user_name(os.geteuid())}
    mapping = [f'tinhso "{client}" {role}' for client in sorted(clients) for role in (OWNER, APP)]
    mapping.append(f'tinhso "{place.user}" postgres')
    for name, text in {
        "pg_hba.conf": "local all all peer map=tinhso\n",
        "pg_ident.conf": "\n".join(mapping) + "\n",
    }.items():
        file = place.data / name
        if file.read_text() != text:
            file.write_text(text)


def prepare_roles(place: Place) -> None:
    """Roles, extensions and the database; again whenever the wish changes."""
    mark = place.home / "prepared"
    wish = hashlib.sha256(_PREPARE.encode()).hexdigest()
    if mark.exists() and mark.read_text() == wish:
        return
    psql = binaries(version(place)) / "psql"
    done = run_as(
        place,
        [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(place.socket), "-U", "postgres", "-d", "postgres"],
        "SET client_min_messages = warning;\n" + _PREPARE,
    )
    if done.returncode:
        raise server_error(done.stderr)
    mark.write_text(wish)


def empty_database() -> None:
    """Throw the product's database away and make it anew, without tables. The caller holds a lease."""
    place = choose_place()
    mark = place.home / "prepared"
    mark.unlink(missing_ok=True)
    psql = [str(binaries(version(place)) / "psql"), "-X", "-q", "-h", str(place.socket), "-U", "postgres", "-d", "postgres"]
    done = run_as(place, [*psql, "-c", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"])
    if done.returncode:
        raise server_error(done.stderr)
    prepare_roles(place)


def version(place: Place) -> int:
    return int((place.data / "PG_VERSION").read_text())


def server_error(text: str) -> OperatorError:
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
        f"PostgreSQL không khởi động được: {said} (chi tiết trong {start_log()}).",
        f"PostgreSQL did not start: {said} (details in {start_log()}).",
    )


def start_log() -> Path:
    return data_dir() / "log" / "postgres-start.log"
