"""The voice of a call out of a capture file."""

from pathlib import Path
from struct import pack

import pytest

from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.services.hotline.actions.recordings import fetch_recordings
from tinhso.services.hotline.captures import sound_of
from tinhso.services.hotline.models import Recording
from tinhso.services.hotline.sip import recordings
from tinhso.services.hotline.tests.conftest import Hotline

_HEAD = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00" + b"\x65\x00\x00\x00"


def packet(at: float, port: int, stamp: int, voice: bytes, *, kind: int = 8, source: int = 7) -> bytes:
    rtp = pack(">BBHII", 0x80, kind, 1, stamp, source) + voice
    ip = b"\x45" + bytes(19) + pack(">HHHH", 9000, port, len(rtp) + 8, 0) + rtp
    return pack("<IIII", int(at), int(at % 1 * 1e6), len(ip), len(ip)) + ip


def written(tmp_path: Path, *packets: bytes) -> Path:
    capture = tmp_path / "call.pcap"
    capture.write_bytes(_HEAD + b"".join(packets))
    return capture


def test_both_sides_stand_beside_each_other_with_silence_between(tmp_path: Path) -> None:
    sound = sound_of(
        written(
            tmp_path,
            packet(1000, 30000, 0, b"\x11" * 160),
            packet(1000.01, 30012, 5000, b"\x22" * 160, source=9),
            packet(1000.04, 30000, 320, b"\x33" * 160),
            packet(1000.05, 30000, 0, b"junk", kind=101),
        )
    )
    assert sound is not None
    assert (sound[:4], sound[8:12], sound[20], sound[22]) == (b"RIFF", b"WAVE", 6, 2)
    data = sound[sound.index(b"data") + 8 :]
    left, right = data[0::2], data[1::2]
    assert left == b"\x11" * 160 + b"\xd5" * 160 + b"\x33" * 160
    assert right == b"\xd5" * 80 + b"\x22" * 160 + b"\xd5" * 240


def test_a_clock_that_jumps_is_placed_by_ours_and_mu_law_becomes_a_law(tmp_path: Path) -> None:
    sound = sound_of(
        written(tmp_path, packet(1, 30000, 0, b"\x11" * 160), packet(2, 30000, 3_000_000_000, b"\xff" * 160, kind=0))
    )
    assert sound is not None
    data = sound[sound.index(b"data") + 8 :]
    assert len(data) == 8160
    assert set(data[8000:]) <= {0xD5, 0x55}  # silence in both


def test_nothing_said_is_nothing_and_no_capture_is_refused(tmp_path: Path) -> None:
    assert sound_of(written(tmp_path)) is None
    (tmp_path / "x").write_bytes(b"nothing of the kind, but long enough")
    with pytest.raises(ValueError, match="no capture"):
        sound_of(tmp_path / "x")


@pytest.mark.django_db
def test_a_long_call_is_taken_in_and_what_cannot_be_read_is_told_once(hotline: Hotline, settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.MAX_UPLOAD_SIZE = tmp_path, 100
    call = hotline.hears("newCall", call_id="dai", **{"from": "0912345678", "to": "1022"})
    folder = recordings(hotline.line)
    speech = _HEAD + packet(1, 30000, 0, b"\x11" * 160)
    for name, content in (
        ("dai-1-2", speech),
        ("hong-1-2", b"nothing of the kind, but long enough"),
    ):
        for part, ending, text in (("pcaps", "pcap", content), ("metadata", "txt", f"/x/{name}.pcap\n".encode())):
            file = folder / part / f"{name}.{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
    with pytest.raises(RuntimeError, match="1 recordings"):
        fetch_recordings(hotline.line, at=MONDAY)
    assert Recording.objects.get().call == call
    assert fetch_recordings(hotline.line, at=MONDAY) == 0, "the broken one is set aside"
    assert sorted(file.name for file in folder.rglob("*") if file.is_file()) == ["hong-1-2.broken", "hong-1-2.pcap"]
