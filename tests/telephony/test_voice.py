"""What callers hear while they wait, and what is kept of a call: real Kamailio, rtpengine, espeak-ng, sipp."""

import shutil
import socket
from contextlib import closing

import pytest
from tests.telephony.conftest import Sip, ready

pytestmark = pytest.mark.setup


def _heard(at: socket.socket, packets: int) -> set[bytes]:
    """What comes in G.711 A-law at a caller's telephone."""
    found: set[bytes] = set()
    for _number in range(packets):
        packet = at.recv(2000)
        assert packet[1] & 0x7F == 8
        found.add(packet[12:])
    return found


def test_who_waits_hears_words_and_then_somebody(sip_with_voice: Sip) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    sip = sip_with_voice
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10)
        caller = sip.call("waits", more=("-key", "voice", str(ear.getsockname()[1])))
        assert len(_heard(ear, 100)) > 50  # two seconds, most of them different: a voice
        assert sip.becomes("ringing").answered_at is None  # nothing is answered, nothing is paid
        assert sip.register("202")
        ready(sip.hotline.colleague)
        phone = sip.phone("202", "answers")
        assert sip.ends(caller)
        assert sip.ends(phone)
    assert sip.becomes("ended").agent == sip.hotline.colleague
