"""The SIP exchange that comes with the product: Kamailio with `deploy/sip/kamailio.cfg`, its settings, its telephones, its pulse.

Everything it reads lies in `<data>/sip/line-<id>/`: `kamailio.cfg` with the settings, which includes the one of `deploy/`, and
`phones/`, the passwords' digests in the form of Kamailio's db_text.
"""

import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from ipaddress import ip_network
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.models import Agent, Line

REALM = "tinhso"
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[A-Za-z0-9.-]+):([0-9]{1,5})")


@dataclass(frozen=True)
class Exchange:
    """Where it listens (`10.1.2.3:5060`), where the carrier is, which networks it calls from, how else it writes the
    number (`02731022`), how many seconds callers wait and telephones ring."""

    listen: str
    trunk: str
    networks: tuple[str, ...]
    also: tuple[str, ...] = ()
    longest: int = 90
    ring: int = 20


def folder(line: Line) -> Path:
    return Path(settings.DATA_DIR) / "sip" / f"line-{line.pk}"


def require_possible(exchange: Exchange) -> None:
    """Raises Invalid where an address or a network is none; `fields` names it."""
    wrong: dict[str, object] = {}
    for name, text in (("listen", exchange.listen), ("trunk", exchange.trunk)):
        port = _ADDRESS.fullmatch(text)
        if not port or not 1 <= int(port.group(1)) <= 65535:
            wrong[name] = _("Hãy ghi địa chỉ và cổng, ví dụ 10.1.2.3:5060.")
    try:
        good = [ip_network(text) for text in exchange.networks]
    except ValueError:
        good = []
    if not good:
        wrong["networks"] = _("Hãy ghi mạng của nhà mạng, ví dụ 203.0.113.8/32.")
    if not all(re.fullmatch(r"\+?[0-9]{3,15}", number) for number in exchange.also):
        wrong["also"] = _("Số tổng đài gồm 3 đến 15 chữ số.")
    if not 10 <= exchange.longest <= 100:
        wrong["longest"] = _("Người gọi chờ từ 10 đến 100 giây.")
    if wrong:
        raise Invalid(_("Thiết lập tổng đài SIP chưa đúng."), fields=wrong)


def write_settings(line: Line, exchange: Exchange, event_address: str, program: Path) -> Path:
    """Write what Kamailio reads, legible to its user alone: `program` with these settings. Returns the file to start it with."""
    place = folder(line)
    values = {
        "LISTEN": exchange.listen,
        "REALM": REALM,
        "LINE": line.number,
        "TRUNK": exchange.trunk,
        "NETS": ",".join(exchange.networks),
        "PHONES": str(place / "phones"),
        "CTI": event_address,
        "ALSO": "|".join(number.replace("+", "[+]") for number in (line.number, *exchange.also)),
        "LONGEST": str(exchange.longest),
        "ROUND": str(exchange.ring),
    }
    settings = [f'#!substdef "!SIP_{name}!{value}!g"' for name, value in values.items()]
    for made in (place, place / "phones", place / "run"):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(place / "kamailio.cfg", "\n".join(["#!KAMAILIO", *settings, f'include_file "{program}"', ""]))
    _write(place / "phones" / "version", "table_name(string) table_version(int)\nsubscriber:7\n")
    write_phones(line)
    return place / "kamailio.cfg"


def write_phones(line: Line) -> int:
    """Write the digests of the line's telephones where its exchange is set up on this machine. Returns how many there are."""
    place = folder(line) / "phones"
    agents = Agent.objects.filter(line=line, active=True).exclude(ha1="").order_by("extension")
    rows = [f"{agent.extension}:{REALM}:{agent.ha1}" for agent in agents]
    if place.is_dir():
        _write(place / "subscriber", "\n".join(["username(string) domain(string) ha1(string)", *rows]) + "\n")
    return len(rows)


def digest(extension: str, password: str) -> str:
    """HA1 of RFC 2617, which is what telephones can do."""
    return md5(f"{extension}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def answers(address: str, seconds: float = 1.0) -> bool:
    """Whether a SIP server answers OPTIONS there, by UDP."""
    host, _colon, port = address.rpartition(":")
    with suppress(OSError, ValueError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(seconds)
        line.connect((host, int(port)))
        own, mark = "{}:{}".format(*line.getsockname()), token_hex(8)
        line.send(
            (
                f"OPTIONS sip:{address} SIP/2.0\r\nMax-Forwards: 5\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{mark}\r\n"
                f"From: <sip:check@{own}>;tag={mark}\r\nTo: <sip:{address}>\r\nCall-ID: {mark}\r\nCSeq: 1 OPTIONS\r\n"
                "Content-Length: 0\r\n\r\n"
            ).encode()
        )
        return line.recv(4096).startswith(b"SIP/2.0 200")
    return False


def _write(path: Path, text: str) -> None:
    """At once or not at all: Kamailio reads the table at every registration."""
    beside = path.with_name(f".{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
