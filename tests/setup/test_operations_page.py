import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_is_on_the_page_for_operators() -> None:
    sources = [file for file in (ROOT / "src").rglob("*.py") if "tests" not in file.parts]
    reads = re.compile(r"""(?:environ(?:\.get\(|\.setdefault\(|\[)|flag\()\s*["']((?:TINHSO|DATABASE)_\w+|HOST|PORT)["']""")
    used = {name for file in sources for name in reads.findall(file.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    missing = sorted(name for name in used if f"`{name}`" not in page)
    assert len(used) > 15
    assert not missing
