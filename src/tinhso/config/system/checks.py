"""The health of what the product stands on."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from tinhso.config.grants import APPEND_ONLY
from tinhso.kernel.manifest import Check

_LEAST_DISK = 500 * 1024**2
_HEARTBEAT = timedelta(seconds=40)
_SKEW = timedelta(seconds=5)
_FONT = "Liberation Serif"


def system_checks() -> list[Check]:
    """Every check, each on its own: one that cannot be made is reported as failed and hides no other."""
    found: list[Check] = []
    for part, check in _CHECKS.items():
        try:
            found += check()
        except DatabaseError as error:
            said = (str(error).strip().splitlines() or ["?"])[0]
            found.append(Check(part, "failed", said, _("tinhso run, hoặc xem lại DATABASE_URL")))
    return found


def _ask(sql: str, *values: str | list[str]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row or (None,)


def check_database() -> Iterator[Check]:
    version, locale = _ask(
        "SELECT current_setting('server_version'), coalesce(daticulocale, datcollate) FROM pg_database"
        " WHERE datname = current_database()"
    )
    old = int(version.split(".")[0]) < 15
    yield Check(
        "database",
        "failed" if old else "ok",
        _("PostgreSQL {version}, thứ tự chữ {locale}").format(version=version.split()[0], locale=locale),
        _("cài PostgreSQL 15 trở lên") if old else "",
    )
    (postgis,) = _ask("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    yield Check(
        "database.postgis",
        "ok" if postgis else "failed",
        postgis,
        "" if postgis else _("chạy CREATE EXTENSION postgis bằng quyền quản trị cơ sở dữ liệu"),
    )


def check_tables() -> Iterator[Check]:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield Check(
        "database.tables",
        "failed" if missing else "ok",
        _("thiếu {n} bước").format(n=missing) if missing else _("đã cập nhật"),
        "tinhso db migrate" if missing else "",
    )


def check_audit_rights() -> Iterator[Check]:
    (may,) = _ask(
        "SELECT bool_or(has_table_privilege(t, 'UPDATE') OR has_table_privilege(t, 'DELETE')) FROM unnest(%s::text[]) t",
        list(APPEND_ONLY),
    )
    (guards,) = _ask(
        "SELECT count(*) FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal AND tgrelid = ANY(%s::regclass[])",
        list(APPEND_ONLY),
    )
    if guards < 2 * len(APPEND_ONLY):
        yield Check(
            "audit.rights", "failed", _("cơ chế chặn sửa nhật ký đang tắt"), _("chạy tinhso audit verify, rồi tinhso db migrate")
        )
    elif may:
        detail = _("một tài khoản cơ sở dữ liệu làm mọi việc; trigger chặn sửa")
        yield Check("audit.rights", "ok", detail, _("đặt DATABASE_OWNER_URL và cấp cho ứng dụng một tài khoản riêng"))
    else:
        yield Check("audit.rights", "ok", _("ứng dụng chỉ được thêm dòng"))


def check_worker() -> Iterator[Check]:
    (beat,) = _ask("SELECT max(last_heartbeat) FROM procrastinate_workers")
    alive = beat is not None and datetime.now(UTC) - beat < _HEARTBEAT
    detail = _("hoạt động lần cuối {at}").format(at=f"{beat:%d/%m/%Y %H:%M:%S %Z}") if beat else _("không có tín hiệu")
    yield Check("worker", "ok" if alive else "failed", detail, "" if alive else "tinhso run")
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 2 DESC")
        failed = cursor.fetchall()
    names = ", ".join(f"{name.rsplit('.', 1)[-1]} × {count}" for name, count in failed)
    yield Check(
        "worker.jobs",
        "failed" if failed else "ok",
        names or _("không có việc hỏng"),
        _("xem log/worker.log trong thư mục dữ liệu") if failed else "",
    )


def check_clock() -> Iterator[Check]:
    (there,) = _ask("SELECT clock_timestamp()")
    skew = abs(datetime.now(UTC) - there)
    good = skew < _SKEW
    yield Check(
        "clock",
        "ok" if good else "failed",
        _("lệch {seconds} giây so với cơ sở dữ liệu, {zone}").format(seconds=f"{skew.total_seconds():.1f}", zone=time.tzname[0]),
        "" if good else _("chỉnh giờ hai máy theo NTP"),
    )


def check_static_files() -> Iterator[Check]:
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    vendor = settings.DATA_DIR / "vendor" / "tabler" / "tabler.min.css"
    if not vendor.exists():
        yield Check("static files", "failed", _("thiếu thư viện giao diện"), "make run")
    else:
        yield Check("static files", "ok", _("đã gom") if manifest.exists() else _("lấy thẳng từ mã nguồn"))


def check_translations() -> Iterator[Check]:
    """Without the compiled catalogue Django silently shows English readers Vietnamese."""
    for folder in settings.LOCALE_PATHS:
        for catalogue in folder.glob("*/LC_MESSAGES/*.po"):
            compiled = catalogue.with_suffix(".mo")
            good = compiled.exists() and compiled.stat().st_mtime_ns >= catalogue.stat().st_mtime_ns
            language = catalogue.parts[-3]
            yield Check(
                "translations",
                "ok" if good else "failed",
                language if good else _("bản dịch {language} chưa biên dịch").format(language=language),
                "" if good else _("make run (cần gettext)"),
            )


def check_fonts() -> Iterator[Check]:
    """The face of documents must have every Vietnamese letter; Ạ (U+1EA0) is one only a Vietnamese face has."""
    try:
        found = subprocess.run(["fc-list", f":family={_FONT}:charset=1ea0"], check=False, capture_output=True, text=True).stdout
    except OSError:
        found = ""
    yield Check(
        "fonts",
        "ok" if found else "failed",
        _FONT if found else _("không có phông {font} đủ chữ Việt").format(font=_FONT),
        "" if found else "apt-get install fonts-liberation2 fontconfig",
    )


def check_disk() -> Iterator[Check]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    good = free > _LEAST_DISK
    yield Check(
        "disk",
        "ok" if good else "failed",
        _("còn trống {size} GB").format(size=f"{free / 1024**3:.1f}"),
        "" if good else _("dọn bớt ổ đĩa chứa {folder}").format(folder=settings.DATA_DIR),
    )


def check_secrets() -> Iterator[Check]:
    folder = settings.DATA_DIR / "secrets"
    open_ones = [file.name for file in folder.glob("*") if file.stat().st_mode & 0o077] if folder.exists() else []
    yield Check("secrets", "failed" if open_ones else "ok", ", ".join(open_ones), f"chmod 600 {folder}/*" if open_ones else "")


_CHECKS: dict[str, Callable[[], Iterator[Check]]] = {
    "database": check_database,
    "database.tables": check_tables,
    "audit.rights": check_audit_rights,
    "worker": check_worker,
    "clock": check_clock,
    "static files": check_static_files,
    "translations": check_translations,
    "fonts": check_fonts,
    "disk": check_disk,
    "secrets": check_secrets,
}
