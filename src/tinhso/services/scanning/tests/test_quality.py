"""The check of a page: what it passes, what it finds, what it says."""

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from tinhso.services.scanning.quality import Finding, Level, dpi_of, judge, worst
from tinhso.services.scanning.tests.conftest import A4_AT_200, sheet


def found(picture: Image.Image, dpi: int = 0) -> dict[str, Level]:
    findings = judge(picture, dpi=dpi or dpi_of(*picture.size))
    return {finding.code: finding.level for finding in findings}


@pytest.mark.parametrize("size", [A4_AT_200, (2480, 3508)])
def test_a_clean_page_passes(size: tuple[int, int]) -> None:
    assert found(sheet(size)) == {}


def test_a_page_lying_on_its_side_a_page_of_few_lines_and_one_in_black_and_white_pass_too() -> None:
    assert found(sheet().rotate(90, expand=True)) == {}
    assert found(sheet(lines=2)) == {}
    assert found(sheet().convert("1").convert("L")) == {}


def test_a_noisy_photograph_of_a_sharp_page_passes() -> None:
    noise = Image.effect_noise(A4_AT_200, 12).convert("RGB")
    assert found(Image.blend(sheet(), noise, 0.06)) == {}


@pytest.mark.parametrize(("width", "level"), [(1240, Level.WATCH), (827, Level.BAD)])
def test_too_coarse_a_page(width: int, level: Level) -> None:
    assert found(sheet((width, round(width * 1.414))))["resolution"] == level


def test_a_small_card_is_judged_by_the_resolution_the_scanner_tells() -> None:
    card = sheet((1011, 638), lines=10)
    assert "resolution" in found(card)
    assert "resolution" not in found(card, dpi=300)


@pytest.mark.parametrize(("radius", "level"), [(1.2, Level.WATCH), (3, Level.BAD), (6, Level.BAD)])
def test_a_blurred_page(radius: float, level: Level) -> None:
    assert found(sheet().filter(ImageFilter.GaussianBlur(radius))) == {"blur": level}


def test_too_little_light() -> None:
    assert found(ImageEnhance.Brightness(sheet()).enhance(0.5)) == {"dark": Level.WATCH}
    assert found(ImageEnhance.Brightness(sheet()).enhance(0.25)) == {"dark": Level.BAD}


def test_pale_writing() -> None:
    assert found(sheet(ink=200)) == {"pale": Level.WATCH}


@pytest.mark.parametrize("paper", [255, 235, 180])
def test_a_blank_page(paper: int) -> None:
    blank = Image.new("RGB", A4_AT_200, (paper, paper, paper))
    assert found(blank) == {"blank": Level.BAD}
    noise = Image.effect_noise(A4_AT_200, 12).convert("RGB")
    assert found(Image.blend(blank, noise, 0.06)) == {"blank": Level.BAD}


@pytest.mark.parametrize(("angle", "level"), [(3, Level.WATCH), (-3, Level.WATCH), (7, Level.BAD)])
def test_a_page_that_lies_askew(angle: int, level: Level) -> None:
    assert found(sheet().rotate(angle, fillcolor=(246, 246, 246))) == {"skew": level}


def test_the_worst_finding_gives_the_level_and_every_finding_says_what_to_do() -> None:
    findings = [Finding("resolution", Level.WATCH, 150), Finding("blur", Level.BAD)]
    assert worst(findings) == Level.BAD
    assert worst(findings[:1]) == Level.WATCH
    assert worst([]) == Level.GOOD
    assert "150 dpi" in findings[0].advice
    assert "chụp lại" in findings[1].advice
