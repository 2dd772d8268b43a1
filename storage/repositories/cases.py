"""The hotline's work items."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Row, Rows, Value, Write
from storage.repositories.counts import Counts
from storage.repositories.followups import ROUND

COLUMNS = (
    "id, version, alias, serial, state, category, urgent, level, opened_hour,"
    " changed_at, due_at, "
    "merged_into, claimed_by, sealed, unit_id"
)
OPEN = (
    f"INSERT INTO cases ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?)"
)
BY_ID = f"SELECT {COLUMNS} FROM cases WHERE id = :id"
IN_ROUND = f"SELECT {COLUMNS} FROM cases WHERE id IN {ROUND}"
FIND = f"SELECT {COLUMNS} FROM cases WHERE alias = :name OR serial = :name"
DUE = f"SELECT {COLUMNS} FROM cases WHERE due_at <= :now ORDER BY due_at LIMIT :most"
OF_UNIT = (
    f"SELECT {COLUMNS} FROM cases WHERE unit_id = :unit_id ORDER BY due_at IS NULL,"
    " due_at, id"
)
MERGED = f"SELECT {COLUMNS} FROM cases WHERE merged_into = :id ORDER BY opened_hour, id"
FAMILY = f"""WITH RECURSIVE
into_(id) AS (
  SELECT :id UNION SELECT merged_into FROM cases JOIN into_ USING (id) WHERE merged_into
  IS NOT NULL
),
all_(id) AS (SELECT id FROM into_ UNION SELECT cases.id FROM cases JOIN all_ ON
    merged_into = all_.id)
SELECT {COLUMNS} FROM cases WHERE id IN (SELECT id FROM all_)"""
LIST = (
    f"SELECT {COLUMNS} FROM cases WHERE {{}} ORDER BY opened_hour, id LIMIT :limit "
    "OFFSET :offset"
)
CHANGE = """UPDATE cases SET version = ?, state = ?, category = ?, urgent = ?, level =
    ?,
changed_at = ?, due_at = ?, merged_into = ?, claimed_by = ?, sealed = ?,
unit_id = ? WHERE id = ? AND version = ?"""
AS_IT_WAS = "UPDATE cases SET version = version WHERE id = ? AND version = ?"
NEXT_SERIAL = (
    "INSERT INTO serials (year, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last "
    "= last + 1"
)
GIVE_SERIAL = """UPDATE cases SET serial =
(SELECT printf('JF%04d-%06d', year, last) FROM serials WHERE year = ?) WHERE id = ? AND
    serial IS NULL"""
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """serial: given by the database at acceptance; claimed_by: staff id; due_at: of the
    running clock.

    unit_id: in the register.
    """

    id: bytes
    version: int
    alias: str
    serial: str | None
    state: str
    category: str
    urgent: bool
    level: str | None
    opened_hour: int
    changed_at: int
    due_at: int | None
    merged_into: bytes | None
    claimed_by: bytes | None
    sealed: bytes
    unit_id: bytes | None = None


def _case(row: Row) -> CaseRow:
    values = list(row)
    values[6] = bool(values[6])
    return CaseRow(*values)


class Cases:
    """Cases by what staff ask for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def in_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> list[CaseRow]:
        """Cases with follow-ups due by `at`; see `Followups.due`."""
        rows = await self._reader.all(
            IN_ROUND, at=at, due_at=after[0], case_id=after[1], most=most
        )
        return [_case(row) for row in rows]

    async def by_id(self, id: bytes) -> CaseRow | None:
        row = await self._reader.one(BY_ID, id=id)
        return _case(row) if row else None

    async def find(self, name: str) -> CaseRow | None:
        """By alias or serial; ASCII case does not matter."""
        row = await self._reader.one(FIND, name=name.strip())
        return _case(row) if row else None

    async def due(self, now: int, most: int = 100) -> list[CaseRow]:
        """Cases whose clock has run out, the longest due first."""
        return [_case(row) for row in await self._reader.all(DUE, now=now, most=most)]

    async def of_unit(self, unit_id: bytes) -> list[CaseRow]:
        """All that a unit has or had last, the next due first."""
        return [_case(row) for row in await self._reader.all(OF_UNIT, unit_id=unit_id)]

    async def merged_from(self, id: bytes) -> list[CaseRow]:
        """Cases that were merged into this one, oldest first."""
        return [_case(row) for row in await self._reader.all(MERGED, id=id)]

    async def family(self, id: bytes) -> list[CaseRow]:
        """This case, all that it was merged into and all that were merged into those,
        in no order.
        """
        return [_case(row) for row in await self._reader.all(FAMILY, id=id)]

    @staticmethod
    def open(row: CaseRow) -> list[Write]:
        """A new case, counted as `filed` in its month. Stale when the alias
        is taken.
        """
        values = (
            row.id,
            row.version,
            row.alias,
            row.serial,
            row.state,
            row.category,
            int(row.urgent),
            row.level,
            row.opened_hour,
            row.changed_at,
            row.due_at,
            row.merged_into,
            row.claimed_by,
            row.sealed,
            row.unit_id,
        )
        return [Write(OPEN, values), Counts.add(row.opened_hour, row.category, "filed")]

    @staticmethod
    def change(row: CaseRow, was: int) -> Write:
        """Write `row` over version `was`, except alias, serial and hour, which never
        change.
        """
        values = (
            row.version,
            row.state,
            row.category,
            int(row.urgent),
            row.level,
            row.changed_at,
            row.due_at,
            row.merged_into,
            row.claimed_by,
            row.sealed,
            row.unit_id,
        )
        return Write(CHANGE, (*values, row.id, was), ONE)

    @staticmethod
    def unchanged(id: bytes, version: int) -> Write:
        """Changes nothing. Stale when somebody else did."""
        return Write(AS_IT_WAS, (id, version), ONE)

    @staticmethod
    def give_serial(id: bytes, year: int) -> list[Write]:
        """The next serial of the year, like JF2026-000123. Stale when the case has one
        already.
        """
        return [Write(NEXT_SERIAL, (year,)), Write(GIVE_SERIAL, (year, id), ONE)]

    async def list(
        self,
        states: Sequence[str] | None = None,
        claimed_by: bytes | None = None,
        category: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[CaseRow]:
        """Oldest first; what is None does not matter."""
        wanted: dict[str, Value] = {}
        terms = ["1"]
        if states is not None:
            terms.append("state IN (SELECT value FROM json_each(:states))")
            wanted["states"] = json.dumps([*states])
        if claimed_by is not None:
            terms.append("claimed_by = :claimed_by")
            wanted["claimed_by"] = claimed_by
        if category is not None:
            terms.append("category = :category")
            wanted["category"] = category
        rows = await self._reader.all(
            LIST.format(" AND ".join(terms)), limit=limit, offset=offset, **wanted
        )
        return [_case(row) for row in rows]
