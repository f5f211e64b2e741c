"""Bring the tables of units in line with the list of our sources: set-based, and without any change when nothing changed.

A row is recognised by its code and the beginning of its period, else by its code and the end of it, so that a period that
becomes known better keeps its row. Rows that the sources no longer tell of are kept, and counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection

from tinhso.blocks.directory.models import UnitLevel
from tinhso.blocks.directory.unit_source import UnitList
from tinhso.kernel.keeping import kept

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What a loading changed."""

    units: int
    links: int
    units_added: int
    units_changed: int
    links_added: int
    links_changed: int
    links_removed: int
    no_longer_told: int

    @property
    def changed(self) -> bool:
        return any((self.units_added, self.units_changed, self.links_added, self.links_changed, self.links_removed))


_STAGE_UNITS = """
CREATE TEMP TABLE staged_unit (
    code text, name text, short_name text, kind text, level smallint, valid_from date, valid_to date, known_from date,
    parent_code text, lon float8, lat float8, area_km2 float8, source text, id bigint
)"""
_COPY_UNITS = """
COPY staged_unit (code, name, short_name, kind, level, valid_from, valid_to, known_from, parent_code, lon, lat, area_km2, source)
FROM STDIN"""
_RECOGNISE_BY_BEGINNING = """
UPDATE staged_unit s SET id = u.id FROM directory_unit u
WHERE u.code = s.code AND u.valid_from IS NOT DISTINCT FROM s.valid_from"""
_RECOGNISE_BY_END = """
UPDATE staged_unit s SET id = u.id FROM directory_unit u
WHERE s.id IS NULL AND u.code = s.code AND u.valid_to IS NOT DISTINCT FROM s.valid_to
  AND NOT EXISTS (SELECT 1 FROM staged_unit other WHERE other.id = u.id)"""
_UPDATE_UNITS = """
UPDATE directory_unit u
SET name = s.name, short_name = s.short_name, kind = s.kind, level = s.level, valid_from = s.valid_from, valid_to = s.valid_to,
    known_from = s.known_from, centre = s.centre, area_km2 = s.area_km2, source = s.source
FROM (SELECT *, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS centre FROM staged_unit) s
WHERE u.id = s.id
  AND (u.name, u.short_name, u.kind, u.level, u.valid_from, u.valid_to, u.known_from, u.area_km2, u.source, u.centre::bytea)
      IS DISTINCT FROM
      (s.name, s.short_name, s.kind, s.level, s.valid_from, s.valid_to, s.known_from, s.area_km2, s.source, s.centre::bytea)"""
# the parent is whoever bears the parent's code at the end of the unit's period; plain comparisons let the planner join by code
_PARENT_AT_THE_END = """
    p.code = s.parent_code
    AND COALESCE(p.valid_from, '-infinity') <= COALESCE(s.valid_to, 'infinity')
    AND COALESCE(p.valid_to, 'infinity') >= COALESCE(s.valid_to, 'infinity')"""
# one level after the other, so that parents are there before their children
_INSERT_UNITS = f"""
INSERT INTO directory_unit
    (code, name, short_name, kind, level, valid_from, valid_to, known_from, parent_id, centre, area_km2, source)
SELECT s.code, s.name, s.short_name, s.kind, s.level, s.valid_from, s.valid_to, s.known_from, p.id,
    ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326), s.area_km2, s.source
FROM staged_unit s LEFT JOIN directory_unit p ON {_PARENT_AT_THE_END}
WHERE s.id IS NULL AND s.level = %s"""  # noqa: S608 - our own text
_UPDATE_PARENTS = f"""
UPDATE directory_unit u SET parent_id = wanted.parent_id
FROM (
    SELECT s.code, s.valid_from, p.id AS parent_id
    FROM staged_unit s LEFT JOIN directory_unit p ON {_PARENT_AT_THE_END}
) wanted
WHERE u.code = wanted.code AND u.valid_from IS NOT DISTINCT FROM wanted.valid_from
  AND u.parent_id IS DISTINCT FROM wanted.parent_id"""  # noqa: S608 - our own text
_COUNT_NO_LONGER_TOLD = """
SELECT count(*) FROM directory_unit u
WHERE NOT EXISTS (SELECT 1 FROM staged_unit s WHERE s.code = u.code AND s.valid_from IS NOT DISTINCT FROM u.valid_from)"""

_STAGE_LINKS = """
CREATE TEMP TABLE staged_link (predecessor_code text, successor_code text, day date, act text, whole boolean)"""
_COPY_LINKS = "COPY staged_link FROM STDIN"
_RESOLVE_LINKS = """
CREATE TEMP TABLE wanted_link AS
SELECT p.id AS predecessor_id, n.id AS successor_id, s.day, s.act, s.whole
FROM staged_link s
JOIN directory_unit p ON p.code = s.predecessor_code AND p.valid_to = s.day - 1
JOIN directory_unit n ON n.code = s.successor_code
    AND COALESCE(n.valid_from, '-infinity') <= s.day AND COALESCE(n.valid_to, 'infinity') >= s.day"""
_REMOVE_LINKS = """
DELETE FROM directory_unitchange c WHERE NOT EXISTS (
    SELECT 1 FROM wanted_link w WHERE w.predecessor_id = c.predecessor_id AND w.successor_id = c.successor_id)"""
_UPDATE_LINKS = """
UPDATE directory_unitchange c SET "on" = w.day, act = w.act, whole = w.whole FROM wanted_link w
WHERE w.predecessor_id = c.predecessor_id AND w.successor_id = c.successor_id
  AND (c."on", c.act, c.whole) IS DISTINCT FROM (w.day, w.act, w.whole)"""
_INSERT_LINKS = """
INSERT INTO directory_unitchange (predecessor_id, successor_id, "on", act, whole)
SELECT predecessor_id, successor_id, day, act, whole FROM wanted_link w WHERE NOT EXISTS (
    SELECT 1 FROM directory_unitchange c WHERE w.predecessor_id = c.predecessor_id AND w.successor_id = c.successor_id)"""


def bring_in_line(wanted: UnitList, progress: Progress = lambda step: None) -> Loaded:
    """Change the tables so that they say what `wanted` says. Call inside a transaction.

    Raises:
        ValueError: a link names a unit that does not exist on that day.
    """
    with connection.cursor() as cursor:

        def run(statement: str, *values: int) -> int:
            cursor.execute(statement, values)
            return int(cursor.rowcount)

        def copy(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
            with cursor.copy(statement) as target:
                for row in rows:
                    target.write_row(row)

        kept.changed()
        progress("Chép danh sách vào cơ sở dữ liệu")
        run("SELECT pg_advisory_xact_lock(hashtext('tinhso units load'))")
        run("SET CONSTRAINTS unit_code_one_at_a_time DEFERRED")
        run(_STAGE_UNITS)
        copy(_COPY_UNITS, (astuple(unit) for unit in wanted.units))
        run("ANALYZE staged_unit")
        run(_RECOGNISE_BY_BEGINNING)
        run(_RECOGNISE_BY_END)
        progress("So sánh và cập nhật đơn vị")
        changed = run(_UPDATE_UNITS)
        added = sum(run(_INSERT_UNITS, level) for level in UnitLevel)
        moved = run(_UPDATE_PARENTS)
        run("SET CONSTRAINTS unit_code_one_at_a_time IMMEDIATE")
        progress("So sánh và cập nhật quan hệ trước – sau")
        run(_STAGE_LINKS)
        copy(_COPY_LINKS, (astuple(link) for link in wanted.links))
        run("ANALYZE staged_link")
        run("ANALYZE directory_unit")
        resolved = run(_RESOLVE_LINKS)
        if resolved != len(wanted.links):
            raise ValueError(f"{len(wanted.links) - resolved} links name a unit that does not exist on that day")
        links_removed, links_changed, links_added = run(_REMOVE_LINKS), run(_UPDATE_LINKS), run(_INSERT_LINKS)
        cursor.execute(_COUNT_NO_LONGER_TOLD)
        no_longer_told = cursor.fetchone()[0]
        run("DROP TABLE staged_unit, staged_link, wanted_link")
        if links_added or links_removed:
            run("ANALYZE directory_unitchange")
    return Loaded(
        units=len(wanted.units),
        links=len(wanted.links),
        units_added=added,
        units_changed=max(changed, moved),
        links_added=links_added,
        links_changed=links_changed,
        links_removed=links_removed,
        no_longer_told=no_longer_told,
    )
