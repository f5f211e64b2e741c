"""The folder network scanners write to: below it one for each agency, named by its identifier, with more for its counters.

    <TINHSO_SCANS>/H20.70/page.jpg
    <TINHSO_SCANS>/H20.70/quay-2/page.pdf

A file that is taken goes to `da-nhan/` beside it, hidden until its pages are kept, and is removed after some days; what is no
scan stays where it is.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import time

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Agency
from tinhso.kernel.errors import NotFound, WrongState
from tinhso.kernel.manifest import Check
from tinhso.kernel.time import VIETNAM

TAKEN = "da-nhan"
KEPT = timedelta(days=7)
_HELD = timedelta(hours=1)  # longer than any reading: whoever held it is no more
MOST = 60
_ENDINGS = {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"}
_SETTLED = 2.0  # seconds without a change: the scanner has finished writing


@dataclass(frozen=True)
class Scan:
    """A file in the folder. `name` is its path below the agency's folder; `known`: by its name a scan."""

    name: str
    size: int
    at: datetime
    known: bool
    growing: bool


def switched_on() -> bool:
    return bool(settings.SCANS_DIR)


def scans_of(agency: Agency) -> list[Scan]:
    """What lies there for an agency, oldest first, what is no scan last, at most `MOST`; nothing when no folder is set up."""
    place = _place(agency)
    if place is None or not place.is_dir():
        return []
    found = sorted((_told(place, path) for path in _files(place)), key=lambda scan: (not scan.known, scan.at, scan.name))
    return found[:MOST]


def _place(agency: Agency) -> Path | None:
    """An agency's own folder; its identifier is a name of letters, digits and dots, never a way out."""
    code = agency.code or ""
    if not settings.SCANS_DIR or not code or code.startswith(".") or not code.replace(".", "").isalnum():
        return None
    return Path(settings.SCANS_DIR) / code


def _files(place: Path) -> Iterator[Path]:
    """Those of the folder and of the counters' folders, no deeper; nothing that only points elsewhere, nothing hidden."""
    for path in place.iterdir():
        if path.name.startswith(".") or path.is_symlink() or path.name == TAKEN:
            continue
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from (
                below for below in path.iterdir() if below.is_file() and not below.is_symlink() and not below.name.startswith(".")
            )


def _told(place: Path, path: Path) -> Scan:
    try:
        facts = path.stat()
    except OSError:  # taken by a colleague meanwhile
        return Scan(str(path.relative_to(place)), 0, datetime.now(VIETNAM), known=False, growing=True)
    return Scan(
        name=str(path.relative_to(place)),
        size=facts.st_size,
        at=datetime.fromtimestamp(facts.st_mtime, VIETNAM),
        known=path.suffix.lower() in _ENDINGS and facts.st_size <= settings.MAX_REQUEST_SIZE,
        growing=time() - facts.st_mtime < _SETTLED,
    )


def scan_path(agency: Agency, name: str) -> Path:
    """Where a file of the list lies.

    Raises:
        NotFound: nothing of that name is on the list, perhaps because a colleague has taken it.
    """
    return _listed(agency, name)[0]


def _listed(agency: Agency, name: str) -> tuple[Path, Scan]:
    place = _place(agency)
    scan = next((scan for scan in scans_of(agency) if scan.name == name), None)
    if place is None or scan is None:
        raise _gone()
    return place / name, scan


def _gone() -> NotFound:
    return NotFound(_("Tệp này không còn trong thư mục máy quét, có thể đồng nghiệp vừa nhận."))


@contextmanager
def taking(agency: Agency, name: str) -> Iterator[Path]:
    """Hold a file for oneself while its pages are kept: moved first, so that no two clerks take it, and back when that fails.

    To be held around the outermost action, so that a file counts as taken only when its pages are committed.

    Raises:
        NotFound: it is gone.
        WrongState: the scanner is still writing it.
    """
    path, scan = _listed(agency, name)
    if scan.growing:
        raise WrongState(_("Máy quét còn đang ghi tệp này. Hãy chờ vài giây rồi thử lại."))
    held = path.parent / TAKEN / f".{datetime.now(VIETNAM):%Y%m%d-%H%M%S-%f}-{path.name}"
    held.parent.mkdir(exist_ok=True)
    try:
        path.rename(held)
    except FileNotFoundError as error:
        raise _gone() from error
    os.utime(held)
    try:
        yield held
    except BaseException:
        _put_back(held, path)
        raise
    held.rename(held.with_name(held.name[1:]))


def _put_back(held: Path, path: Path) -> None:
    """Never over another file: the scanner may have written one of that name meanwhile."""
    try:
        os.link(held, path)
    except OSError:  # there is one, or the folder knows no links
        held.rename(path.with_name(held.name[1:]))
    else:
        held.unlink()


def remove_taken(now: float) -> int:
    """Remove what was taken long ago; returns how many files. What a process that died was holding goes back to the list."""
    if not settings.SCANS_DIR:
        return 0
    removed = 0
    for pattern in (f"*/{TAKEN}/*", f"*/*/{TAKEN}/*"):
        for path in Path(settings.SCANS_DIR).glob(pattern):
            with suppress(OSError):
                if not path.is_file():
                    continue
                age = now - path.stat().st_mtime
                if path.name.startswith("."):
                    if age > _HELD.total_seconds():
                        path.rename(path.parent.parent / path.name[1:])
                elif age > KEPT.total_seconds():
                    path.unlink()
                    removed += 1
    return removed


def folder_check() -> Check:
    part = str(_("Thư mục máy quét"))
    if not settings.SCANS_DIR:
        return Check(part, "not configured", advice="TINHSO_SCANS")
    place = Path(settings.SCANS_DIR)
    if not place.is_dir() or not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Check(part, "failed", str(place), str(_("Thư mục không có, hoặc phần mềm không được đọc và ghi ở đó.")))
    return Check(part, "ok", str(place))
