"""The SIP exchange that comes with the product: Kamailio with `deploy/sip/kamailio.cfg`, its settings, its telephones, its pulse.

Everything it reads lies in `<data>/sip/line-<id>/`: `kamailio.cfg` with the settings, which includes the one of `deploy/`,
`phones/`, the passwords' digests in the form of Kamailio's db_text, and `rtpengine.conf`, for the voice.
"""

import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from ipaddress import ip_address, ip_network
from math import ceil
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.models import Agent, Line
from tinhso.services.hotline.words import write_words

REALM = "tinhso"
_WEBSOCKET = re.compile(r"wss?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._/-]*")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[A-Za-z0-9.-]+):([0-9]{1,5})")


# without its kernel module, which needs a compiler and root: userspace carries a line's calls easily
_RTPENGINE = """[rtpengine]
table = -1
interface = {voice}
listen-ng = {control}
port-min = 30000
port-max = 39998
timeout = 120
offer-timeout = 180
silent-timeout = 3600
delete-delay = 0
foreground = true
log-stderr = true
log-level = 5
"""


@dataclass(frozen=True)
class Exchange:
    """Where it listens (`10.1.2.3:5060`), where the carrier is, which networks it calls from, how else it writes the
    number (`02731022`), how many seconds callers wait and telephones ring.

    voice: the address of this machine through which voice passes (`10.1.2.3`, or `10.1.2.3!203.0.113.9` behind NAT); control:
    where rtpengine takes orders; records: calls are recorded, after a notice. browser: where agents' browsers find the exchange
    (`wss://1022.example/may-dien-thoai`); web: where it listens for them. Browsers, words and recording need the voice.
    """

    listen: str
    trunk: str
    networks: tuple[str, ...]
    also: tuple[str, ...] = ()
    longest: int = 90
    ring: int = 20
    voice: str = ""
    control: str = "127.0.0.1:2223"
    records: bool = False
    browser: str = ""
    web: str = "127.0.0.1:5066"


def folder(line: Line) -> Path:
    return Path(settings.DATA_DIR) / "sip" / f"line-{line.pk}"


def recordings(line: Line) -> Path:
    """Where rtpengine writes the calls of a line, and the worker fetches them."""
    return folder(line) / "recordings"


def require_possible(exchange: Exchange) -> None:
    """Raises Invalid where an address or a network is none; `fields` names it."""
    wrong: dict[str, object] = {}
    places = {name: getattr(exchange, name) for name in ("listen", "trunk", "control", "web")}
    for name, text in places.items():
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
    try:
        for text in filter(None, exchange.voice.split("!")):
            ip_address(text)
    except ValueError:
        wrong["voice"] = _("Hãy ghi địa chỉ IP của máy này, ví dụ 10.1.2.3.")
    if exchange.browser and not _WEBSOCKET.fullmatch(exchange.browser):
        wrong["browser"] = _("Hãy ghi địa chỉ WebSocket, ví dụ wss://1022.tinh.gov.vn/may-dien-thoai.")
    elif (exchange.browser or exchange.records) and not exchange.voice:
        wrong["voice"] = _("Máy trên trình duyệt và ghi âm cần rtpengine: hãy ghi cả địa chỉ đi tiếng.")
    if wrong:
        raise Invalid(_("Thiết lập tổng đài SIP chưa đúng."), fields=wrong)


def write_settings(line: Line, exchange: Exchange, event_address: str, program: Path) -> Path:
    """Write what Kamailio reads, legible to its user alone: `program` with these settings. Returns the file to start it with."""
    place = folder(line)
    values = {
        "VOICE": exchange.control,
        "WEB": exchange.web,
        "ORIGIN": product_origin(),
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
    for made in (place, place / "phones", place / "run"):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    notice = write_words(place / "words", line) if exchange.voice else 0.0
    if exchange.records and not notice:
        problem = _("Ghi âm cần lời báo trước: hãy cài gói espeak-ng của Debian.")
        raise Invalid(problem, fields={"records": problem})
    values |= {"WORDS": str(place / "words"), "NOTICE": str(min(ceil(notice), 30))}
    uses = {
        "WITH_VOICE": bool(exchange.voice),
        "WITH_BROWSERS": bool(exchange.browser),
        "WITH_WORDS": notice > 0,
        "WITH_RECORDS": notice > 0 and exchange.records,
    }
    used = [name for name, wanted in uses.items() if wanted]
    defined = [f"#!define {name}" for name in used] + [f'#!substdef "!SIP_{name}!{value}!g"' for name, value in values.items()]
    _write(place / "kamailio.cfg", "\n".join(["#!KAMAILIO", *defined, f'include_file "{program}"', ""]))
    _write(place / "phones" / "version", "table_name(string) table_version(int)\nsubscriber:7\n")
    write_phones(line)
    if exchange.voice:
        text = _RTPENGINE.format(voice=exchange.voice, control=exchange.control)
        if exchange.records:
            text += f"recording-dir = {recordings(line)}\nrecording-method = pcap\nrecording-format = raw\n"
            recordings(line).mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(place / "rtpengine.conf", text)
    return place / "kamailio.cfg"


def write_phones(line: Line) -> int:
    """Write the digests of the line's telephones where its exchange is set up on this machine. Returns how many there are."""
    place = folder(line) / "phones"
    rows = []
    for agent in Agent.objects.filter(line=line, active=True).order_by("extension"):
        if agent.ha1:
            rows.append(f"{agent.extension}:{REALM}:{agent.ha1}:0")
        if agent.lent_ha1 and agent.lent_until:
            rows.append(f"{browser_name(agent)}:{REALM}:{agent.lent_ha1}:{int(agent.lent_until.timestamp())}")
    if place.is_dir():
        _write(place / "subscriber", "\n".join(["username(string) domain(string) ha1(string) until(int)", *rows]) + "\n")
    return len(rows)


def browser_name(agent: Agent) -> str:
    """By which a browser gives its password, beside the desk telephone of the same extension."""
    return f"{agent.extension}~web"


def digest(name: str, password: str) -> str:
    """HA1 of RFC 2617, which is what telephones can do."""
    return md5(f"{name}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


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


def voice_answers(address: str, seconds: float = 1.0) -> bool:
    """Whether rtpengine takes orders there: a ping of its own protocol."""
    host, _colon, port = address.rpartition(":")
    with suppress(OSError, ValueError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(seconds)
        line.connect((host, int(port)))
        line.send(f"{token_hex(4)} d7:command4:pinge".encode())
        return b"4:pong" in line.recv(4096)
    return False


def product_origin() -> str:
    """Of which pages browsers may be telephones."""
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{parts.netloc}"


def _write(path: Path, text: str) -> None:
    """At once or not at all: Kamailio reads the table at every registration."""
    beside = path.with_name(f".{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
