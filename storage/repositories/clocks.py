"""The ledger of a case's clocks: lines are added, never changed."""

from dataclasses import dataclass

from storage.port import Reader, Write
from storage.repositories.columns import Columns
from storage.repositories.followups import CASES_IN_ROUND


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One line of the ledger.

    number: place in the ledger, from 1; allowance: like "5 W"; sealed: empty where
    nothing was said.
    """

    case_id: bytes
    number: int
    clock: str
    kind: str
    at: int
    allowance: str | None
    until: int | None
    sealed: bytes


CLOCK_COLUMNS = Columns(ClockRow)
INSERT_CLOCK = f"""
INSERT INTO clocks ({CLOCK_COLUMNS.names})
VALUES ({CLOCK_COLUMNS.placeholders})
"""
SELECT_CLOCKS_OF_CASE = f"""
SELECT {CLOCK_COLUMNS.names}
FROM clocks
WHERE case_id = :case_id
ORDER BY number
"""
SELECT_CLOCKS_IN_ROUND = f"""
SELECT {CLOCK_COLUMNS.names}
FROM clocks
WHERE case_id IN {CASES_IN_ROUND}
ORDER BY case_id, number
"""


class Clocks:
    """Every line of every case."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[ClockRow]:
        rows = await self._reader.all(SELECT_CLOCKS_OF_CASE, case_id=case_id)
        return [ClockRow(*row) for row in rows]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, list[ClockRow]]:
        """Of the cases that `Followups.due` names, by case."""
        due_at, case_id = after
        rows = await self._reader.all(
            SELECT_CLOCKS_IN_ROUND, at=at, due_at=due_at, case_id=case_id, most=most
        )
        by_case: dict[bytes, list[ClockRow]] = {}
        for row in rows:
            line = ClockRow(*row)
            by_case.setdefault(line.case_id, []).append(line)
        return by_case

    @staticmethod
    def add(row: ClockRow) -> Write:
        """Stale when another turn added this number first."""
        return Write(INSERT_CLOCK, CLOCK_COLUMNS.values(row))
