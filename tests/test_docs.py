"""What the documentation says is there, is there: links, settings, commands, addresses, systems, parts."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from typer.main import get_command

from tinhso.blocks.identity import demo
from tinhso.blocks.identity.queries import SAMPLE_PASSWORD
from tinhso.config.cli import build
from tinhso.kernel.manifest import services

ROOT = Path(__file__).resolve().parents[1]
READMES = (ROOT / "README.md", ROOT / "README.vi.md")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("README.md"), *(ROOT / "bench").glob("*.md")]
)


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


# ---- links ----

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The names under which a page's headings are reached, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", _text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken(page: Path) -> Iterator[str]:
    for target in _LINK.findall(_FENCE.sub("", _text(page))):
        place, _sign, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / place).resolve() if place else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [READMES[0]]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            waiting += [
                (page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(_text(page)) if "://" not in link
            ]
    assert {_name(page) for page in (ROOT / "docs").rglob("*.md")} - {_name(page) for page in seen} == set()


def test_pictures_are_small() -> None:
    heavy = {_name(file): file.stat().st_size for file in (ROOT / "docs").rglob("*.png") if file.stat().st_size > 200_000}
    assert heavy == {}


# ---- settings (that every one read is on the page for operators: tests/setup/test_operations_page.py) ----

_READ_IN_PYTHON = re.compile(r"""environ(?:\.\w+\(|\[)\s*"([A-Z_]+)"|"([A-Z_]+)" (?:not )?in os\.environ|\bflag\("([A-Z_]+)"\)""")
_READ_IN_SHELL = re.compile(r"\$\{([A-Z_]+):?-")
_SETTING = re.compile(r"`((?:TINHSO|DATABASE)_[A-Z_]+|HOST|PORT)`")


@cache
def settings_read() -> frozenset[str]:
    """Names of environment variables that the code reads."""
    found: set[str] = set()
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "bench").rglob("*.py"), ROOT / "tests" / "conftest.py"]
    for text in map(_text, sources):
        found.update(name for names in _READ_IN_PYTHON.findall(text) for name in names if name)
        found.update(f"TINHSO_SECRET_{name.upper()}" for name in re.findall(r'\bsecret\("(\w+)"\)', text))
    for file in (ROOT / "scripts").iterdir():
        found.update(_READ_IN_SHELL.findall(_text(file)))
    return frozenset(found)


def test_every_setting_named_is_read() -> None:
    named = {name for page in PAGES for name in _SETTING.findall(_text(page))}
    assert named - settings_read() == set()


# ---- commands ----


@cache
def command_paths() -> frozenset[str]:
    """ "run", "units show" …: every command of the command line."""
    paths = set()
    for name, command in get_command(build()).commands.items():
        paths.add(name)
        paths.update(f"{name} {below}" for below in getattr(command, "commands", {}))
    return frozenset(paths)


def _commands_named(page: Path) -> Iterator[tuple[str, set[str]]]:
    """What follows `tinhso` at the beginning of a line or of a piece of code: words until an option, and the options."""
    for match in re.finditer(r"(?:`|^\$ |^|&& )(?:\.venv/bin/)?tinhso ((?:[a-z]+ ?)+)([^`\n#|&]*)", _text(page), re.MULTILINE):
        yield match[1].strip(), set(re.findall(r"(?<= )--[a-z-]+", " " + match[2]))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_named_are_there(page: Path) -> None:
    groups = get_command(build()).commands
    for words, options in _commands_named(page):
        known = [path for path in command_paths() if f"{words} ".startswith(f"{path} ")]
        assert known, f"tinhso {words}"
        group, _space, below = max(known, key=len).partition(" ")
        command = groups[group].commands[below] if below else groups[group]
        assert options - {"--help"} <= {option for parameter in command.params for option in parameter.opts}, words


def test_both_readmes_name_every_command_that_answers_or_changes_something() -> None:
    leaves = {path for path in command_paths() if not any(other.startswith(f"{path} ") for other in command_paths())}
    for readme in READMES:
        named = {words for words, _options in _commands_named(readme)}
        assert {leaf for leaf in leaves if not any(f"{words} ".startswith(f"{leaf} ") for words in named)} == set(), readme.name


# ---- addresses and accounts ----

_ADDRESS = re.compile(r"`(/(?!var/|etc/|usr/|run/)[a-z0-9<>./_-]*)(?:\?[^`]*)?`")


@pytest.mark.parametrize("page", [*READMES, ROOT / "docs" / "systems.md", ROOT / "docs" / "operations.md"], ids=_name)
def test_addresses_named_lead_somewhere(page: Path) -> None:
    lost = []
    for address in set(_ADDRESS.findall(_text(page))):
        try:
            resolve(re.sub(r"<\w+>", "1", address))
        except Resolver404:
            lost.append(address)
    assert lost == []


def test_both_readmes_tell_of_the_sample_accounts() -> None:
    for readme in READMES:
        text = _text(readme)
        assert f"`{SAMPLE_PASSWORD}`" in text
        for line in re.findall(r"^\| (`[a-z0-9`, ]+`) \|", text, re.MULTILINE):
            names = {re.sub(r"\d+$", "", name) for name in re.findall(r"`([a-z]+\d*)`", line)}
            assert names <= set(demo._STORY), line


# ---- systems and parts ----

_IDS = {
    *(f"A{n}" for n in range(1, 10)),
    *(f"B{n}" for n in range(1, 14)),
    *(f"C{n}" for n in range(1, 9)),
    *(f"D{n}" for n in range(1, 12)),
}


def test_every_system_is_on_the_page_once_and_those_with_code_have_begun() -> None:
    text = _text(ROOT / "docs" / "systems.md")
    begun = re.findall(r"^### ([ABCD]\d+) .*: (?:begun|parts)$", text, re.MULTILINE)
    other = re.findall(r"^\| ([ABCD]\d+) \|", text, re.MULTILINE)
    assert sorted(begun + other) == sorted(_IDS)
    assert {system for config in services() for system in config.manifest.systems} <= set(begun)


def test_every_direct_part_has_its_row_with_licence_and_reason() -> None:
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[~=<>]", requirement)[0] for requirement in wanted}
    page = _text(ROOT / "docs" / "adr" / "0007-parts-and-licences.md")
    listed = {name for row in re.findall(r"^\| ([a-z@][^|]*) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert names - listed == set()


def test_decisions_are_numbered_and_listed() -> None:
    records = sorted(file.name for file in (ROOT / "docs" / "adr").glob("0*.md"))
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", _text(ROOT / "docs" / "adr" / "README.md"))
    assert listed == records
    for name in records:
        assert _text(ROOT / "docs" / "adr" / name).startswith(f"# {int(name[:4])}. ")
