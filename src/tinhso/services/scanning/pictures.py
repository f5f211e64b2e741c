"""From a file handed in to its pages: pictures brought to one form without what a camera adds, PDFs and TIFFs cut into pages."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, cast

import pikepdf
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps, ImageSequence

from tinhso.blocks.files.content import JPEG, PDF, PNG, FileType, recognise
from tinhso.kernel.errors import Invalid
from tinhso.services.scanning.quality import Finding, Level, dpi_of, judge

TIFF = FileType("image/tiff", ".tif", "TIFF")
SCANS = (PDF, JPEG, PNG)
MOST_PAGES = 60
_TIFF_HEADS = (b"II*\x00", b"MM\x00*")
_MAX_PIXELS = 60_000_000
_LARGEST = (2480, 3508)  # A4 at 300 dpi
_QUALITY = 85
_ILLUSTRATION = 40  # dpi, were it to fill the page: a smaller picture is a logo, and the page was written, not scanned
_TOLD_DPI = range(120, 1201)  # what cameras write (72, 96) says nothing


@dataclass(frozen=True)
class Taken:
    """A page as it will be kept."""

    content: bytes
    content_type: str
    extension: str
    width: int = 0
    height: int = 0
    dpi: int = 0
    findings: list[Finding] = field(default_factory=list)


def pages_of(file: IO[bytes]) -> list[Taken]:
    """The pages of a JPEG, PNG, TIFF or PDF, in order.

    Raises:
        Invalid: of another type, broken, protected, too large, or of too many pages.
    """
    file.seek(0)
    if file.read(4) in _TIFF_HEADS:
        return _pages_of_picture(file, ("TIFF",))
    if recognise(file, SCANS) is PDF:
        return list(_pages_of_pdf(file))
    return _pages_of_picture(file, ("JPEG", "PNG"))


def _pages_of_picture(file: IO[bytes], formats: tuple[str, ...]) -> list[Taken]:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=formats) as image:
                count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
                if count > MOST_PAGES:
                    raise _too_many(count)
                return [_kept(frame) for frame, _n in zip(ImageSequence.Iterator(image), range(count), strict=False)]
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, KeyError, TypeError) as error:
        raise Invalid(_("Ảnh bị hỏng hoặc chưa tải hết, không mở được. Hãy chụp hoặc quét lại rồi gửi lại.")) from error


def _too_large() -> Invalid:
    return Invalid(_("Ảnh quá lớn để xử lý. Hãy giảm kích thước ảnh rồi gửi lại."))


def _too_many(count: int) -> Invalid:
    text = _("Tệp có %(count)s trang, mỗi lần nhận nhiều nhất %(most)s trang. Hãy tách thành nhiều tệp.")
    return Invalid(text % {"count": count, "most": MOST_PAGES})


def _kept(image: Image.Image) -> Taken:
    """Upright, in colour or grey, no finer than 300 dpi of A4, without the place, time and camera that photographs carry."""
    if image.width * image.height > _MAX_PIXELS:
        raise _too_large()
    told = round(float((image.info.get("dpi") or (0, 0))[0]))
    width, height = image.size
    if image.format == "JPEG":
        image.draft("RGB" if image.mode != "L" else "L", _within(image.size))
    upright = ImageOps.exif_transpose(image)
    picture = _flat(upright)
    dpi = dpi_of(width, height, told if told in _TOLD_DPI else 0)
    findings = judge(picture, dpi=dpi)
    if picture.size != (fitting := _within(picture.size)):
        picture = picture.resize(fitting, Image.Resampling.LANCZOS, reducing_gap=2.0)
    kept_dpi = max(1, round(dpi * max(picture.size) / max(width, height)))
    content = BytesIO()
    picture.save(content, "JPEG", quality=_QUALITY, dpi=(kept_dpi, kept_dpi))
    return Taken(content.getvalue(), JPEG.content_type, JPEG.extension, *picture.size, kept_dpi, findings)


def _within(size: tuple[int, int]) -> tuple[int, int]:
    """The size, made smaller when it is finer than needed."""
    short, long = sorted(size)
    scale = min(1.0, max(_LARGEST[0] / short, _LARGEST[1] / long))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flat(image: Image.Image) -> Image.Image:
    """Grey or colour on white, without transparency."""
    if image.mode in {"1", "L", "I;16", "I", "F"}:
        return image.convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return image.convert("RGB")


def _pages_of_pdf(file: IO[bytes]) -> Iterator[Taken]:
    file.seek(0)
    try:
        with pikepdf.open(BytesIO(file.read()), suppress_warnings=True) as document:
            if len(document.pages) > MOST_PAGES:
                raise _too_many(len(document.pages))
            if int(document.Root.get("/AcroForm", pikepdf.Dictionary()).get("/SigFlags", 0)) & 1:
                raise Invalid(_("Tệp PDF này có chữ ký số: cắt trang ra sẽ làm mất chữ ký. Hãy nhận nguyên tệp như bản điện tử."))
            for page in document.pages:
                yield _cut(page)
    except (pikepdf.PdfError, OSError, ValueError, RecursionError) as error:
        raise Invalid(_("Tệp PDF bị hỏng hoặc chưa tải hết, không mở được. Hãy tạo lại tệp rồi gửi lại.")) from error


def _cut(page: pikepdf.Page) -> Taken:
    """One page as a PDF of its own, untouched; its picture is looked at only."""
    content = BytesIO()
    with pikepdf.new() as alone:
        alone.pages.append(page)
        for name in ("/AA", "/Annots", "/Metadata", "/PieceInfo"):  # what runs, points elsewhere or tells of the maker
            if name in alone.pages[0]:
                del alone.pages[0][name]
        alone.remove_unreferenced_resources()
        alone.save(content)
    width, height, dpi, findings = _seen(page)
    return Taken(content.getvalue(), PDF.content_type, PDF.extension, width, height, dpi, findings)


def _seen(page: pikepdf.Page) -> tuple[int, int, int, list[Finding]]:
    """Size, resolution and findings of the picture that fills a page; zeros for a page that was written, not scanned."""
    drawn = list(page.get_images().values())
    if not drawn:
        return 0, 0, 0, []
    raw = max(drawn, key=lambda image: int(image.get("/Width", 0)) * int(image.get("/Height", 0)))
    width, height = int(raw.get("/Width", 0)), int(raw.get("/Height", 0))
    left, low, right, high = (float(edge) for edge in page.mediabox)
    dpi = _dpi_on_page((width, height), (abs(right - left), abs(high - low)))
    if dpi < _ILLUSTRATION:
        return 0, 0, 0, []
    if width * height > _MAX_PIXELS:
        return width, height, dpi, [Finding("unseen", Level.WATCH)]
    try:
        picture = _flat(pikepdf.PdfImage(cast(pikepdf.Stream, raw)).as_pil_image())
    except Exception:  # filters that Pillow cannot undo (JBIG2, JPEG 2000 variants): the clerk looks
        return width, height, dpi, [Finding("unseen", Level.WATCH)]
    return width, height, dpi, judge(picture, dpi=dpi)


def _dpi_on_page(picture: tuple[int, int], page: tuple[float, float]) -> int:
    """The resolution of a picture that fills a page of that size in points, whichever way it is turned."""
    (short, long), (across, along) = sorted(picture), sorted(page)
    return round(min(short / max(across, 1), long / max(along, 1)) * 72)
