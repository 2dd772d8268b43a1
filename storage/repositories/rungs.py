"""The ladder: findings against units that count, and what a supervisor decided.

What they propose is not stored: it is counted from those that stand.
"""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class RungRow:
    """A case found substantiated against a unit.

    round: how often the case had come back by then, 0 for the first time; withdrawn_at:
    None while the finding stands; rung: remind, circulate, sanction, as decided;
    decision: taken, waived; rung, decision: None while nothing is decided.
    """

    id: bytes
    unit_id: bytes
    case_id: bytes
    round: int
    at: int
    withdrawn_at: int | None = None
    rung: str | None = None
    decision: str | None = None
    decided_at: int | None = None
    decided_by: bytes | None = None
    sealed: bytes = b""


RUNG_COLUMNS = Columns(RungRow)
SELECT_RUNGS = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
ORDER BY at, id
"""
SELECT_RUNGS_OF_UNIT = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
WHERE unit_id = :unit_id
ORDER BY at, id
"""
SELECT_RUNGS_OF_CASE = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
WHERE case_id = :case_id
ORDER BY round, at, id
"""
SELECT_STANDING_RUNG = f"""
SELECT {RUNG_COLUMNS.names}
FROM rungs
WHERE case_id = :case_id AND round = :round AND withdrawn_at IS NULL
"""
INSERT_RUNG = f"""
INSERT INTO rungs ({RUNG_COLUMNS.names})
VALUES ({RUNG_COLUMNS.placeholders})
"""
DELETE_UNDECIDED_RUNG = "DELETE FROM rungs WHERE id = ? AND decision IS NULL"
WITHDRAW_DECIDED_RUNG = """
UPDATE rungs
SET withdrawn_at = ?
WHERE id = ? AND decision IS NOT NULL AND withdrawn_at IS NULL
"""
RESTORE_RUNG = """
UPDATE rungs
SET withdrawn_at = NULL
WHERE id = ? AND withdrawn_at IS NOT NULL
"""
DECIDE_RUNG = """
UPDATE rungs
SET rung = ?, decision = ?, decided_at = ?, decided_by = ?, sealed = ?
WHERE id = ? AND decision IS NULL AND withdrawn_at IS NULL
"""
REVOKE_DECISION = """
UPDATE rungs
SET rung = NULL, decision = NULL, decided_at = NULL, decided_by = ?, sealed = ?
WHERE id = ? AND decision = 'taken'
"""


class Rungs:
    """Findings and decisions. Lists are oldest first."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[RungRow]:
        rows = await self._reader.all(SELECT_RUNGS)
        return [RungRow(*row) for row in rows]

    async def of_unit(self, unit_id: bytes) -> list[RungRow]:
        rows = await self._reader.all(SELECT_RUNGS_OF_UNIT, unit_id=unit_id)
        return [RungRow(*row) for row in rows]

    async def of_case(self, case_id: bytes) -> list[RungRow]:
        rows = await self._reader.all(SELECT_RUNGS_OF_CASE, case_id=case_id)
        return [RungRow(*row) for row in rows]

    async def standing(self, case_id: bytes, round: int) -> RungRow | None:
        """The finding of a case that holds, of this round; at most one does."""
        row = await self._reader.one(SELECT_STANDING_RUNG, case_id=case_id, round=round)
        return RungRow(*row) if row else None

    @staticmethod
    def add(row: RungRow) -> Write:
        """Stale when another finding of the same round stands."""
        return Write(INSERT_RUNG, RUNG_COLUMNS.values(row))

    @staticmethod
    def withdraw(row: RungRow, at: int) -> Write:
        """The finding holds no longer; what was decided stays in the book.

        Stale when somebody decided meanwhile, or took a decision back.
        """
        if row.decision is None:
            return Write(DELETE_UNDECIDED_RUNG, (row.id,), ONE_ROW)
        return Write(WITHDRAW_DECIDED_RUNG, (at, row.id), ONE_ROW)

    @staticmethod
    def restore(row: RungRow) -> Write:
        """It stands again, as of its own time. Stale when it does already, or another
        one of its round.
        """
        return Write(RESTORE_RUNG, (row.id,), ONE_ROW)

    @staticmethod
    def decide(row: RungRow) -> Write:
        """As the row has it. Stale when it was decided already, or withdrawn."""
        decided = (row.rung, row.decision, row.decided_at, row.decided_by, row.sealed)
        return Write(DECIDE_RUNG, (*decided, row.id), ONE_ROW)

    @staticmethod
    def revoke(id: bytes, by: bytes, sealed: bytes) -> Write:
        """What was decided does not hold any more. Stale when it is so already."""
        return Write(REVOKE_DECISION, (by, sealed, id), ONE_ROW)
