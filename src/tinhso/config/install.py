"""What is made from the sources at set-up: browser libraries, translations, collected static files.

Safe to repeat, and quick when nothing has changed.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tinhso.config.assets import AssetError, install_assets
from tinhso.config.environment import ROOT, data_dir
from tinhso.config.sentences import OperatorError, explain, tell

SOURCE = ROOT / "src" / "tinhso"


def fingerprint(files: list[Path]) -> str:
    """Changes when a file appears, vanishes or is written."""
    mark = hashlib.sha256()
    for file in sorted(files):
        facts = file.stat()
        mark.update(f"{file}\0{facts.st_mtime_ns}\0{facts.st_size}\n".encode())
    return mark.hexdigest()


def _unless_same(name: str, files: Callable[[], list[Path]], work: Callable[[], object]) -> bool:
    """Do `work` unless the files are those of last time. The note is written after the work, so that a broken run is repeated."""
    note = data_dir() / "made" / name
    if note.exists() and note.read_text() == fingerprint(files()):
        return False
    note.unlink(missing_ok=True)
    work()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(fingerprint(files()))
    return True


def copy_browser_libraries() -> bool:
    """`node_modules` → `var/vendor`, and the sprite of icons."""

    def files() -> list[Path]:
        sources = [file for file in SOURCE.rglob("*") if file.suffix in {".html", ".py", ".js"} and "tests" not in file.parts]
        return [*sources, *(data_dir() / "vendor").glob("icons.svg"), ROOT / "package-lock.json"]

    return _unless_same("vendor", files, install_assets)


def compile_translations() -> bool:
    """`.po` → `.mo`, with gettext's own compiler."""
    changed = False
    for catalogue in SOURCE.glob("**/locale/*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= catalogue.stat().st_mtime_ns:
            continue
        done = subprocess.run(
            ["msgfmt", "--check-format", "-o", str(compiled), str(catalogue)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            compiled.unlink(missing_ok=True)
            raise OperatorError(f"Bản dịch có lỗi: {done.stderr.strip()}", f"A translation is broken: {done.stderr.strip()}")
        changed = True
    return changed


def collect_static_files() -> bool:
    """Gather, fingerprint and compress what browsers load, into `var/static`."""

    def files() -> list[Path]:
        folders = [data_dir() / "vendor", *SOURCE.glob("**/static")]
        found = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        return [*found, ROOT / "requirements" / "app.lock"]

    if not (data_dir() / "static" / "staticfiles.json").exists():
        (data_dir() / "made" / "static").unlink(missing_ok=True)
    return _unless_same("static", files, _collect_static_files)


# the API's page is drawn by Swagger: the other drawer that comes with it is never shown; htmx is npm's, in vendor/
_UNUSED = ("redoc*", "django_htmx")


def _collect_static_files() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v", "0", *(f"--ignore={name}" for name in _UNUSED)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tinhso.config.settings", "TINHSO_STATIC": "built"},
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[-1] if said else "?"
        raise OperatorError(f"Không gom được tệp tĩnh: {reason}", f"Static files could not be collected: {reason}")


_STEPS: list[tuple[str, Callable[[], bool]]] = [
    ("thư viện trình duyệt, biểu tượng / browser libraries, icons", copy_browser_libraries),
    ("bản dịch / translations", compile_translations),
    ("tệp tĩnh / static files", collect_static_files),
]


def main() -> int:
    if not find_spec("django"):
        tell(
            OperatorError(
                "Thư mục .venv thiếu Django; hãy xoá .venv rồi chạy lại.", "Django is missing in .venv; remove .venv, run again."
            )
        )
        return 1
    for label, step in _STEPS:
        started = time.monotonic()
        try:
            changed = step()
        except AssetError as error:
            tell(OperatorError(f"Thư viện trình duyệt: {error}", f"Browser libraries: {error}"))
            return 1
        except OSError as error:
            tell(explain(error))
            return 1
        except OperatorError as error:
            tell(error)
            return 1
        if changed:
            print(f"  ✓ {label}  {time.monotonic() - started:.0f}s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
