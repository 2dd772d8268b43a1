"""The ladder: one proposal per substantiated case of a unit.

It stands until a supervisor decides.
"""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class RungRow:
    """A rung that was proposed, and what became of it.

    rung: remind, circulate, sanction; decision: taken, waived, None while it is only
    proposed.
    """

    id: bytes
    unit_id: bytes
    case_id: bytes
    rung: str
    at: int
    decision: str | None
    decided_at: int | None
    decided_by: bytes | None
    sealed: bytes


RUNG_COLUMNS = Columns(RungRow)
SELECT_RUNGS_OF_UNIT = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
WHERE unit_id = :unit_id AND at >= :since
ORDER BY at, id
"""
SELECT_PROPOSED_RUNGS = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
WHERE decision IS NULL
ORDER BY at, id
"""
SELECT_RUNG = f"SELECT {RUNG_COLUMNS.names} FROM rungs WHERE id = :id"
SELECT_RUNG_OF_CASE = f"SELECT {RUNG_COLUMNS.names} FROM rungs WHERE case_id = :case_id"
PROPOSE_RUNG = f"""
INSERT INTO rungs ({RUNG_COLUMNS.names})
SELECT ?, ?, ?, ?, ?, NULL, NULL, NULL, x''
WHERE (SELECT count(*) FROM rungs WHERE unit_id = ? AND at >= ? AND case_id <> ?) = ?
ON CONFLICT (case_id) DO UPDATE
SET unit_id = excluded.unit_id, rung = excluded.rung, at = excluded.at
WHERE decision IS NULL
"""
WITHDRAW_RUNG = "DELETE FROM rungs WHERE case_id = ? AND decision IS NULL"
DECIDE_RUNG = """
UPDATE rungs
SET decision = ?, decided_at = ?, decided_by = ?, sealed = ?
WHERE id = ? AND decision IS NULL
"""


class Rungs:
    """Proposals and decisions."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_unit(self, unit_id: bytes, since: int = 0) -> list[RungRow]:
        """Oldest first."""
        rows = await self._reader.all(
            SELECT_RUNGS_OF_UNIT, unit_id=unit_id, since=since
        )
        return [RungRow(*row) for row in rows]

    async def proposed(self) -> list[RungRow]:
        """Those that a supervisor has not decided, oldest first."""
        rows = await self._reader.all(SELECT_PROPOSED_RUNGS)
        return [RungRow(*row) for row in rows]

    async def by_id(self, id: bytes) -> RungRow | None:
        row = await self._reader.one(SELECT_RUNG, id=id)
        return RungRow(*row) if row else None

    async def by_case(self, case_id: bytes) -> RungRow | None:
        row = await self._reader.one(SELECT_RUNG_OF_CASE, case_id=case_id)
        return RungRow(*row) if row else None

    @staticmethod
    def propose(row: RungRow, since: int, before: int) -> Write:
        """Propose a rung, or change what was proposed for the same case.

        Stale when the count has changed, or when a rung was decided for this very case.

        Args:
            before: how many other cases of the unit were counted from `since` on.
        """
        proposal = (row.id, row.unit_id, row.case_id, row.rung, row.at)
        counted = (row.unit_id, since, row.case_id, before)
        return Write(PROPOSE_RUNG, proposal + counted, ONE_ROW)

    @staticmethod
    def withdraw(case_id: bytes) -> Write:
        """The finding is another one now; what was decided stays."""
        return Write(WITHDRAW_RUNG, (case_id,))

    @staticmethod
    def decide(id: bytes, decision: str, at: int, by: bytes, sealed: bytes) -> Write:
        """Stale when it was decided already."""
        return Write(DECIDE_RUNG, (decision, at, by, sealed, id), ONE_ROW)
