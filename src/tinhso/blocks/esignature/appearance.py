"""What a signature looks like on the page: the signer's mark with who and when, and the agency's red seal.

Everything is drawn as vectors. The words "Ký bởi …" are text in an embedded font (PDF/A), the same for all signatures; the seal's
letters are outlines.
"""

import math
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStampStyle

from tinhso.blocks.papers.fonts import FAMILY, font_file

SEAL_DIAMETER = 102.0  # points: 36 mm, as seals of state agencies
_LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA), 0x2013, 0x2014, 0x2026]
_BLUE = "0.05 0.16 0.53"
_RED = "0.82 0.05 0.08"
_SLANT = 0.28


@dataclass(frozen=True)
class Typeface:
    """A font ready to embed: compressed file, glyph of each letter, widths and outlines in thousandths of the size."""

    compressed: bytes
    length: int
    glyphs: dict[int, int]
    widths: list[int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def shown(self, text: str) -> str:
        """The hexadecimal string that shows `text`."""
        return "".join(f"{self.glyphs.get(ord(letter), 0):04x}" for letter in text)

    def width(self, text: str, size: float) -> float:
        return sum(self.widths[self.glyphs.get(ord(letter), 0)] for letter in text) * size / 1000


@cache
def typeface() -> Typeface:
    """The papers' typeface reduced to Latin and Vietnamese letters."""
    font = _open_font("Regular")
    options = Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[], drop_tables=["FFTM", "GSUB", "GPOS", "GDEF"]
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_LETTERS)
    subsetter.subset(font)
    file = BytesIO()
    font.save(file)
    scale = 1000 / font["head"].unitsPerEm
    names = font.getGlyphOrder()
    head = font["head"]
    return Typeface(
        compressed=zlib.compress(file.getvalue(), 9),
        length=len(file.getvalue()),
        glyphs={code: font.getGlyphID(name) for code, name in font.getBestCmap().items()},
        widths=[round(font["hmtx"][name][0] * scale) for name in names],
        box=tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=round(font["hhea"].ascent * scale),
        descent=round(font["hhea"].descent * scale),
    )


def _open_font(style: str) -> TTFont:
    file = font_file(style)
    if file is None:
        raise RuntimeError(f"font {FAMILY} not found: install fonts-liberation2")
    return TTFont(file)


def _embed(writer: BasePdfFileWriter) -> generic.IndirectObject:
    """Add the typeface to the file as a composite font whose text can be searched and copied."""
    face = typeface()
    name = pdf_name("/TINHSO+LiberationSerif")
    file = generic.StreamObject(
        {pdf_name("/Filter"): pdf_name("/FlateDecode"), pdf_name("/Length1"): generic.NumberObject(face.length)},
        encoded_data=face.compressed,
    )
    descriptor = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): name,
            pdf_name("/Flags"): generic.NumberObject(6),
            pdf_name("/FontBBox"): generic.ArrayObject([generic.NumberObject(value) for value in face.box]),
            pdf_name("/ItalicAngle"): generic.NumberObject(0),
            pdf_name("/Ascent"): generic.NumberObject(face.ascent),
            pdf_name("/Descent"): generic.NumberObject(face.descent),
            pdf_name("/CapHeight"): generic.NumberObject(655),
            pdf_name("/StemV"): generic.NumberObject(80),
            pdf_name("/FontFile2"): writer.add_object(file),
        }
    )
    descendant = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): name,
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(
                {
                    pdf_name("/Registry"): generic.pdf_string("Adobe"),
                    pdf_name("/Ordering"): generic.pdf_string("Identity"),
                    pdf_name("/Supplement"): generic.NumberObject(0),
                }
            ),
            pdf_name("/FontDescriptor"): writer.add_object(descriptor),
            pdf_name("/W"): generic.ArrayObject(
                [generic.NumberObject(0), generic.ArrayObject([generic.NumberObject(width) for width in face.widths])]
            ),
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
        }
    )
    return writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type0"),
                pdf_name("/BaseFont"): name,
                pdf_name("/Encoding"): pdf_name("/Identity-H"),
                pdf_name("/DescendantFonts"): generic.ArrayObject([writer.add_object(descendant)]),
                pdf_name("/ToUnicode"): writer.add_object(generic.StreamObject(stream_data=_to_unicode())),
            }
        )
    )


@cache
def _to_unicode() -> bytes:
    pairs = sorted((glyph, code) for code, glyph in typeface().glyphs.items())
    lines = []
    for start in range(0, len(pairs), 100):
        part = pairs[start : start + 100]
        lines += [f"{len(part)} beginbfchar", *(f"<{glyph:04x}> <{code:04x}>" for glyph, code in part), "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
            *lines,
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode()


@dataclass(frozen=True)
class Mark(BaseStampStyle):
    """A signer's mark: the given name as a stroke of the pen, below it who signed and when."""

    name: str = ""
    lines: tuple[str, ...] = ()

    def create_stamp(self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: dict) -> AppearanceContent:
        return _MarkContent(self, writer, box)


class _MarkContent(AppearanceContent):
    def __init__(self, mark: Mark, writer: BasePdfFileWriter, box: layout.BoxConstraints) -> None:
        super().__init__(box=box, writer=writer)
        self._mark = mark

    def render(self) -> bytes:
        self.set_resource(ResourceType.FONT, pdf_name("/F"), _embed(self.writer))
        return _mark_drawing(self._mark, self.box.width, self.box.height).encode()


def _mark_drawing(mark: Mark, width: float, height: float) -> str:
    face = typeface()
    given = mark.name.split()[-1] if mark.name else ""
    left = width * 0.36
    room = width - left - 2
    start = width * 0.2  # the seal will lie over the first third of what is drawn
    size = min(30.0, (width - start) * 0.7 / max(face.width(given, 1), 0.1))
    pen = height * 0.62
    end = start + 12 + face.width(given, size)
    stroke = (
        ((start - 8, pen - 2), "m"),
        ((start + 18, pen - 14, end - 6, pen + 4, end + 10, pen + 13), "c"),
        ((end + 14, pen + 2, end - 20, pen - 7, end - 34, pen - 5), "c"),
    )
    drawing = [
        f"q {_BLUE} rg {_BLUE} RG",
        f"BT /F {size:.1f} Tf 1 0.06 {_SLANT} 1 {start + 8:.1f} {pen:.1f} Tm <{face.shown(given)}> Tj ET",
        "1.1 w 1 J",
        *(" ".join(f"{number:.1f}" for number in numbers) + f" {operator}" for numbers, operator in stroke),
        "S Q",
    ]
    small, top = 6.4, pen - 17
    for number, line in enumerate(_wrapped(mark.lines, small, room)):
        drawing.append(f"BT {_BLUE} rg /F {small} Tf {left:.1f} {top - number * (small + 1.1):.1f} Td <{face.shown(line)}> Tj ET")
    return "\n".join(drawing)


def _wrapped(lines: tuple[str, ...], size: float, room: float) -> list[str]:
    """The lines broken at spaces so that each fits the room."""
    face, found = typeface(), []
    for line in lines:
        current = ""
        for word in line.split():
            if current and face.width(f"{current} {word}", size) > room:
                found.append(current)
                current = word
            else:
                current = f"{current} {word}".strip()
        found.append(current)
    return found


@dataclass(frozen=True)
class Seal(BaseStampStyle):
    """An agency's round red seal. It bears no emblem: a sample must not pass for a real one."""

    agency: str = ""
    note: str = ""

    def create_stamp(self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: dict) -> AppearanceContent:
        return _SealContent(self, writer, box)


class _SealContent(AppearanceContent):
    def __init__(self, seal: Seal, writer: BasePdfFileWriter, box: layout.BoxConstraints) -> None:
        super().__init__(box=box, writer=writer)
        self._seal = seal

    def render(self) -> bytes:
        state = {pdf_name("/ca"): generic.FloatObject(0.85), pdf_name("/CA"): generic.FloatObject(0.85)}
        self.set_resource(ResourceType.EXT_G_STATE, pdf_name("/G"), generic.DictionaryObject(state))
        return _seal_drawing(self._seal.agency, self._seal.note, self.box.width)


@lru_cache(maxsize=256)
def _seal_drawing(agency: str, note: str, diameter: float) -> bytes:
    middle = diameter / 2
    drawing = [f"q /G gs {_RED} rg {_RED} RG 1 0 0 1 {middle:.2f} {middle:.2f} cm"]
    for radius, thickness in ((middle - 1.5, 2.2), (middle - 4.2, 0.7), (middle * 0.6, 0.7)):
        drawing.append(f"{thickness} w {_circle(radius)} S")
    ring = middle * 0.6
    drawing.append(_arc_text(agency.upper(), ring + 4.2, 9.2, upper=True, limit=230))
    drawing.append(_arc_text(note.upper(), ring + 9.6, 5.6, upper=False, limit=120))
    drawing.append(f"{_star(ring * 0.62, 5)} f")
    drawing.append(_line_text("MẪU", -ring * 0.84, 8.0))
    drawing.append("Q")
    return "\n".join(drawing).encode()


def _circle(radius: float) -> str:
    k = radius * 0.5523
    r = radius
    return (
        f"{r:.2f} 0 m {r:.2f} {k:.2f} {k:.2f} {r:.2f} 0 {r:.2f} c {-k:.2f} {r:.2f} {-r:.2f} {k:.2f} {-r:.2f} 0 c "
        f"{-r:.2f} {-k:.2f} {-k:.2f} {-r:.2f} 0 {-r:.2f} c {k:.2f} {-r:.2f} {r:.2f} {-k:.2f} {r:.2f} 0 c"
    )


def _star(radius: float, points: int) -> str:
    corners: list[str] = []
    for number in range(2 * points):
        angle = math.pi / 2 + number * math.pi / points
        reach = radius if number % 2 == 0 else radius * 0.382
        corners.append(f"{reach * math.cos(angle):.2f} {reach * math.sin(angle) + radius * 0.12:.2f} {'l' if corners else 'm'}")
    return " ".join(corners) + " h"


class _PathPen(BasePen):
    """Writes outlines as PDF path operators."""

    def __init__(self, glyph_set: object) -> None:
        super().__init__(glyph_set)
        self.operators: list[str] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.operators.append(f"{pt[0]:.2f} {pt[1]:.2f} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.operators.append(f"{pt[0]:.2f} {pt[1]:.2f} l")

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:
        self.operators.append(" ".join(f"{x:.2f} {y:.2f}" for x, y in (pt1, pt2, pt3)) + " c")

    def _closePath(self) -> None:
        self.operators.append("h")


@cache
def _bold() -> TTFont:
    return _open_font("Bold")


def _outlines(text: str, size: float) -> list[tuple[str, float]]:
    """Each letter's glyph name and advance at a size."""
    font = _bold()
    letters, metrics, scale = font.getBestCmap(), font["hmtx"], size / font["head"].unitsPerEm
    names = [letters.get(ord(letter), ".notdef") for letter in text]
    return [(name, metrics[name][0] * scale) for name in names]


def _arc_text(text: str, radius: float, size: float, *, upper: bool, limit: float) -> str:
    """Text along a circle: over the top clockwise, or under the bottom, made smaller to stay within `limit` degrees."""
    full = sum(advance for _name, advance in _outlines(text, size)) / radius
    if full > math.radians(limit):
        size *= math.radians(limit) / full
    letters = _outlines(text, size)
    angle = sum(advance for _name, advance in letters) / radius / 2
    scale = size / _bold()["head"].unitsPerEm
    glyph_set = _bold().getGlyphSet()
    pen = _PathPen(glyph_set)
    for name, advance in letters:
        turn = angle - advance / radius / 2
        if upper:
            direction, tilt = math.pi / 2 + turn, turn
        else:
            direction, tilt = -math.pi / 2 - turn, -turn
        cosine, sine = math.cos(tilt) * scale, math.sin(tilt) * scale
        half = advance / scale / 2
        x, y = radius * math.cos(direction), radius * math.sin(direction)
        glyph_set[name].draw(TransformPen(pen, (cosine, sine, -sine, cosine, x - half * cosine, y - half * sine)))
        angle -= advance / radius
    return " ".join(pen.operators) + " f"


def _line_text(text: str, baseline: float, size: float) -> str:
    letters = _outlines(text, size)
    scale = size / _bold()["head"].unitsPerEm
    glyph_set = _bold().getGlyphSet()
    pen = _PathPen(glyph_set)
    x = -sum(advance for _name, advance in letters) / 2
    for name, advance in letters:
        glyph_set[name].draw(TransformPen(pen, (scale, 0, 0, scale, x, baseline)))
        x += advance
    return " ".join(pen.operators) + " f"
