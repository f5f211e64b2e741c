"""axe-core on the page in hand: `assert violations(page) == []`."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 level AA and all below it, and what axe knows to be good practice
_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# of these, what light and dark can change
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_RUN = """async (rules) => {
    const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help} – ${node.target.join(" ")} – ${node.html.slice(0, 120)}`));
}"""


@cache
def _script() -> str:
    return _AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What hinders people on the page as it stands, one line each: rule, what is wrong, where."""
    return _found(page, _RULES)


def colour_violations(page: Page) -> list[str]:
    """Of these what the colours do, for a page that was looked at whole in its other colours."""
    return _found(page, _COLOURS)


def _found(page: Page, rules: dict[str, object]) -> list[str]:
    page.evaluate(_script())
    found: list[str] = page.evaluate(_RUN, rules)
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window; people on phones should never scroll sideways."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(pixels, 0)
