"""Open dialogs, one per chat."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class TalkRow:
    """An open dialog.

    version: from 1, one more at every save; due_at: the hour at which housekeeping must
    look.
    """

    pseudonym: bytes
    version: int
    due_at: int
    sealed: bytes


TALK_COLUMNS = Columns(TalkRow)
SELECT_TALK = f"SELECT {TALK_COLUMNS.names} FROM talks WHERE pseudonym = :pseudonym"
SELECT_DUE_TALKS = f"""
SELECT {TALK_COLUMNS.names}
FROM talks
WHERE due_at <= :now
ORDER BY due_at
LIMIT :most
"""
BEGIN_TALK = f"""
INSERT INTO talks ({TALK_COLUMNS.names})
VALUES ({TALK_COLUMNS.placeholders})
ON CONFLICT DO NOTHING
"""
UPDATE_TALK = """
UPDATE talks
SET version = ?, due_at = ?, sealed = ?
WHERE pseudonym = ? AND version = ?
"""
END_TALK = "DELETE FROM talks WHERE pseudonym = ? AND version = ?"


class Talks:
    """The open dialog of each chat."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def load(self, pseudonym: bytes) -> TalkRow | None:
        row = await self._reader.one(SELECT_TALK, pseudonym=pseudonym)
        return TalkRow(*row) if row else None

    async def due(self, now: int, most: int = 100) -> list[TalkRow]:
        """Talks whose hour has come, the longest due first."""
        rows = await self._reader.all(SELECT_DUE_TALKS, now=now, most=most)
        return [TalkRow(*row) for row in rows]

    @staticmethod
    def save(row: TalkRow, was: int) -> Write:
        """Write `row` over version `was`; 0: there was none.

        Stale when another turn was faster.
        """
        if was == 0:
            return Write(BEGIN_TALK, TALK_COLUMNS.values(row), ONE_ROW)
        values = (row.version, row.due_at, row.sealed, row.pseudonym, was)
        return Write(UPDATE_TALK, values, ONE_ROW)

    @staticmethod
    def delete(pseudonym: bytes, was: int) -> Write:
        """The report is filed, or the draft discarded.

        Stale when another turn was faster.
        """
        return Write(END_TALK, (pseudonym, was), ONE_ROW)
