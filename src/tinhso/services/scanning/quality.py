"""Whether the picture of a page can be read and kept: resolution, sharpness, light, skew, blank, checked with Pillow alone.

The bounds of resolution follow Decree 30/2020/NĐ-CP (colour, at least 200 dpi). The others were set on pages drawn and spoilt on
purpose, which the tests do again.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFilter, ImageStat

A4 = (8.27, 11.69)  # inches
ENOUGH_DPI, LEAST_DPI = 195, 150  # 200 with a margin for edges cut off
_READING = 1654  # pixels across an A4 page at 200 dpi: where sharpness is judged
_OVERVIEW, _ROWS = 500, 360
_SHARP, _LEGIBLE = 0.75, 0.36
_DARK, _DIM = 90, 140
_PALE, _FAINT = 25, 60
_BLANK = 0.0004
_ASKEW, _CROOKED, _WIDEST = 2, 5, 8  # degrees


class Level(StrEnum):
    """How a page stands: good, to be looked at, not to be kept without a reason."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was found out about a page. `value` is a number: dpi, degrees …"""

    code: str
    level: Level
    value: int = 0

    @property
    def advice(self) -> str:
        """What is wrong and what to do, as a sentence."""
        return str(_ADVICE[self.code]) % {"value": self.value}


_ADVICE: dict[str, str | Promise] = {
    "resolution": _(
        "Độ phân giải khoảng %(value)s dpi, cần từ 200 dpi. Hãy đưa máy ảnh lại gần cho giấy đầy khung, hoặc quét ở 200 dpi."
    ),
    "blur": _("Ảnh bị nhòe. Hãy giữ chắc máy, chờ lấy nét rồi chụp lại."),
    "dark": _("Ảnh quá tối. Hãy bật đèn hoặc đến chỗ sáng hơn rồi chụp lại."),
    "pale": _("Ảnh quá sáng hoặc chữ quá nhạt. Hãy tránh đèn chiếu thẳng, tăng độ đậm của máy quét rồi làm lại."),
    "blank": _("Trang có vẻ trắng. Hãy bỏ trang này, hoặc lật mặt giấy rồi quét lại."),
    "skew": _("Trang nghiêng khoảng %(value)s độ. Hãy đặt giấy thẳng rồi quét lại."),
    "unseen": _("Không đọc được ảnh trong trang này để kiểm tra. Hãy mở ra xem bằng mắt trước khi ghép."),
}  # fmt: skip


def worst(findings: list[Finding]) -> Level:
    """The level of a page: that of the worst finding."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.BAD, Level.WATCH) if level in levels), Level.GOOD)


def dpi_of(width: int, height: int, told: int = 0) -> int:
    """The resolution a file tells, or that of an A4 page that fills the picture."""
    if told:
        return told
    short, long = sorted((width, height))
    return round(min(short / A4[0], long / A4[1]))


def judge(picture: Image.Image, *, dpi: int) -> list[Finding]:
    """What is wrong with the picture of a page; nothing when it is good.

    Args:
        dpi: of the page as it came, before it was made smaller.
    """
    grey = picture.convert("L")
    overview = _fitted(grey, _OVERVIEW)
    ink, found = _light(overview)
    if ink and not any(finding.code == "dark" and finding.level == Level.BAD for finding in found):
        found += [*_sharpness(grey, ink), *_skew(overview)]
    return [*_resolution(dpi), *found]


def _fitted(grey: Image.Image, across: int) -> Image.Image:
    """The picture with its short side that long; never made larger."""
    scale = across / min(grey.size)
    if scale >= 1:
        return grey
    return grey.resize((max(1, round(grey.width * scale)), max(1, round(grey.height * scale))), Image.Resampling.BOX)


def _resolution(dpi: int) -> list[Finding]:
    if dpi >= ENOUGH_DPI:
        return []
    return [Finding("resolution", Level.WATCH if dpi >= LEAST_DPI else Level.BAD, dpi)]


def _at(grey: Image.Image, share: float) -> int:
    """The grey below which that share of the pixels lies."""
    counts, reached = grey.histogram(), 0
    wanted = share * sum(counts)
    for value, count in enumerate(counts):
        reached += count
        if reached >= wanted:
            return value
    return 255


def _light(overview: Image.Image) -> tuple[float, list[Finding]]:
    """The share of the page that is written on, none when it is blank; and what is wrong with its light. The paper is the
    brighter part of a page, the ink the darkest."""
    page = _inner(overview)
    middle = page.filter(ImageFilter.MedianFilter(3))
    paper = _at(middle, 0.75)
    if paper < _DARK:
        return 1.0, [Finding("dark", Level.BAD)]
    ink = sum(middle.histogram()[: max(0, paper - _PALE)]) / (middle.width * middle.height)
    if ink < _BLANK:
        return 0.0, [Finding("blank", Level.BAD)]
    found = [Finding("dark", Level.WATCH)] if paper < _DIM else []
    contrast = paper - _at(page, min(0.005, ink / 2))
    if contrast < _FAINT:
        found.append(Finding("pale", Level.BAD if contrast < _PALE * 1.4 else Level.WATCH))
    return ink, found


def _inner(grey: Image.Image) -> Image.Image:
    """Without the edges, where scanners leave shadows."""
    side, top = grey.width // 25, grey.height // 25
    return grey.crop((side, top, grey.width - side, grey.height - top))


_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=4, offset=128)  # a fourth, or it would not fit a byte


def _sharpness(grey: Image.Image, ink: float) -> list[Finding]:
    """How steep the steepest edges are against the contrast of the page: the Laplacian, as of the page at 200 dpi."""
    page = _inner(_fitted(grey, _READING))
    contrast = max(1, _at(page, 0.9) - _at(page, min(0.005, ink / 2)))
    edges = page.filter(_LAPLACE).crop((1, 1, page.width - 1, page.height - 1))  # the outermost pixels are left as they were
    share = min(0.002, ink / 5)
    steep = 4 * max(_at(edges, 1 - share) - 128, 128 - _at(edges, share)) / contrast
    if steep >= _SHARP:
        return []
    return [Finding("blur", Level.WATCH if steep >= _LEGIBLE else Level.BAD)]


def _skew(overview: Image.Image) -> list[Finding]:
    """The angle, in whole degrees, at which the lines of writing fall into rows best."""
    small = _inner(_fitted(overview, _ROWS))
    bound = _at(small, 0.75) - _FAINT
    written = small.point([255 if value < bound else 0 for value in range(256)])
    clear = {angle: _clearness(written, angle) for angle in range(-_WIDEST, _WIDEST + 1)}
    best = max(clear, key=lambda angle: clear[angle])
    if abs(best) < _ASKEW or clear[best] <= clear[0] * 1.3:
        return []
    return [Finding("skew", Level.BAD if abs(best) > _CROOKED else Level.WATCH, abs(best))]


def _clearness(written: Image.Image, angle: int) -> float:
    """How much the rows of a page turned by that angle differ from each other."""
    turned = written.rotate(angle, Image.Resampling.NEAREST, fillcolor=0)
    rows = turned.resize((1, written.height), Image.Resampling.BOX)
    return float(ImageStat.Stat(rows).var[0])
