"""Vietnam's public calendar: the package `holidays`, corrected by the sourced table `vietnam.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from holidays.countries.vietnam import Vietnam

FIRST_YEAR, LAST_YEAR = 2010, 2040


@dataclass(frozen=True)
class PublicDays:
    """Days off with their reasons, worked weekend days, and the years in which both follow published notices.

    sources: where each day comes from.
    """

    off: dict[date, str]
    working: frozenset[date]
    announced: range
    sources: dict[date, str]


@cache
def public_days() -> PublicDays:
    """Holidays by law (Labour Code 2019, art. 112), days off in lieu and swapped days, 2010–2040."""
    computed = Vietnam(years=range(FIRST_YEAR, LAST_YEAR + 1), language="vi")  # type: ignore[no-untyped-call,unused-ignore]
    off = dict(computed.items())
    working = set(computed.weekend_workdays)
    table = tomllib.loads((Path(__file__).parent / "vietnam.toml").read_text(encoding="utf-8"))
    sources = dict.fromkeys([*off, *working], table["source"])
    for entry in table["day"]:
        sources[entry["date"]] = entry["source"]
        if entry["kind"] == "off":
            off[entry["date"]] = entry["reason"]
            working.discard(entry["date"])
        else:
            working.add(entry["date"])
            off.pop(entry["date"], None)
    announced = range(table["announced_from"], table["announced_until"] + 1)
    return PublicDays(off, frozenset(working - off.keys()), announced, sources)
