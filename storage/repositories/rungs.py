"""The ladder: one proposal per substantiated case of a unit, until a supervisor
decides.
"""

from dataclasses import dataclass

from storage.port import Reader, Rows, Write

COLUMNS = "id, unit_id, case_id, rung, at, decision, decided_at, decided_by, sealed"
OF_UNIT = (
    f"SELECT {COLUMNS} FROM rungs WHERE unit_id = :unit_id AND at >= :since ORDER "
    "BY at, id"
)
OPEN = f"SELECT {COLUMNS} FROM rungs WHERE decision IS NULL ORDER BY at, id"
BY_ID = f"SELECT {COLUMNS} FROM rungs WHERE id = :id"
BY_CASE = f"SELECT {COLUMNS} FROM rungs WHERE case_id = :case_id"
PROPOSE = f"""INSERT INTO rungs ({COLUMNS}) SELECT ?, ?, ?, ?, ?, NULL, NULL, NULL, x''
WHERE (SELECT count(*) FROM rungs WHERE unit_id = ? AND at >= ? AND case_id <> ?) = ?
ON CONFLICT (case_id) DO UPDATE SET unit_id = excluded.unit_id, rung = excluded.rung, at
    = excluded.at
WHERE decision IS NULL"""
WITHDRAW = "DELETE FROM rungs WHERE case_id = ? AND decision IS NULL"
DECIDE = """UPDATE rungs SET decision = ?, decided_at = ?, decided_by = ?, sealed = ?
WHERE id = ? AND decision IS NULL"""
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class RungRow:
    """rung: remind, circulate, sanction; decision: taken, waived, None while it is only
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


class Rungs:
    """Proposals and decisions."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_unit(self, unit_id: bytes, since: int = 0) -> list[RungRow]:
        """Oldest first."""
        rows = await self._reader.all(OF_UNIT, unit_id=unit_id, since=since)
        return [RungRow(*row) for row in rows]

    async def proposed(self) -> list[RungRow]:
        """Those that a supervisor has not decided, oldest first."""
        return [RungRow(*row) for row in await self._reader.all(OPEN)]

    async def by_id(self, id: bytes) -> RungRow | None:
        row = await self._reader.one(BY_ID, id=id)
        return RungRow(*row) if row else None

    async def by_case(self, case_id: bytes) -> RungRow | None:
        row = await self._reader.one(BY_CASE, case_id=case_id)
        return RungRow(*row) if row else None

    @staticmethod
    def propose(row: RungRow, since: int, before: int) -> Write:
        """before: how many other cases of the unit were counted from `since` on; Stale
        when that has changed, or when a rung was decided for this very case.
        """
        values = (row.id, row.unit_id, row.case_id, row.rung, row.at)
        return Write(PROPOSE, (*values, row.unit_id, since, row.case_id, before), ONE)

    @staticmethod
    def withdraw(case_id: bytes) -> Write:
        """The finding is another one now; what was decided stays."""
        return Write(WITHDRAW, (case_id,))

    @staticmethod
    def decide(id: bytes, decision: str, at: int, by: bytes, sealed: bytes) -> Write:
        """Stale when it was decided already."""
        return Write(DECIDE, (decision, at, by, sealed, id), ONE)
