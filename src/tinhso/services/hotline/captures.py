"""The voice of a call out of what rtpengine has written: packets in a capture file in, a WAV file with a side on each ear out.

The voice stays in G.711 A-law, which every browser plays: two bytes a moment, a megabyte a minute.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct, pack

_RATE = 8000
_LONGEST = 4 * 3600 * _RATE
LARGEST = 2 * _LONGEST + 1024
"""Bytes of the largest WAV file that comes out."""
_DRIFT = 2 * _RATE  # a telephone whose own clock says something else by more than this is placed by ours
_SILENCE = b"\xd5"
_ALAW, _ULAW = 8, 0
_PACKET = Struct("<IIII")


def sound_of(capture: Path) -> bytes | None:
    """The WAV file of a call; None where nobody said anything.

    Raises:
        ValueError: no capture file with raw IP packets.
    """
    sides: dict[int, bytearray] = {}
    starts: dict[tuple[int, int], tuple[int, int]] = {}
    begun: float | None = None
    for moment, port, kind, source, stamp, voice in _voices(capture):
        begun = moment if begun is None else begun
        now = round((moment - begun) * _RATE)
        first, place = starts.setdefault((port, source), (stamp, now))
        at = place + ((stamp - first) & 0xFFFFFFFF)
        if abs(at - now) > _DRIFT:
            starts[port, source], at = (stamp, now), now
        side = sides.setdefault(port, bytearray())
        if at + len(voice) > _LONGEST:
            break
        if at > len(side):
            side.extend(_SILENCE * (at - len(side)))
        side[at : at + len(voice)] = voice.translate(_TO_ALAW) if kind == _ULAW else voice
    return _wav(*sides.values()) if sides else None


def _voices(capture: Path) -> Iterator[tuple[float, int, int, int, int, bytes]]:
    """Of each voice packet: when, to which port, codec, source, its own clock, what was said."""
    with capture.open("rb") as file:
        head = file.read(24)
        if len(head) < 24 or head[:4] != b"\xd4\xc3\xb2\xa1" or head[20] != 101:
            raise ValueError(f"{capture.name} is no capture of raw IP packets")
        while len(record := file.read(16)) == 16:
            seconds, micro, length, _whole = _PACKET.unpack(record)
            packet = file.read(length)
            udp = packet[(packet[0] & 15) * 4 :] if packet[:1] and packet[0] >> 4 == 4 else packet[40:]
            rtp = udp[8:]
            if len(rtp) <= 12 or rtp[0] >> 6 != 2 or rtp[1] & 127 not in {_ALAW, _ULAW}:
                continue
            start = 12 + 4 * (rtp[0] & 15)
            if rtp[0] & 16:
                start += 4 + 4 * int.from_bytes(rtp[start + 2 : start + 4])
            port, stamp, source = (int.from_bytes(part) for part in (udp[2:4], rtp[4:8], rtp[8:12]))
            yield seconds + micro / 1e6, port, rtp[1] & 127, source, stamp, rtp[start:]


def _wav(left: bytearray, right: bytearray | None = None, *_more: bytearray) -> bytes:
    ears = [side for side in (left, right) if side is not None]
    length = max(map(len, ears))
    data = bytearray(length * len(ears))
    for number, side in enumerate(ears):
        data[number :: len(ears)] = side.ljust(length, _SILENCE)
    count = len(ears)
    form = pack("<HHIIHHH", 6, count, _RATE, _RATE * count, count, 8, 0)
    fact = pack("<I", length)
    body = b"WAVEfmt " + pack("<I", len(form)) + form + b"fact" + pack("<I", 4) + fact
    data_part = b"data" + pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + pack("<I", len(body) + len(data_part)) + body + data_part


def _alaw(code: int) -> int:
    """G.711: A-law to a linear value."""
    code ^= 0x55
    value, segment = (code & 15) << 4, code >> 4 & 7
    value = value + 8 if segment == 0 else value + 0x108 << segment - 1
    return value if code & 128 else -value


def _ulaw(code: int) -> int:
    """G.711: µ-law to a linear value."""
    code = ~code & 255
    value = ((code & 15) << 3) + 0x84 << (code >> 4 & 7)
    return 0x84 - value if code & 128 else value - 0x84


def _nearest(value: int) -> int:
    return min(range(256), key=lambda code: abs(_alaw(code) - value))


_TO_ALAW = bytes(_nearest(_ulaw(code)) for code in range(256))
