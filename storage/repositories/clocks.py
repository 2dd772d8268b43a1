"""The ledger of a case's clocks: lines are added, never changed."""

from dataclasses import dataclass

from storage.port import Reader, Write
from storage.repositories.followups import ROUND

COLUMNS = "case_id, number, clock, kind, at, allowance, until, sealed"
ADD = f"INSERT INTO clocks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
OF_CASE = f"SELECT {COLUMNS} FROM clocks WHERE case_id = :case_id ORDER BY number"
OF_ROUND = (
    f"SELECT {COLUMNS} FROM clocks WHERE case_id IN {ROUND} ORDER BY case_id, number"
)


@dataclass(frozen=True, slots=True)
class ClockRow:
    """number: place in the ledger, from 1; allowance: like "5 W"; sealed: empty where
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


class Clocks:
    """Every line of every case."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_case(self, case_id: bytes) -> list[ClockRow]:
        return [
            ClockRow(*row) for row in await self._reader.all(OF_CASE, case_id=case_id)
        ]

    async def of_round(
        self, at: int, after: tuple[int, bytes], most: int
    ) -> dict[bytes, list[ClockRow]]:
        """Of the cases that `Followups.due` names."""
        found: dict[bytes, list[ClockRow]] = {}
        for row in await self._reader.all(
            OF_ROUND, at=at, due_at=after[0], case_id=after[1], most=most
        ):
            found.setdefault(row[0], []).append(ClockRow(*row))
        return found

    @staticmethod
    def add(row: ClockRow) -> Write:
        """Stale when another turn added this number first."""
        return Write(
            ADD,
            (
                row.case_id,
                row.number,
                row.clock,
                row.kind,
                row.at,
                row.allowance,
                row.until,
                row.sealed,
            ),
        )
