"""Reports that are kept back until a day."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, SqlValue, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A report that is kept back; its columns are named as a report's.

    wrapped_key: None: dropped; due_at: when something is to happen, for a dropped one
    when its row goes.
    """

    id: bytes
    version: int
    wrapped_key: bytes | None
    receipt: bytes
    mine: bytes | None
    stream: bytes
    address: bytes | None
    due_at: int
    sealed: bytes


HOLD_COLUMNS = Columns(HoldRow)
INSERT_HOLD = f"""
INSERT INTO holds ({HOLD_COLUMNS.names})
VALUES ({HOLD_COLUMNS.placeholders})
"""
SELECT_HOLD = f"SELECT {HOLD_COLUMNS.names} FROM holds WHERE id = :id"
SELECT_HOLD_BY_RECEIPT = f"""
SELECT {HOLD_COLUMNS.names}
FROM holds
WHERE receipt = :digest
"""
SELECT_HOLD_BY_MINE = f"SELECT {HOLD_COLUMNS.names} FROM holds WHERE mine = :digest"
SELECT_HOLD_BY_STREAM = f"""
SELECT {HOLD_COLUMNS.names}
FROM holds
WHERE stream = :stream
"""
SELECT_DUE_HOLDS = f"""
SELECT {HOLD_COLUMNS.names}
FROM holds
WHERE due_at <= :at AND (due_at, id) > (:due_at, :id) AND wrapped_key IS NOT NULL
ORDER BY due_at, id
LIMIT :most
"""
UPDATE_HOLD = """
UPDATE holds
SET version = :version, wrapped_key = :wrapped_key, mine = :mine, address = :address,
    due_at = :due_at, sealed = :sealed
WHERE id = :id AND version = :was
"""
DELETE_HOLD = "DELETE FROM holds WHERE id = ? AND version = ?"
SWEEP_DROPPED_HOLDS = "DELETE FROM holds WHERE wrapped_key IS NULL AND due_at <= ?"


class Holds:
    """Guarded by their versions, like reports: nothing happens to one twice."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_id(self, id: bytes) -> HoldRow | None:
        return await self._one(SELECT_HOLD, id=id)

    async def by_receipt(self, receipt: bytes) -> HoldRow | None:
        """receipt: its keyed digest."""
        return await self._one(SELECT_HOLD_BY_RECEIPT, digest=receipt)

    async def by_mine(self, mine: bytes) -> HoldRow | None:
        """mine: keyed digest of address and number."""
        return await self._one(SELECT_HOLD_BY_MINE, digest=mine)

    async def by_stream(self, stream: bytes) -> HoldRow | None:
        """stream: that of its messages."""
        return await self._one(SELECT_HOLD_BY_STREAM, stream=stream)

    async def _one(self, sql: str, **params: SqlValue) -> HoldRow | None:
        row = await self._reader.one(sql, **params)
        return HoldRow(*row) if row else None

    async def due(self, at: int, after: HoldRow | None, most: int) -> list[HoldRow]:
        """What is due by `at` and not dropped, the longest due first.

        Args:
            after: the last row of the page before.
        """
        due_at = after.due_at if after else -1
        id = after.id if after else b""
        rows = await self._reader.all(
            SELECT_DUE_HOLDS, at=at, due_at=due_at, id=id, most=most
        )
        return [HoldRow(*row) for row in rows]

    @staticmethod
    def put(row: HoldRow) -> Write:
        """Stale when receipt or mine are taken."""
        return Write(INSERT_HOLD, HOLD_COLUMNS.values(row))

    @staticmethod
    def change(row: HoldRow, was: int) -> Write:
        """Write `row` over version `was`; Stale when another one is there."""
        return Write(UPDATE_HOLD, HOLD_COLUMNS.named(row, was=was), ONE_ROW)

    @staticmethod
    def take(row: HoldRow) -> Write:
        """It is handed in now. Stale when somebody else was faster."""
        return Write(DELETE_HOLD, (row.id, row.version), ONE_ROW)

    @staticmethod
    def sweep(now: int) -> Write:
        """Rows of dropped ones that nobody asks for any more."""
        return Write(SWEEP_DROPPED_HOLDS, (now,))
