"""What callers hear while they wait: words spoken by espeak-ng, then the ringing tone, as files that rtpengine plays."""

import wave
from array import array
from io import BytesIO
from math import pi, sin
from pathlib import Path

from tinhso.kernel.speech import spoken
from tinhso.services.hotline.models import Line

BUSY = (
    "Tất cả điện thoại viên đang bận. Xin quý vị giữ máy, chúng tôi sẽ nghe máy ngay khi có thể. "
    "Nếu không tiện chờ, quý vị hãy gác máy, chúng tôi sẽ gọi lại."
)
RECORDED = "Cuộc gọi này được ghi âm để phục vụ quý vị tốt hơn."
_RINGS = 3
_TONE, _ON, _OFF = 425, 1.0, 4.0  # the ringing tone of Viet Nam: hertz, seconds of sound and of silence


def write_words(place: Path, line: Line) -> float:
    """Write `busy.wav`, and `recorded.wav` with the line's own notice. Returns how many seconds the notice takes; 0 where
    espeak-ng is missing and nothing was written. A file of the province's own, `busy.own.wav`, is used instead of the spoken one.
    """
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    seconds = 0.0
    for name, words in (("busy", BUSY), ("recorded", line.prompt or RECORDED)):
        own = place / f"{name}.own.wav"
        said = own.read_bytes() if own.exists() else spoken(words)
        if said is None:
            return 0.0
        sound, seconds = _then_ringing(said)
        (place / f"{name}.wav").write_bytes(sound)
    return seconds


def _then_ringing(said: bytes) -> tuple[bytes, float]:
    """16-bit mono in, the same with the ringing tone behind it out; and the length of what is said."""
    with wave.open(BytesIO(said)) as spoken_words:
        rate = spoken_words.getframerate()
        samples = array("h", spoken_words.readframes(spoken_words.getnframes()))
    length = len(samples) / rate
    tone = array("h", (int(6000 * sin(2 * pi * _TONE * n / rate)) for n in range(int(rate * _ON))))
    ring = array("h", bytes(2 * int(rate * _OFF / 2))) + tone + array("h", bytes(2 * int(rate * _OFF / 2)))
    written = BytesIO()
    with wave.open(written, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples + ring * _RINGS).tobytes())
    return written.getvalue(), length
