"""What a file really is. The name and the type a browser claims are ignored; only the bytes count."""

import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

import filetype
import pikepdf
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, UnidentifiedImageError

from tinhso.kernel.errors import Invalid

_HEAD = 2048
_MAX_PIXELS = 120_000_000
_MAX_UNZIPPED = 300 * 1024 * 1024
_MAX_ZIP_ENTRIES = 5000
_MAX_INFLATED = 64 * 1024 * 1024

# opening a PDF inflates its tables: a few megabytes could become as many gigabytes
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_MAX_INFLATED,
    run_length_max_memory=_MAX_INFLATED,
    png_max_memory=_MAX_INFLATED,
    tiff_max_memory=_MAX_INFLATED,
    doc_max_warnings=500,
)


@dataclass(frozen=True)
class FileType:
    """A type people may hand in: `label` is the word used in messages."""

    content_type: str
    extension: str
    label: str


PDF = FileType("application/pdf", ".pdf", "PDF")
JPEG = FileType("image/jpeg", ".jpg", "JPEG")
PNG = FileType("image/png", ".png", "PNG")
DOCX = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", "Word (.docx)")
XLSX = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", "Excel (.xlsx)")
WAV = FileType("audio/x-wav", ".wav", "WAV")
OGG = FileType("audio/ogg", ".ogg", "OGG")
MP3 = FileType("audio/mpeg", ".mp3", "MP3")

MP4 = FileType("video/mp4", ".mp4", "MP4")

DOCUMENTS = (PDF, JPEG, PNG, DOCX, XLSX)
PHOTOS = (JPEG, PNG, MP4)
"""What shows a place: photos and short films, as phones make them."""
SOUNDS = (WAV, OGG, MP3)
_BY_MIME = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    **dict.fromkeys(("video/mp4", "video/quicktime", "video/3gpp", "video/x-m4v"), MP4),
    **dict.fromkeys(("audio/x-wav", "audio/wav"), WAV),
    "audio/ogg": OGG,
    "audio/mpeg": MP3,
}


def recognise(file: IO[bytes], allowed: tuple[FileType, ...] = DOCUMENTS) -> FileType:
    """Judge an open file by its bytes and make sure that it can be opened.

    Raises:
        Invalid: another type than those allowed, or broken, or protected by a password, or dangerous.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise Invalid(_("Tệp trống, không có nội dung. Hãy chọn lại tệp."))
    found = _type_of(head, file)
    if found is None or found not in allowed:
        raise Invalid(
            _("Loại tệp này không nhận được. Hãy gửi tệp %(types)s.") % {"types": ", ".join(kind.label for kind in allowed)}
        )
    if check := _CHECKS.get(found):
        check(file)
    file.seek(0)
    return found


def _type_of(head: bytes, file: IO[bytes]) -> FileType | None:
    if b"%PDF-" in head[:1024]:
        return PDF
    if found := _BY_MIME.get(str(filetype.guess_mime(head))):
        return found
    return _office_type(file) if head.startswith(b"PK\x03\x04") else None


def _office_type(file: IO[bytes]) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else None


def _check_pdf(file: IO[bytes]) -> None:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _HEAD))
    complete = b"%%EOF" in file.read()
    file.seek(0)
    try:
        with pikepdf.open(cast(BinaryIO, file), suppress_warnings=True) as document:
            readable = complete and len(document.pages) > 0
    except pikepdf.PasswordError as error:
        raise Invalid(_("Tệp PDF đang đặt mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.")) from error
    except (pikepdf.PdfError, OSError, ValueError, RecursionError):
        readable = False
    if not readable:
        raise Invalid(_("Tệp PDF bị hỏng hoặc chưa tải hết, không mở được. Hãy tạo lại tệp rồi gửi lại."))


def _check_image(file: IO[bytes]) -> None:
    file.seek(0)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process when it is imported
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=("JPEG", "PNG")) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise Invalid(_("Ảnh quá lớn để xử lý. Hãy giảm kích thước ảnh rồi gửi lại."))
                if image.format == "PNG":
                    image.verify()  # the checksums of its parts: whole it would take four bytes of memory for every pixel
                else:
                    image.draft("L", (image.width // 8, image.height // 8))  # decoded at an eighth, enough to find damage
                    image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Invalid(_("Ảnh quá lớn để xử lý. Hãy giảm kích thước ảnh rồi gửi lại.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid(_("Ảnh bị hỏng hoặc chưa tải hết, không mở được. Hãy chụp hoặc quét lại rồi gửi lại.")) from error


def _check_office(file: IO[bytes]) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_ZIP_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_UNZIPPED:
                raise Invalid(_("Tệp giải nén ra quá lớn nên không nhận được. Hãy lưu thành PDF rồi gửi lại."))
            if any(entry.filename.endswith("vbaProject.bin") for entry in entries):
                raise Invalid(_("Tệp có chứa macro nên không nhận được. Hãy lưu thành PDF rồi gửi lại."))
            broken = any(entry.flag_bits & 0x1 for entry in entries)
    except (zipfile.BadZipFile, OSError, ValueError):
        broken = True
    if broken:
        raise Invalid(_("Tệp văn phòng bị hỏng hoặc đặt mật khẩu, không mở được. Hãy lưu thành PDF rồi gửi lại."))


def _check_film(file: IO[bytes]) -> None:
    """That it is whole: its boxes fill it, and among them is the one without which nothing can be shown."""
    file.seek(0, 2)
    end, at, found = file.tell(), 0, False
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        elif size == 0:
            size = end - at
        found = found or name == b"moov"
        if size < 8:
            break
        at += size
    if at != end or not found:
        raise Invalid(_("Video bị hỏng hoặc chưa tải hết, không mở được. Hãy quay lại rồi gửi lại."))


_CHECKS = {
    PDF: _check_pdf,
    JPEG: _check_image,
    PNG: _check_image,
    DOCX: _check_office,
    XLSX: _check_office,
    MP4: _check_film,
}


def safe_name(name: str, kind: FileType | None = None) -> str:
    """The name to show: without folders and control characters, at most 200 characters, with the type's true extension."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    bare = "".join(letter for letter in bare if unicodedata.category(letter)[0] != "C").strip(" .") or "tep"
    if kind is None:
        return bare[:200]
    stem, dot, extension = bare.rpartition(".")
    known = {kind.extension, ".jpeg"} if kind is JPEG else {kind.extension}
    stem = stem if dot and f".{extension.lower()}" in known else bare
    return stem[:190] + kind.extension
