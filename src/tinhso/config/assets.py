"""Browser libraries: the files the screens use, copied from the npm packages' `dist` into `var/vendor/`, and one sprite of icons.

`make run` and `make test` call it when a package or a used icon has changed. Needs nothing but the standard library, so that it
runs before Django can.
"""

import re
import shutil
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from xml.etree import ElementTree

from tinhso.config.coast import land_geojson
from tinhso.config.environment import ROOT, data_dir

_FONT = "@fontsource/be-vietnam-pro"
_FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    **{
        f"{_FONT}/files/be-vietnam-pro-{subset}-{weight}-normal.woff2": f"fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2"
        for subset in ("vietnamese", "latin", "latin-ext")
        for weight in (400, 500, 600, 700)
    },
    "bpmn-js/dist/bpmn-modeler.production.min.js": "bpmn-js/bpmn-modeler.production.min.js",
    "bpmn-js/dist/assets/diagram-js.css": "bpmn-js/diagram-js.css",
    "bpmn-js/dist/assets/bpmn-js.css": "bpmn-js/bpmn-js.css",
    "bpmn-js/dist/assets/bpmn-font/css/bpmn.css": "bpmn-js/bpmn-font/css/bpmn.css",
    **{
        f"bpmn-js/dist/assets/bpmn-font/font/bpmn.{kind}": f"bpmn-js/bpmn-font/font/bpmn.{kind}"
        for kind in ("eot", "svg", "ttf", "woff", "woff2")
    },
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl/maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl/maplibre-gl-worker.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl/maplibre-gl.css",
    "jssip/dist/jssip.min.js": "jssip/jssip.min.js",
}
_COAST = "world-atlas/land-10m.json"
_LICENCES = ("htmx.org", "@tabler/core", "@tabler/icons", _FONT, "bpmn-js", "maplibre-gl", "world-atlas", "jssip")
_ICONS = "@tabler/icons/icons/outline"
# {% icon "home" %}, icon="home", "icon": "home", icon: str = "home", {{ item.icon|default:"home" }}
_ICON_USE = re.compile(r"""\bicon(?:\s*:\s*str|\|default)?["']?\s*[=(:]?\s*["']([a-z][a-z0-9-]*)["']""")
# MenuItem(_("Title"), "name:space", "home", …)
_MENU_USE = re.compile(r"""MenuItem\(\s*_\((?:"[^"]*"|'[^']*')\)\s*,\s*["'][^"']*["']\s*,\s*["']([a-z][a-z0-9-]*)["']""")
_SOURCE_MAP = re.compile(rb"\n?(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")
_SVG = "{http://www.w3.org/2000/svg}"


class AssetError(Exception):
    """What is missing, and what to do."""


@dataclass(frozen=True)
class IconUse:
    name: str
    file: Path
    line: int


def icons_used(source: Path) -> list[IconUse]:
    """Every icon named in templates, Python and JavaScript below `source`, tests excepted."""
    uses: list[IconUse] = []
    for file in sorted(source.rglob("*")):
        if file.suffix not in {".html", ".py", ".js"} or "tests" in file.parts or file == Path(__file__):
            continue
        text = file.read_text(encoding="utf-8")
        for pattern in (_ICON_USE, _MENU_USE):
            uses.extend(IconUse(use[1], file, text.count("\n", 0, use.start()) + 1) for use in pattern.finditer(text))
    return uses


def _symbol(name: str, drawing: Path) -> str:
    paths = []
    for shape in ElementTree.parse(drawing).getroot():  # noqa: S314 - a file of a pinned, hashed package
        if shape.get("d") == "M0 0h24v24H0z":
            continue  # the invisible frame
        attributes = "".join(f' {key}="{value}"' for key, value in shape.attrib.items())
        paths.append(f"<{shape.tag.removeprefix(_SVG)}{attributes}/>")
    line = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {line}>{"".join(paths)}</symbol>'


def make_sprite(uses: list[IconUse], drawings: Path) -> str:
    """One SVG with a `<symbol>` for each icon used; pages refer to it by `<use href="…/icons.svg#name">`.

    Raises:
        AssetError: an icon that Tabler does not have; names the file, the line and the nearest names.
    """
    known = {file.stem for file in drawings.glob("*.svg")}
    for use in uses:
        if use.name not in known:
            near = ", ".join(get_close_matches(use.name, known, n=4)) or "see tabler.io/icons"
            place = use.file.relative_to(ROOT) if use.file.is_relative_to(ROOT) else use.file
            raise AssetError(f"{place}:{use.line}: there is no Tabler icon “{use.name}”; near it: {near}.")
    names = sorted({use.name for use in uses})
    symbols = "\n".join(_symbol(name, drawings / f"{name}.svg") for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _copy(origin: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = _SOURCE_MAP.sub(b"\n", origin.read_bytes()) if target.suffix in {".js", ".css"} else origin.read_bytes()
    if not target.exists() or target.read_bytes() != content:
        target.write_bytes(content)


def install_assets(packages: Path = ROOT / "node_modules", vendor: Path | None = None) -> int:
    """Fill `var/vendor/` and remove what is no longer used there. Returns the number of icons in the sprite.

    Raises:
        AssetError: a package or an icon is missing.
    """
    vendor = vendor or data_dir() / "vendor"
    wanted = {vendor / target: packages / origin for origin, target in _FILES.items()}
    needed = [*wanted.values(), packages / _COAST]
    missing = [str(origin.relative_to(packages)) for origin in needed if not origin.is_file()]
    if missing or not (packages / _ICONS).is_dir():
        raise AssetError(f"node_modules/ lacks {', '.join(missing) or _ICONS}; run `npm ci`.")
    for package in _LICENCES:
        for licence in sorted((packages / package).glob("LICENSE*")):
            wanted[vendor / "licences" / f"{package.replace('/', '-').lstrip('@')}.txt"] = licence
    for target, origin in wanted.items():
        _copy(origin, target)
    coast = vendor / "maps" / "land.json"
    if not coast.exists():
        coast.parent.mkdir(parents=True, exist_ok=True)
        coast.write_text(land_geojson(packages / _COAST), encoding="utf-8")
    uses = icons_used(ROOT / "src" / "tinhso")
    sprite = vendor / "icons.svg"
    text = make_sprite(uses, packages / _ICONS)
    if not sprite.exists() or sprite.read_text(encoding="utf-8") != text:
        sprite.write_text(text, encoding="utf-8")
    for file in vendor.rglob("*"):
        if file.is_file() and file not in wanted and file not in {sprite, coast}:
            file.unlink()
    for folder in sorted((f for f in vendor.rglob("*") if f.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            shutil.rmtree(folder)
    return len({use.name for use in uses})


def main() -> int:
    try:
        count = install_assets()
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"browser libraries: {len(_FILES)} files, {count} icons")
    return 0


if __name__ == "__main__":
    sys.exit(main())
