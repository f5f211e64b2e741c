"""What a page looks like, small or large, as it is turned."""

from io import BytesIO
from typing import IO, cast

import pikepdf
from PIL import Image, ImageFile, ImageOps

from tinhso.blocks.files.content import PDF
from tinhso.blocks.files.reading import open_file
from tinhso.services.scanning.models import Page

SMALL, LARGE = 320, 1600


def glance_of_page(page: Page, across: int) -> bytes | None:
    """A JPEG of the page; None when there is no picture in it that can be shown."""
    with open_file(page.file) as file:
        return _glance(file, page.file.content_type == PDF.content_type, across, page.turned)


def glance_of_file(file: IO[bytes], across: int = SMALL) -> bytes | None:
    """A JPEG of the first page of a file somebody else has put there; None when it cannot be shown."""
    return _glance(file, file.read(5) == b"%PDF-", across, 0)


def _glance(file: IO[bytes], is_pdf: bool, across: int, turned: int) -> bytes | None:
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    file.seek(0)
    try:
        if is_pdf:
            with pikepdf.open(BytesIO(file.read()), suppress_warnings=True) as document:
                sheet = document.pages[0]
                raw = max(sheet.get_images().values(), key=lambda image: int(image.Width) * int(image.Height))
                return _jpeg(
                    pikepdf.PdfImage(cast(pikepdf.Stream, raw)).as_pil_image(), across, turned + int(sheet.get("/Rotate", 0))
                )
        with Image.open(file, formats=("JPEG", "PNG", "TIFF")) as picture:
            picture.draft("RGB", (across, across))
            return _jpeg(ImageOps.exif_transpose(picture), across, turned)
    except Exception:  # whatever a broken or exotic file does: there is nothing to see
        return None


def _jpeg(picture: Image.Image, across: int, turned: int) -> bytes:
    picture.thumbnail((across, across * 2))
    content = BytesIO()
    picture.convert("RGB").rotate(-turned, expand=True).save(content, "JPEG", quality=80)
    return content.getvalue()
