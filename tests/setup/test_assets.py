import re
from pathlib import Path

import pytest

from tinhso.config.assets import ROOT, AssetError, IconUse, icons_used, make_sprite
from tinhso.kernel.time import Level, Remaining
from tinhso.kernel.web.templatetags.ui import due

HOUSE = '<svg xmlns="http://www.w3.org/2000/svg"><path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M5 12l9 -9"/></svg>'


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    folder = tmp_path / "outline"
    folder.mkdir()
    (folder / "home.svg").write_text(HOUSE)
    return folder


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("page.html", '{% icon "home" %}'),
        ("page.html", '{% include "components/empty.html" with icon="home" %}'),
        ("page.html", '{{ item.icon|default:"home" }}'),
        ("apps.py", 'MenuItem(_("Việc của tôi"), "onestop:work", "home", permission="cases.work")'),
        ("apps.py", 'MenuItem(_("Việc của tôi"), "onestop:work", icon="home")'),
        ("rows.py", 'STATES = {"new": {"icon": "home"}}'),
        ("rows.py", 'icon: str = "home"'),
    ],
)
def test_an_icon_is_found_however_it_is_named(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text("\n\n" + text)
    assert icons_used(tmp_path) == [IconUse("home", tmp_path / file, 3)]


def test_a_link_to_the_page_icon_is_not_an_icon(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<link rel="icon" href="favicon">')
    assert icons_used(tmp_path) == []


def test_the_sprite_holds_each_icon_once_without_its_invisible_frame(drawings: Path) -> None:
    sprite = make_sprite([IconUse("home", Path("a.html"), 1), IconUse("home", Path("b.html"), 9)], drawings)
    assert sprite.count('<symbol id="home"') == 1
    assert '<path d="M5 12l9 -9"/>' in sprite
    assert "M0 0h24v24H0z" not in sprite


def test_an_unknown_icon_is_refused_with_its_place_and_the_nearest_name(drawings: Path) -> None:
    with pytest.raises(AssetError, match=r"page\.html:7: .*“hme”; near it: home"):
        make_sprite([IconUse("hme", Path("page.html"), 7)], drawings)


@pytest.mark.parametrize("level", Level)
def test_the_mark_of_every_level_of_a_term_is_in_the_sprite(level: Level) -> None:
    shown = re.findall(r"#([a-z-]+)\"", due(Remaining(level, None, None)))
    assert shown
    assert set(shown) <= {use.name for use in icons_used(ROOT / "src" / "tinhso")}
