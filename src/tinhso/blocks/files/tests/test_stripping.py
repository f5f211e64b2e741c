import io
import struct

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.content import JPEG, MP4, PNG
from tinhso.blocks.files.films import check_length
from tinhso.blocks.files.reading import open_file
from tinhso.blocks.files.stripping import Broken, stripped
from tinhso.kernel.errors import Invalid

GPS = 0x8825


def photo(*, progressive: bool = False, orientation: int = 6) -> bytes:
    """As a phone makes it: where it was taken, the camera's owner, a comment, the way up."""
    image = Image.effect_noise((96, 64), 80).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Nguyen Van Chu May"
    exif.get_ifd(GPS).update({1: "N", 2: (10.0, 21.0, 36.0), 3: "E", 4: (106.0, 21.0, 36.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"10.36,106.36", progressive=progressive)
    return out.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_loses_place_owner_and_comment_and_no_pixel(progressive: bool) -> None:
    before = photo(progressive=progressive)
    with Image.open(io.BytesIO(before)) as image:
        assert image.getexif().get_ifd(GPS)
    after = stripped(before, JPEG)
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as other:
        assert dict(other.getexif()) == {0x0112: 6}
        assert not other.getexif().get_ifd(GPS)
        assert one.tobytes() == other.tobytes()
    assert b"Chu May" not in after
    assert b"106.36" not in after


def test_what_a_phone_puts_behind_the_picture_is_cut_off() -> None:
    after = stripped(photo(orientation=1) + b"ftypmp42 a film with its place 106.36", JPEG)
    assert after.endswith(b"\xff\xd9")
    assert b"106.36" not in after


def test_a_screenshot_loses_its_texts() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Location", "10.36,106.36")
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG", pnginfo=told)
    after = stripped(out.getvalue(), PNG)
    assert b"106.36" not in after
    with Image.open(io.BytesIO(after)) as image:
        assert image.getpixel((0, 0)) == (255, 0, 0)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def film(seconds: float = 12.5) -> bytes:
    clock = bytes(12) + struct.pack(">II", 600, round(600 * seconds)) + bytes(80)
    place = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+10.3600+106.3600/"))
    inside = box(b"mvhd", clock) + box(b"trak", box(b"tkhd", bytes(84)) + place) + place
    return box(b"ftyp", b"mp42\x00\x00\x00\x00mp42isom") + box(b"moov", inside) + box(b"mdat", b"\x01" * 64)


def test_a_film_loses_its_place_and_keeps_its_length() -> None:
    after = stripped(film(), MP4)
    assert b"+106.3600" not in after
    assert len(after) == len(film())
    assert after.endswith(b"\x01" * 64)


@pytest.mark.parametrize("broken", [b"\xff\xd8\xff\xe1\x00", photo()[:300], b"\xff\xd8\xff\xda\x00\x02" + b"\x00" * 200_000])
def test_what_has_no_end_is_refused(broken: bytes) -> None:
    with pytest.raises(Broken):
        stripped(broken, JPEG)


@pytest.mark.django_db
def test_what_is_stored_is_the_stripped_photo() -> None:
    stored = store_photo(SimpleUploadedFile("IMG_1.jpg", photo(), "image/jpeg"), by=None)
    with open_file(stored) as kept, Image.open(kept) as image:
        assert not image.getexif().get_ifd(GPS)
    film_stored = store_photo(SimpleUploadedFile("VID.mp4", film(), "video/mp4"), by=None)
    assert film_stored.content_type == "video/mp4"


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "says"), [(45, "dài hơn 30 giây"), (0, "độ dài")])
def test_a_film_too_long_or_of_unknown_length_is_refused(seconds: float, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        store_photo(SimpleUploadedFile("VID.mp4", film(seconds), "video/mp4"), by=None)


def test_the_longest_track_counts_also_with_times_of_64_bits() -> None:
    track = box(b"mdhd", b"\x01" + bytes(19) + struct.pack(">IQ", 48_000, 48_000 * 31) + bytes(4))
    inside = box(b"mvhd", bytes(12) + struct.pack(">II", 600, 600) + bytes(80)) + box(b"trak", box(b"mdia", track))
    check_length(box(b"ftyp", b"mp42") + box(b"moov", inside))
    with pytest.raises(Invalid):
        check_length(box(b"moov", inside.replace(struct.pack(">Q", 48_000 * 31), struct.pack(">Q", 48_000 * 32))))


@pytest.mark.django_db
def test_documents_are_no_photos() -> None:
    with pytest.raises(Invalid):
        store_photo(SimpleUploadedFile("a.pdf", b"%PDF-1.4 nothing", "application/pdf"), by=None)
