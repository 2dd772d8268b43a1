"""The hotline's work items."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.categories import RETALIATION
from storage.port import ONE_ROW, Reader, Row, SqlValue, Write
from storage.repositories.columns import Columns
from storage.repositories.counts import Counts
from storage.repositories.followups import CASES_IN_ROUND


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as stored; what is said in it stands in `sealed`.

    serial: given by the database at acceptance; due_at: of the running clock;
    claimed_by: staff id; unit_id: in the register.
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


CASE_COLUMNS = Columns(CaseRow)
CASE_URGENT = CASE_COLUMNS.position("urgent")
INSERT_CASE = f"""
INSERT INTO cases ({CASE_COLUMNS.names})
VALUES ({CASE_COLUMNS.placeholders})
"""
SELECT_CASE = f"SELECT {CASE_COLUMNS.names} FROM cases WHERE id = :id"
SELECT_CASES_IN_ROUND = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE id IN {CASES_IN_ROUND}
"""
SELECT_CASE_BY_NAME = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE alias = :name OR serial = :name
"""
SELECT_DUE_CASES = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE due_at <= :now
ORDER BY due_at
LIMIT :most
"""
SELECT_CASES_OF_UNIT = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE unit_id = :unit_id
ORDER BY due_at IS NULL, due_at, id
"""
SELECT_MERGED_CASES = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE merged_into = :id
ORDER BY opened_hour, id
"""
SELECT_CASE_FAMILY = f"""
WITH RECURSIVE
  ancestor(id) AS (
    SELECT :id
    UNION
    SELECT merged_into FROM cases JOIN ancestor USING (id)
    WHERE merged_into IS NOT NULL
  ),
  relative(id) AS (
    SELECT id FROM ancestor
    UNION
    SELECT cases.id FROM cases JOIN relative ON merged_into = relative.id
  )
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE id IN (SELECT id FROM relative)
"""
LIST_CASES = f"""
SELECT {CASE_COLUMNS.names}
FROM cases
WHERE {{conditions}}
ORDER BY opened_hour, id
LIMIT :limit OFFSET :offset
"""
UPDATE_CASE = """
UPDATE cases
SET version = :version, state = :state, category = :category, urgent = :urgent,
    level = :level, changed_at = :changed_at, due_at = :due_at,
    merged_into = :merged_into, claimed_by = :claimed_by, sealed = :sealed,
    unit_id = :unit_id
WHERE id = :id AND version = :was
"""
TOUCH_UNCHANGED_CASE = "UPDATE cases SET version = version WHERE id = ? AND version = ?"
TAKE_NEXT_SERIAL = """
INSERT INTO serials (year, last) VALUES (?, 1)
ON CONFLICT DO UPDATE SET last = last + 1
"""
GIVE_SERIAL = """
UPDATE cases
SET serial = (SELECT printf('JF%04d-%06d', year, last) FROM serials WHERE year = ?)
WHERE id = ? AND serial IS NULL
"""


def _case(row: Row) -> CaseRow:
    values = list(row)
    values[CASE_URGENT] = bool(values[CASE_URGENT])
    return CaseRow(*values)


class Cases:
    """Cases by what staff ask for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def in_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> list[CaseRow]:
        """Cases with follow-ups due by `at`; see `Followups.due`."""
        due_at, case_id = after
        return await self._all(
            SELECT_CASES_IN_ROUND, at=at, due_at=due_at, case_id=case_id, most=most
        )

    async def by_id(self, id: bytes) -> CaseRow | None:
        row = await self._reader.one(SELECT_CASE, id=id)
        return _case(row) if row else None

    async def find(self, name: str) -> CaseRow | None:
        """By alias or serial; ASCII case does not matter."""
        row = await self._reader.one(SELECT_CASE_BY_NAME, name=name.strip())
        return _case(row) if row else None

    async def due(self, now: int, most: int = 100) -> list[CaseRow]:
        """Cases whose clock has run out, the longest due first."""
        return await self._all(SELECT_DUE_CASES, now=now, most=most)

    async def of_unit(self, unit_id: bytes) -> list[CaseRow]:
        """All that a unit has or had last, the next due first."""
        return await self._all(SELECT_CASES_OF_UNIT, unit_id=unit_id)

    async def merged_from(self, id: bytes) -> list[CaseRow]:
        """Cases that were merged into this one, oldest first."""
        return await self._all(SELECT_MERGED_CASES, id=id)

    async def family(self, id: bytes) -> list[CaseRow]:
        """This case, all that it was merged into, and all merged into any of those.

        In no order.
        """
        return await self._all(SELECT_CASE_FAMILY, id=id)

    async def _all(self, sql: str, **params: SqlValue) -> list[CaseRow]:
        return [_case(row) for row in await self._reader.all(sql, **params)]

    @staticmethod
    def open(row: CaseRow) -> list[Write]:
        """A new case, counted as `filed` in its month; one that exists for supervisors
        alone is not counted.

        Stale when the alias is taken.
        """
        opened = Write(INSERT_CASE, CASE_COLUMNS.values(row))
        if row.category == RETALIATION:
            return [opened]
        return [opened, Counts.add(row.opened_hour, row.category, "filed")]

    @staticmethod
    def change(row: CaseRow, was: int) -> Write:
        """Write `row` over version `was`; Stale when another one is there.

        Alias, serial and hour never change.
        """
        return Write(UPDATE_CASE, CASE_COLUMNS.named(row, was=was), ONE_ROW)

    @staticmethod
    def unchanged(id: bytes, version: int) -> Write:
        """Changes nothing. Stale when somebody else did."""
        return Write(TOUCH_UNCHANGED_CASE, (id, version), ONE_ROW)

    @staticmethod
    def give_serial(id: bytes, year: int) -> list[Write]:
        """The next serial of the year, like JF2026-000123.

        Stale when the case has one already.
        """
        return [
            Write(TAKE_NEXT_SERIAL, (year,)),
            Write(GIVE_SERIAL, (year, id), ONE_ROW),
        ]

    async def list(
        self,
        states: Sequence[str] | None = None,
        claimed_by: bytes | None = None,
        category: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[CaseRow]:
        """Oldest first; what is None does not matter."""
        wanted: dict[str, SqlValue] = {}
        conditions = ["1"]
        if states is not None:
            conditions.append("state IN (SELECT value FROM json_each(:states))")
            wanted["states"] = json.dumps([*states])
        if claimed_by is not None:
            conditions.append("claimed_by = :claimed_by")
            wanted["claimed_by"] = claimed_by
        if category is not None:
            conditions.append("category = :category")
            wanted["category"] = category
        sql = LIST_CASES.format(conditions=" AND ".join(conditions))
        return await self._all(sql, limit=limit, offset=offset, **wanted)
