"""Open dialogs, one per chat."""

from dataclasses import dataclass

from storage.port import Reader, Rows, Write

LOAD = (
    "SELECT pseudonym, version, due_at, sealed FROM talks WHERE pseudonym = :pseudonym"
)
DUE = (
    "SELECT pseudonym, version, due_at, sealed FROM talks WHERE due_at <= :now "
    "ORDER BY due_at LIMIT :most"
)
BEGIN = (
    "INSERT INTO talks (pseudonym, version, due_at, sealed) VALUES (?, ?, ?,"
    " ?) ON CONFLICT DO NOTHING"
)
MOVE = (
    "UPDATE talks SET version = ?, due_at = ?, sealed = ? WHERE pseudonym = ?"
    " AND version = ?"
)
END = "DELETE FROM talks WHERE pseudonym = ? AND version = ?"
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class TalkRow:
    """version: from 1, one more at every save; due_at: the hour at which housekeeping
    must look.
    """

    pseudonym: bytes
    version: int
    due_at: int
    sealed: bytes


class Talks:
    """The open dialog of each chat."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def load(self, pseudonym: bytes) -> TalkRow | None:
        row = await self._reader.one(LOAD, pseudonym=pseudonym)
        return TalkRow(*row) if row else None

    async def due(self, now: int, most: int = 100) -> list[TalkRow]:
        """Talks whose hour has come, the longest due first."""
        return [
            TalkRow(*row) for row in await self._reader.all(DUE, now=now, most=most)
        ]

    @staticmethod
    def save(row: TalkRow, was: int) -> Write:
        """Write `row` over version `was`; 0: there was none. Stale when another turn
        was faster.
        """
        if was == 0:
            return Write(
                BEGIN, (row.pseudonym, row.version, row.due_at, row.sealed), ONE
            )
        return Write(
            MOVE, (row.version, row.due_at, row.sealed, row.pseudonym, was), ONE
        )

    @staticmethod
    def delete(pseudonym: bytes, was: int) -> Write:
        """The report is filed, or the draft discarded. Stale when another turn was
        faster.
        """
        return Write(END, (pseudonym, was), ONE)
