"""Reading a PDF as its receiver does: with the eyes, and with the camera of a telephone."""

import pypdfium2
import zxingcpp


def text_of(pdf: bytes) -> str:
    """The words of all pages, line breaks and repeated spaces made one space."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def qr_codes_in(pdf: bytes) -> list[str]:
    """What the QR codes printed on the pages say."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=3).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(picture) if "QR" in str(code.format)]
    return found
