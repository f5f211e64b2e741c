"""Vietnamese spoken by espeak-ng, a program of Debian."""

import shutil
import subprocess
from functools import lru_cache

PROGRAM = "espeak-ng"


@lru_cache(maxsize=64)
def spoken(words: str) -> bytes | None:
    """The words as a WAV file; None where the program is missing or fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    command = [program, "-v", "vi", "-s", "135", "-g", "4", "--stdout", words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=5, check=True)  # noqa: S603 - our own words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout or None
