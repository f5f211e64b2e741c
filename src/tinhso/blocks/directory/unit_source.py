"""The list of administrative units as our sources tell it: the package `vietnamadminunits`, corrected by `data/units.toml`.

Reads files only; `unit_loading` brings the database in line with what this module says.
"""

import json
import sqlite3
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import Any

from tinhso.blocks.directory.models import UnitKind, UnitLevel

PACKAGE = "vietnamadminunits"

# longest first: "Thị trấn" before a name that begins with "Thị"
_KINDS = {
    "Thành phố": UnitKind.CITY,
    "Thị trấn": UnitKind.TOWNSHIP,
    "Đặc khu": UnitKind.SPECIAL_ZONE,
    "Thị xã": UnitKind.TOWN,
    "Phường": UnitKind.WARD,
    "Huyện": UnitKind.RURAL_DISTRICT,
    "Quận": UnitKind.URBAN_DISTRICT,
    "Tỉnh": UnitKind.PROVINCE,
    "Xã": UnitKind.COMMUNE,
}
KIND_WORDS = tuple(_KINDS)
_LEVELS = {2: UnitLevel.PROVINCE, 3: UnitLevel.DISTRICT, 5: UnitLevel.COMMUNE}


@dataclass(frozen=True)
class UnitRow:
    """One unit in one period. `parent` is a code; the parent is whoever bears it at the end of the period."""

    code: str
    name: str
    short_name: str
    kind: str
    level: int
    valid_from: date | None
    valid_to: date | None
    known_from: date
    parent: str | None
    lon: float | None
    lat: float | None
    area_km2: float | None
    source: str


@dataclass(frozen=True)
class LinkRow:
    """The unit that ended the day before `on` under `predecessor` became, wholly or in part, the one of `successor`."""

    predecessor: str
    successor: str
    on: date
    act: str
    whole: bool


@dataclass(frozen=True)
class Completeness:
    """Whether all units of a level below a code are in the list."""

    first: date
    last: date | None
    why: str

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class UnitList:
    source: str
    units: tuple[UnitRow, ...]
    links: tuple[LinkRow, ...]


def level_of(code: str) -> UnitLevel | None:
    """The level follows from the length of the official code: 82, 815, 28252."""
    return _LEVELS.get(len(code)) if code.isascii() and code.isdigit() else None


@cache
def corrections() -> Mapping[str, Any]:
    """The correction file."""
    return tomllib.loads((files("tinhso.blocks.directory") / "data" / "units.toml").read_text(encoding="utf-8"))


def two_tiers_since() -> date:
    """The first day without districts."""
    first: date = corrections()["snapshot"]["two_tier_from"]
    return first


def completeness(codes: Iterable[str], level: int) -> Completeness:
    """From when to when the list of units of `level` is complete below a unit.

    Args:
        codes: the unit's code and those above it, nearest first.
    """
    statements = {(entry["below"], entry["level"]): entry for entry in corrections()["complete"]}
    for code in codes:
        if entry := statements.get((code, level)):
            return Completeness(entry["from"], entry.get("to"), entry.get("why", ""))
    snapshot = corrections()["snapshot"]
    first = snapshot["provinces_known_from" if level == UnitLevel.PROVINCE else "known_from"]
    return Completeness(first, None, "")


def unit_list() -> UnitList:
    """Every unit and every link our sources know, corrections applied."""
    folder = _package_folder()
    with closing(sqlite3.connect(f"file:{folder / 'data' / 'dataset.db'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        old = database.execute("SELECT * FROM admin_units_legacy").fetchall()
        new = database.execute("SELECT * FROM admin_units").fetchall()
    mapping = json.loads((folder / "data" / "converter_2025.json").read_text(encoding="utf-8"))

    old_provinces = {row["wardCode"]: row["provinceCode"] for row in old}
    became = _links(old, new, mapping)
    unchanged = _unchanged_provinces(old, new, became)
    before = [_with_better_period(unit, old_provinces) for unit in _three_tier(old) if unit.code not in unchanged]
    after = [_continuing(unit) if unit.code in unchanged else unit for unit in _two_tier(new)]
    before = _with_better_old_centres(before)
    after = _with_better_new_centres(after, before, became)
    units = [*before, *_end_before_later_forms(after), *_other_forms()]

    links = [link for link in became if link.predecessor not in unchanged]
    for change in corrections()["change"]:
        links += _marked(change["links"], change["on"], change["act"])
    return UnitList(f"{PACKAGE} {version(PACKAGE)}", tuple(units), tuple(links))


def _package_folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {PACKAGE} is not installed")
    return Path(spec.origin).parent


def _named(code: str, name: str, **values: Any) -> UnitRow:
    """A row whose kind, level and short name follow from the code and the official name."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    word = next(kind for kind in _KINDS if name.lower().startswith(kind.lower() + " "))
    rest = name[len(word) + 1 :]
    level = _LEVELS[len(code)]
    kind = UnitKind.CENTRAL_CITY if word == "Thành phố" and level == UnitLevel.PROVINCE else _KINDS[word]
    defaults: dict[str, Any] = dict.fromkeys(("valid_from", "valid_to", "parent", "lon", "lat", "area_km2"))
    return UnitRow(
        code=code,
        name=f"{word} {rest}",
        short_name=f"{word} {rest}" if rest.isdigit() else rest,
        kind=str(kind),
        level=int(level),
        **(defaults | {"source": ""} | values),
    )


def _three_tier(rows: list[sqlite3.Row]) -> Iterator[UnitRow]:
    snapshot = corrections()["snapshot"]
    until, known, known_provinces = snapshot["three_tier_until"], snapshot["known_from"], snapshot["provinces_known_from"]
    seen = set()
    for row in rows:
        province, district, commune = row["provinceCode"], row["districtCode"], row["wardCode"]
        if province not in seen:
            seen.add(province)
            place = {"lon": row["provinceLon"], "lat": row["provinceLat"]}
            yield _named(province, row["province"], valid_to=until, known_from=known_provinces, **place)
        if district not in seen:
            seen.add(district)
            place = {"lon": row["districtLon"], "lat": row["districtLat"]}
            yield _named(district, row["district"], valid_to=until, known_from=known, parent=province, **place)
        if commune:
            place = {"lon": row["wardLon"], "lat": row["wardLat"]}
            yield _named(commune, row["ward"], valid_to=until, known_from=known, parent=district, **place)


def _two_tier(rows: list[sqlite3.Row]) -> Iterator[UnitRow]:
    snapshot = corrections()["snapshot"]
    begin = {"valid_from": snapshot["two_tier_from"], "known_from": snapshot["two_tier_from"], "source": snapshot["two_tier_act"]}
    seen = set()
    for row in rows:
        province = row["provinceCode"]
        if province not in seen:
            seen.add(province)
            yield _named(province, row["province"], lon=row["provinceLon"], lat=row["provinceLat"], **begin)
        yield _named(
            row["wardCode"],
            row["ward"],
            parent=province,
            lon=row["wardLon"],
            lat=row["wardLat"],
            area_km2=row["wardAreaKm2"] or None,
            **begin,
        )


def _links(old: list[sqlite3.Row], new: list[sqlite3.Row], mapping: Mapping[str, Any]) -> list[LinkRow]:
    """What became what on 01/07/2025, without the links known to be false. The package joins by names without accents."""
    snapshot = corrections()["snapshot"]
    old_province = {row["provinceKey"]: row["provinceCode"] for row in old}
    new_province = {row["provinceKey"]: row["provinceCode"] for row in new}
    # five island districts have no communes: the district itself became a special zone
    old_code = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": row["wardCode"] or row["districtCode"] for row in old
    }
    new_code = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    false = {
        (code, successor)
        for entry in corrections()["false_link"]
        for code, successors in entry["links"].items()
        for successor in successors
    }

    found: dict[str, dict[str, None]] = defaultdict(dict)
    for province, befores in mapping["DICT_PROVINCE"].items():
        for before in befores:
            found[old_province[before]][new_province[province]] = None
    for province, communes in mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, befores in communes.items():
            for before in befores:
                found[old_code[before]][new_code[province, commune]] = None
    for province, split in mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
        for before, parts in split.items():
            for part in parts:
                pair = old_code[before], new_code[province, part["newWardKey"]]
                if pair not in false:
                    found[pair[0]][pair[1]] = None
    return list(_marked(found, snapshot["two_tier_from"], snapshot["two_tier_act"]))


def _marked(links: Mapping[str, Iterable[str]], on: date, act: str) -> Iterator[LinkRow]:
    for predecessor, successors in links.items():
        parts = list(successors)
        for successor in parts:
            yield LinkRow(predecessor, successor, on, act, whole=len(parts) == 1)


def _unchanged_provinces(old: list[sqlite3.Row], new: list[sqlite3.Row], links: list[LinkRow]) -> frozenset[str]:
    """Provinces that went through 01/07/2025 with their code, name and area: one row, not two."""
    before = {row["provinceCode"]: row["province"] for row in old}
    after = {row["provinceCode"]: row["province"] for row in new}
    predecessors: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if level_of(link.successor) == UnitLevel.PROVINCE:
            predecessors[link.successor].add(link.predecessor)
    return frozenset(code for code, name in after.items() if before.get(code) == name and predecessors[code] == {code})


def _continuing(unit: UnitRow) -> UnitRow:
    known = replace(unit, valid_from=None, known_from=corrections()["snapshot"]["provinces_known_from"], source="")
    return _with_better_period(known, {})


def _with_better_period(unit: UnitRow, provinces: Mapping[str, str]) -> UnitRow:
    for period in corrections()["period"]:
        codes = period.get("codes")
        if (
            unit.code in codes
            if codes is not None
            else unit.level == period["level"] and provinces.get(unit.code) == period["below"]
        ):
            begin = period.get("valid_from")
            unit = replace(unit, valid_from=begin, known_from=begin or period["known_from"], source=_cited(period))
    return unit


def _with_better_old_centres(units: list[UnitRow]) -> list[UnitRow]:
    given = corrections()["centres"]["old"]
    districts = {unit.code: (unit.lat, unit.lon) for unit in units if unit.level == UnitLevel.DISTRICT}
    better = []
    for unit in units:
        lat, lon = given.get(unit.code) or (unit.lat, unit.lon)
        borrowed = unit.level == UnitLevel.COMMUNE and (lat, lon) == districts.get(unit.parent or "")
        better.append(replace(unit, lat=None if borrowed else lat, lon=None if borrowed else lon))
    return better


def _with_better_new_centres(units: list[UnitRow], before: list[UnitRow], links: list[LinkRow]) -> list[UnitRow]:
    centres = corrections()["centres"]
    places = {unit.code: (unit.lat, unit.lon) for unit in units}
    for one, other in centres["exchanged"]:
        places[one], places[other] = places[other], places[one]
    old = {unit.code: unit for unit in before}
    for code in centres["from_predecessors"]:
        parts = [old[link.predecessor] for link in links if link.successor == code and link.predecessor in old]
        places[code] = (
            round(mean(part.lat for part in parts if part.lat), 4),
            round(mean(part.lon for part in parts if part.lon), 4),
        )
    return [replace(unit, lat=places[unit.code][0], lon=places[unit.code][1]) for unit in units]


def _end_before_later_forms(units: list[UnitRow]) -> list[UnitRow]:
    """A form in force ends the day before a later form of its code begins."""
    ends = {
        form["code"]: form["valid_from"] - timedelta(days=1)
        for form in corrections()["unit"]
        if "valid_from" in form and "valid_to" not in form
    }
    return [replace(unit, valid_to=ends[unit.code]) if not unit.valid_to and unit.code in ends else unit for unit in units]


def _other_forms() -> Iterator[UnitRow]:
    for form in corrections()["unit"]:
        begin = form.get("valid_from")
        yield _named(
            form["code"],
            form["name"],
            valid_from=begin,
            valid_to=form.get("valid_to"),
            known_from=form.get("known_from") or begin,
            parent=form.get("parent"),
            source=_cited(form),
        )


def _cited(entry: Mapping[str, Any]) -> str:
    doubt = {"act": "", "press": " [nguồn thứ cấp]", "memory": " [chưa kiểm chứng]"}[entry["certainty"]]
    return f"{entry['source']}{doubt}"
