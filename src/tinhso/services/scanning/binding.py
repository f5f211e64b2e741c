"""Pages bound into one PDF, with what the copy is of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pikepdf
from PIL import Image

from tinhso.blocks.files.content import PDF
from tinhso.blocks.files.reading import read_file
from tinhso.services.scanning.models import Page

_A4 = 841.9  # points, the long side


@dataclass(frozen=True)
class About:
    """The metadata of a copy: what it is of, whose case, who made it and when."""

    title: str
    case: str
    part: str
    agency: str
    clerk: str
    at: datetime


def bind(pages: Sequence[Page], about: About) -> bytes:
    """One PDF 1.7 of the pages in their order, turned as they are shown, with metadata (XMP and document information)."""
    content = BytesIO()
    with pikepdf.new() as bound:
        for page in pages:
            _append(bound, page)
        with bound.open_metadata(set_pikepdf_as_editor=False) as facts:
            facts["dc:title"] = about.title
            facts["dc:creator"] = [about.agency]
            facts["dc:contributor"] = {about.clerk}
            facts["dc:identifier"] = f"{about.case}/{about.part}"
            facts["dc:type"] = {"Bản số hóa từ bản giấy"}
            facts["xmp:CreateDate"] = about.at.isoformat(timespec="seconds")
            facts["pdf:Producer"] = "Tỉnh Số"
        bound.docinfo["/Title"], bound.docinfo["/Author"] = about.title, about.agency
        bound.docinfo["/Subject"] = f"{about.case}/{about.part}"
        bound.save(content, min_version="1.7", linearize=True)
    return content.getvalue()


def _append(bound: pikepdf.Pdf, page: Page) -> None:
    content = read_file(page.file)
    if page.file.content_type == PDF.content_type:
        with pikepdf.open(BytesIO(content)) as alone:
            bound.pages.append(alone.pages[0])
    else:
        _draw(bound, content, page)
    if page.turned:
        bound.pages[-1].rotate(page.turned, relative=True)


def _draw(bound: pikepdf.Pdf, jpeg: bytes, page: Page) -> None:
    """The picture as it is, not packed anew, on a page of its true size; A4 when it was not told."""
    points = 72 / page.dpi
    if max(page.width, page.height) * points > 2 * _A4:  # a picture without a true resolution
        points = _A4 / max(page.width, page.height)
    across, along = page.width * points, page.height * points
    picture = pikepdf.Stream(
        bound,
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=page.width,
        Height=page.height,
        ColorSpace=pikepdf.Name.DeviceGray if _is_grey(jpeg) else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    bound.add_blank_page(page_size=(across, along))
    sheet = bound.pages[-1]
    name = sheet.add_resource(picture, pikepdf.Name.XObject)
    sheet.contents_add(pikepdf.Stream(bound, f"q {across:.2f} 0 0 {along:.2f} 0 0 cm {name} Do Q".encode()))


def _is_grey(jpeg: bytes) -> bool:
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        return picture.mode == "L"
