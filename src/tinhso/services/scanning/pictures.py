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
from tinhso.kernel.errors import DomainError, Invalid
from tinhso.services.scanning.quality import Finding, Level, dpi_of, judge

TIFF = FileType("image/tiff", ".tif", "TIFF")
SCANS = (PDF, JPEG, PNG)
MOST_PAGES = 60
_TIFF_HEADS = (b"II*\x00", b"MM\x00*")
_MAX_PIXELS = 60_000_000
_MAX_PIXELS_AT_ONCE = 600_000_000
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


@dataclass
class Budget:
    """What one request may make the server decode."""

    pixels: int = _MAX_PIXELS_AT_ONCE

    def spend(self, pixels: int) -> bool:
        """Whether that much was left."""
        if pixels > self.pixels:
            return False
        self.pixels -= pixels
        return True


def pages_of(file: IO[bytes], *, room: int = MOST_PAGES, budget: Budget | None = None) -> list[Taken]:
    """The pages of a JPEG, PNG, TIFF or PDF, in order; counted before any is decoded.

    Args:
        room: for how many pages there is room.
        budget: shared by the files of one request.

    Raises:
        Invalid: of another type, broken, protected, too large, or of too many pages.
    """
    budget = budget or Budget()
    file.seek(0)
    if file.read(4) in _TIFF_HEADS:
        return _pages_of_picture(file, ("TIFF",), room, budget)
    if recognise(file, SCANS) is PDF:
        return list(_pages_of_pdf(file, room, budget))
    return _pages_of_picture(file, ("JPEG", "PNG"), room, budget)


def _pages_of_picture(file: IO[bytes], formats: tuple[str, ...], room: int, budget: Budget) -> list[Taken]:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=formats) as image:
                count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
                _refuse_too_many(count, room)
                if not budget.spend(_pixels(image, count)):
                    raise Invalid(_("Các ảnh gửi cùng lúc quá lớn để xử lý. Hãy gửi ít trang hơn mỗi lần."))
                return [_kept(frame) for frame, _n in zip(ImageSequence.Iterator(image), range(count), strict=False)]
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except DomainError:
        raise
    except Exception as error:  # whatever a broken or exotic file makes Pillow raise (struct.error, AttributeError, ...)
        raise Invalid(_("Ảnh bị hỏng hoặc chưa tải hết, không mở được. Hãy chụp hoặc quét lại rồi gửi lại.")) from error


def _too_large() -> Invalid:
    return Invalid(_("Ảnh quá lớn để xử lý. Hãy giảm kích thước ảnh rồi gửi lại."))


def _pixels(image: Image.Image, count: int) -> int:
    """Of all its frames, from their headers alone."""
    total = 0
    for number in range(count):
        image.seek(number)
        total += image.width * image.height
    image.seek(0)
    return total


def _refuse_too_many(count: int, room: int) -> None:
    if count > MOST_PAGES:
        text = _("Tệp có %(count)s trang, mỗi lần nhận nhiều nhất %(most)s trang. Hãy tách thành nhiều tệp.")
        raise Invalid(text % {"count": count, "most": MOST_PAGES})
    if count > room:
        text = _("Tệp có %(count)s trang, hồ sơ chỉ còn chỗ cho %(room)s trang chờ ghép. Hãy ghép bớt rồi thêm trang.")
        raise Invalid(text % {"count": count, "room": max(room, 0)})


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
    if image.mode.startswith("I"):  # 16 bits
        wide = image.convert("I")
        _dark, light = cast(tuple[float, float], wide.getextrema())
        return (wide.point(lambda value: value * (1 / 257)) if light > 255 else wide).convert("L")
    if image.mode in {"1", "L", "F"}:
        return image.convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    return image.convert("RGB")


def _pages_of_pdf(file: IO[bytes], room: int, budget: Budget) -> Iterator[Taken]:
    file.seek(0)
    try:
        with pikepdf.open(BytesIO(file.read()), suppress_warnings=True) as document:
            _refuse_too_many(len(document.pages), room)
            if int(document.Root.get("/AcroForm", pikepdf.Dictionary()).get("/SigFlags", 0)) & 1:
                raise Invalid(_("Tệp PDF này có chữ ký số: cắt trang ra sẽ làm mất chữ ký. Hãy nhận nguyên tệp như bản điện tử."))
            _flatten(document)
            for page in document.pages:
                yield _cut(page, budget)
    except DomainError:
        raise
    except Exception as error:  # whatever a broken or exotic file makes pikepdf raise (TypeError, AttributeError, ...)
        raise Invalid(_("Tệp PDF bị hỏng hoặc chưa tải hết, không mở được. Hãy tạo lại tệp rồi gửi lại.")) from error


def _flatten(document: pikepdf.Pdf) -> None:
    """Make what lies upon the pages part of them: filled fields, stamps, handwriting.

    Raises:
        Invalid: letters were filled in that are drawn nowhere and that qpdf's own drawing (Latin letters only) would lose.
    """
    if document.Root.get("/AcroForm", pikepdf.Dictionary()).get("/NeedAppearances", False):
        filled = (one.get("/V") for one in document.objects if isinstance(one, pikepdf.Dictionary))
        if not all(str(text).isascii() for text in filled if isinstance(text, pikepdf.String)):
            raise Invalid(_("Biểu mẫu PDF này chưa in chữ đã điền vào trang. Hãy mở tệp, in ra một tệp PDF mới rồi gửi lại."))
        document.generate_appearance_streams()
    document.flatten_annotations("all")


def _cut(page: pikepdf.Page, budget: Budget) -> Taken:
    """One page as a PDF of its own, untouched; its picture is looked at only."""
    content = BytesIO()
    with pikepdf.new() as alone:
        alone.pages.append(page)
        for name in ("/AA", "/Annots", "/Metadata", "/PieceInfo"):  # what runs, points elsewhere or tells of the maker
            if name in alone.pages[0]:
                del alone.pages[0][name]
        alone.remove_unreferenced_resources()
        alone.save(content)
    width, height, dpi, findings = _seen(page, budget)
    return Taken(content.getvalue(), PDF.content_type, PDF.extension, width, height, dpi, findings)


def _seen(page: pikepdf.Page, budget: Budget) -> tuple[int, int, int, list[Finding]]:
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
    if width * height > _MAX_PIXELS or not budget.spend(width * height):
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
