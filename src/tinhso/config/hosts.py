"""The names under which the installation answers; one nobody expects is refused, so that no page or link is made for it."""

import socket
import subprocess
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def allowed_hosts(host: str, given: str, public_url: str) -> list[str]:
    """The host names answered: this machine's own, and those `given` with commas (`TINHSO_HOSTS`).

    Its own are the loopback names (the supervisor asks there), its network name, the host of `public_url`, and `host`; where it
    listens on all addresses (`HOST=0.0.0.0`), those of its network cards too.
    """
    own = own_addresses() if host in ALL_ADDRESSES else [_in_brackets(host)]
    names = [
        *LOOPBACK,
        socket.gethostname().lower(),
        _in_brackets(urlsplit(public_url).hostname or ""),
        *own,
        *map(str.strip, given.split(",")),
    ]
    return list(dict.fromkeys(filter(None, names)))


def own_addresses() -> list[str]:
    """The addresses of this machine's network cards, as a browser writes them; none where the system cannot tell."""
    try:
        told = subprocess.run(["hostname", "-I"], check=False, capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [_in_brackets(address) for address in told.split()]


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
