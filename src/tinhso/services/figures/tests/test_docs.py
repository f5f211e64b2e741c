"""The page of definitions names every indicator."""

from pathlib import Path

from tinhso.blocks.cases.figures.indicators import NOT_YET, indicators

DOCS = Path(__file__).resolve().parents[5] / "docs/figures.md"


def test_every_indicator_is_defined_in_the_documentation() -> None:
    rows = [line.split("|")[1].strip() for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {code for row in rows for code in row.split(", ")}
    assert {one.definition.code for one in indicators([], [])} | {one.code for one in NOT_YET} <= named
