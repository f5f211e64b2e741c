"""What the environment and the data folder say."""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def data_dir() -> Path:
    """Where the installation keeps its data: `TINHSO_DATA`, else `var/` of the checkout."""
    return Path(os.environ.get("TINHSO_DATA") or ROOT / "var").resolve()


def flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def secret(name: str) -> str:
    """A secret of this installation: `TINHSO_SECRET_<NAME>`, else the file `secrets/<name>`, made at first use."""
    given = os.environ.get(f"TINHSO_SECRET_{name.upper()}")
    if given:
        return given
    path = data_dir() / "secrets" / name
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = secrets.token_urlsafe(48)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(made)
        except FileExistsError:  # another process was quicker
            return path.read_text()
        return made


def given_secret(name: str) -> str:
    """A secret others gave us, such as a password at another system: `TINHSO_SECRET_<NAME>`, else the file `secrets/<name>`."""
    path = data_dir() / "secrets" / name
    return os.environ.get(f"TINHSO_SECRET_{name.upper()}") or (path.read_text().strip() if path.is_file() else "")
