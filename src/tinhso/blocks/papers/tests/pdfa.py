"""What can be checked of PDF/A-2u (ISO 19005-2) without a validator: the points below, each with its clause, and no more."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Dictionary, Name, Pdf, Stream

_ACTIONS = {
    "/Launch",
    "/Sound",
    "/Movie",
    "/ResetForm",
    "/ImportData",
    "/Hide",
    "/SetOCGState",
    "/Rendition",
    "/Trans",
    "/JavaScript",
}
_PRINT, _FORBIDDEN_FLAGS = 4, 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_WIDTH_TOLERANCE = 1  # thousandths of an em


def departures(content: bytes) -> list[str]:
    """Every departure found, as "clause: what"."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return [*_file(content, pdf), *_metadata(pdf), *_colours(pdf), *_fonts(pdf), *_pages(pdf), *_drawing(pdf), *_objects(pdf)]


def _file(content: bytes, pdf: Pdf) -> Iterator[str]:
    head, _line, comment = content[:32].partition(b"\n")
    if not (head.startswith(b"%PDF-1.") and comment[:1] == b"%" and all(byte > 127 for byte in comment[1:5])):
        yield "6.1.2: header"
    if "/ID" not in pdf.trailer:
        yield "6.1.3: no file identifier"
    if pdf.is_encrypted:
        yield "6.1.3: encrypted"
    if content[content.rfind(b"%%EOF") + 5 :].strip(b"\r\n"):
        yield "6.1.3: data after the end"


def _metadata(pdf: Pdf) -> Iterator[str]:
    root = pdf.Root
    if "/Metadata" not in root:
        yield "6.6.2: no metadata"
        return
    with pdf.open_metadata() as facts:
        if (facts.get("pdfaid:part"), facts.get("pdfaid:conformance")) != ("2", "U"):
            yield "6.6.4: the version is not named"
        if facts.get("dc:title") != str(pdf.docinfo.get("/Title", "")):
            yield "6.6.2: two titles"
    if "/Lang" not in root or not root.get("/MarkInfo", {}).get("/Marked"):
        yield "6.7: not tagged, though we say so"


def _colours(pdf: Pdf) -> Iterator[str]:
    profiles = [intent for intent in pdf.Root.get("/OutputIntents", []) if intent.S == Name.GTS_PDFA1]
    if len(profiles) != 1 or profiles[0].DestOutputProfile.read_bytes()[36:40] != b"acsp":
        yield "6.2.3: no colour profile"
    elif profiles[0].DestOutputProfile.N != 3:
        yield "6.2.4.3: device colours are RGB, the profile is not"


def _fonts(pdf: Pdf) -> Iterator[str]:
    for font in _dictionaries(pdf, Name.Font):
        name = str(font.get("/BaseFont", ""))
        if font.Subtype == Name.Type0:
            if "/ToUnicode" not in font:
                yield f"6.2.11.7: {name} cannot be copied"
            continue
        if font.Subtype != Name.CIDFontType2 or "/FontFile2" not in font.FontDescriptor:
            yield f"6.2.11.4: {name} is not embedded"
            continue
        if font.get("/CIDToGIDMap") != Name.Identity:
            yield f"6.2.11.3: {name} has no map to its letters"
        yield from _widths(name, font)


def _widths(name: str, font: Any) -> Iterator[str]:
    face = TTFont(BytesIO(font.FontDescriptor.FontFile2.read_bytes()), lazy=True)
    scale, order = 1000 / face["head"].unitsPerEm, face.getGlyphOrder()
    for glyph, width in _announced(font.get("/W", [])):
        if glyph < len(order) and abs(face["hmtx"][order[glyph]][0] * scale - width) > _WIDTH_TOLERANCE:
            yield f"6.2.11.5: {name}: letter {glyph} is announced {width} wide"


def _announced(widths: Any) -> Iterator[tuple[int, float]]:
    """Of a /W array: `c [w1 w2 …]` and `first last w`."""
    items = list(widths)
    while items:
        first = int(items.pop(0))
        if isinstance(items[0], pikepdf.Array):
            for offset, width in enumerate(items.pop(0)):
                yield first + offset, float(width)
        else:
            last, width = int(items.pop(0)), float(items.pop(0))
            yield from ((glyph, width) for glyph in range(first, last + 1))


def _pages(pdf: Pdf) -> Iterator[str]:
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            flags = int(annotation.get("/F", 0))
            if not flags & _PRINT or flags & _FORBIDDEN_FLAGS:
                yield f"6.3.2: flags {flags} of a {annotation.Subtype}"
            left, bottom, right, top = map(float, annotation.Rect)
            if "/AP" not in annotation and left != right and bottom != top and annotation.Subtype != Name.Link:
                yield f"6.3.3: a {annotation.Subtype} without a look"
        if "/AA" in page:
            yield "6.5.2: a page that acts"
    if pdf.Root.get("/AcroForm", {}).get("/NeedAppearances"):
        yield "6.4.1: looks are left to the reader"
    if {"/AA", "/OpenAction"} & set(pdf.Root.keys()) or "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "6.5: a document that acts"


def _drawing(pdf: Pdf) -> Iterator[str]:
    """What the pages and the forms drawn on them are made of."""
    forms = [one for one in pdf.objects if isinstance(one, Stream) and one.get("/Subtype") == Name.Form]
    for canvas in [*pdf.pages, *forms]:
        for operands, operator in pikepdf.parse_content_stream(canvas):
            if str(operator) in {"k", "K"}:
                yield "6.2.4.3: CMYK, and the profile is RGB"
            if str(operator) in {"Tj", "TJ", "'", '"'}:
                shown = operands[0] if str(operator) == "TJ" else operands[-1:]
                texts = [bytes(text) for text in shown if isinstance(text, pikepdf.String)]
                if any(text[at : at + 2] == b"\0\0" for text in texts for at in range(0, len(text), 2)):
                    yield "6.2.11.8: a letter the font does not have"


def _objects(pdf: Pdf) -> Iterator[str]:
    for one in pdf.objects:
        if not isinstance(one, Dictionary | Stream):
            continue
        if isinstance(one, Stream) and "LZW" in str(one.get("/Filter", "")):
            yield "6.1.7: LZW"
        if str(one.get("/S", "")) in _ACTIONS:
            yield f"6.5.1: action {one.S}"
        if one.get("/Subtype") == Name.Image and one.get("/Interpolate"):
            yield "6.2.8: a picture that is smoothed"
        if {"/TR", "/HTP"} & set(one.keys()) and "/Type" in one and one.Type == Name.ExtGState:
            yield "6.2.5: a transfer function"
        if one.get("/Type") == Name.Filespec:
            yield "6.8: a file inside"


def _dictionaries(pdf: Pdf, type_: Name) -> Iterator[Any]:
    return (one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Type") == type_)
