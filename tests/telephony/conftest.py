"""A real Kamailio (and rtpengine) with the settings the product writes, sipp for telephones and callers, a live server."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.db import connection

from tinhso.blocks.cases.tests.conftest import town, version  # noqa: F401
from tinhso.config.environment import ROOT
from tinhso.services.hotline.actions.agents import new_phone_password, set_state
from tinhso.services.hotline.actions.setup import join_exchange
from tinhso.services.hotline.models import Agent, Call
from tinhso.services.hotline.sip import Exchange, answers, folder, voice_answers, write_settings
from tinhso.services.hotline.tests.conftest import Hotline, make_hotline

PATIENCE = 20.0
CALLER = "+84912345678"
_GENTLE = ("-default_behaviors", "all,-abortunexp")  # a 180 more or less is no failure
_SCENARIOS = Path(__file__).parent / "sipp"


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def within(question: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first answer that is true, or the last one."""
    deadline = monotonic() + seconds
    while not (found := question()) and monotonic() < deadline:
        sleep(0.1)
    return found


class Gate:
    """The way from the exchange to the product, which can be shut."""

    def __init__(self, port: int) -> None:
        self.open, self._port = True, port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _place = self._door.accept()
                threading.Thread(target=self._pass, args=(caller,), daemon=True).start()

    def _pass(self, caller: socket.socket) -> None:
        with closing(caller), suppress(OSError):
            if not self.open:
                return
            with closing(socket.create_connection(("127.0.0.1", self._port))) as product:
                back = threading.Thread(target=_pump, args=(product, caller), daemon=True)
                back.start()
                _pump(caller, product)
                back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@dataclass
class Sip:
    """The exchange, and what is done at it."""

    hotline: Hotline
    gate: Gate
    place: str
    trunk: int
    folder: Path
    passwords: dict[str, str]
    phones: dict[str, int] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kamailio: "subprocess.Popen[bytes] | None" = None

    def start_exchange(self) -> None:
        """Start Kamailio and wait until it answers."""
        program, log = folder(self.hotline.line) / "kamailio.cfg", self.folder / "kamailio.log"
        run = str(program.parent / "run")
        command = [shutil.which("kamailio") or "/usr/sbin/kamailio", "-f", str(program), "-DD", "-E", "-Y", run, "-w", run]
        with log.open("ab") as said:
            self.kamailio = kamailio = subprocess.Popen(command, stdout=said, stderr=said)
        within(lambda: answers(self.place, 0.2) or kamailio.poll() is not None)
        assert kamailio.poll() is None, log.read_text()

    def stop_exchange(self) -> None:
        _stop([self.kamailio] if self.kamailio else [])

    def sipp(self, scenario: str, port: int, *words: str) -> "subprocess.Popen[bytes]":
        """Play a scenario at a port of this machine."""
        command = ["sipp", self.place, "-sf", str(_SCENARIOS / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port), "-m", "1"]
        command += ["-timeout", "40", "-nostdin", *words]
        playing = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(playing)
        return playing

    def register(self, extension: str, password: str = "") -> bool:
        """Let a telephone register, ready or not."""
        port = self.phones.setdefault(extension, free_port())
        words = ("-key", "user", extension, "-key", "phone", str(port), "-au", extension)
        return self.ends(self.sipp("register", free_port(), *words, "-ap", password or self.passwords[extension]))

    def phone(self, extension: str, does: str) -> "subprocess.Popen[bytes]":
        return self.sipp(does, self.phones[extension], *_GENTLE)

    def call(
        self, does: str = "calls", *, seconds: float = 0.5, number: str = "1022", more: tuple[str, ...] = ()
    ) -> "subprocess.Popen[bytes]":
        """Somebody calls through the carrier."""
        words = ["-s", number, "-key", "caller", CALLER, "-d", str(int(seconds * 1000)), *_GENTLE, *more]
        return self.sipp(does, self.trunk, *words, "-rtp_echo", "-mp", str(free_port()))

    @staticmethod
    def ends(playing: "subprocess.Popen[bytes]") -> bool:
        """Whether the scenario went as written."""
        return playing.wait(45) == 0

    def becomes(self, state: str) -> Call:
        """The one call, once it has this state, as the product knows it."""
        within(lambda: Call.objects.filter(state=state).first())
        return Call.objects.select_related("agent").get()


@pytest.fixture
def sip(transactional_db: None, live_server: Any, town: Any, settings: Any, tmp_path: Path) -> Iterator[Sip]:  # noqa: F811
    """The exchange runs; 201 and 202 are registered, 201 is ready."""
    with exchange_runs(live_server, town, settings, tmp_path) as made:
        assert made.register("201")
        assert made.register("202")
        ready(made.hotline.agent)
        yield made
    connection.close()


@pytest.fixture
def sip_of_long_rounds(transactional_db: None, live_server: Any, town: Any, settings: Any, tmp_path: Path) -> Iterator[Sip]:  # noqa: F811
    """As `sip`, and telephones ring for eight seconds before others do."""
    with exchange_runs(live_server, town, settings, tmp_path, ring=8) as made:
        assert made.register("201")
        ready(made.hotline.agent)
        yield made
    connection.close()


@pytest.fixture
def sip_with_voice(
    transactional_db: None,
    live_server: Any,
    town: Any,  # noqa: F811
    settings: Any,
    tmp_path: Path,
) -> Iterator[Sip]:
    """The exchange and rtpengine run, browsers may be telephones; nobody is registered."""
    with exchange_runs(live_server, town, settings, tmp_path, voice=True) as made:
        yield made
    connection.close()


@pytest.fixture
def sip_that_records(
    transactional_db: None,
    live_server: Any,
    town: Any,  # noqa: F811
    settings: Any,
    tmp_path: Path,
) -> Iterator[Sip]:
    """As `sip_with_voice`, and calls are recorded."""
    with exchange_runs(live_server, town, settings, tmp_path, voice=True, records=True) as made:
        yield made
    connection.close()


@contextmanager
def exchange_runs(
    live_server: Any,
    town: Any,  # noqa: F811
    settings: Any,
    tmp_path: Path,
    *,
    voice: bool = False,
    records: bool = False,
    ring: int = 3,
) -> Iterator[Sip]:
    for program in ("kamailio", "sipp", *(("rtpengine",) if voice else ())):
        if shutil.which(program) is None and not Path("/usr/sbin", program).exists():
            pytest.skip(f"{program} is not installed: scripts/setup dev installs it")
    settings.DATA_DIR, settings.PUBLIC_URL = tmp_path, live_server.url
    urlopen(f"{live_server.url}/healthz", timeout=60).close()  # a first request loads much
    hotline = make_hotline(town)
    gate = Gate(urlsplit(live_server.url).port or 80)
    place, trunk = f"127.0.0.1:{free_port()}", free_port()
    exchange = Exchange(place, f"127.0.0.1:{trunk}", ("127.0.0.1/32",), ("02731022",), longest=20, ring=ring)
    if voice:
        web, control = f"127.0.0.1:{free_port(socket.SOCK_STREAM)}", f"127.0.0.1:{free_port()}"
        exchange = replace(exchange, voice="127.0.0.1", records=records, control=control, web=web, browser=f"ws://{web}/")
    secret = join_exchange(hotline.line, place, by=None, voice=exchange.control if voice else "", browser_url=exchange.browser)
    address = f"http://127.0.0.1:{gate.port}/tong-dai/cti/{secret}/"
    program = write_settings(hotline.line, exchange, address, ROOT / "deploy" / "sip" / "kamailio.cfg")
    agents = (hotline.agent, hotline.colleague)
    passwords = {agent.extension: new_phone_password(agent, by=None) for agent in agents}
    with ExitStack() as stack, (tmp_path / "rtpengine.log").open("wb") as log:
        made = Sip(hotline, gate, place, trunk, tmp_path, passwords)
        stack.callback(gate.close)
        if voice:
            words = ["rtpengine", f"--config-file={program.parent / 'rtpengine.conf'}"]
            made.running.append(rtpengine := subprocess.Popen(words, stdout=log, stderr=log))
            within(lambda: voice_answers(exchange.control, 0.2) or rtpengine.poll() is not None)
            assert rtpengine.poll() is None, (tmp_path / "rtpengine.log").read_text()
        stack.callback(lambda: _stop(made.running))
        stack.callback(made.stop_exchange)
        made.start_exchange()
        yield made


def ready(agent: Agent) -> None:
    set_state(agent, "ready", by=agent.person)


def _stop(*many: list[subprocess.Popen[bytes]]) -> None:
    for process in (one for some in many for one in some):
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
