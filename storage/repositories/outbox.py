"""What is still to be sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A sealed message.

    stream: random id whose rows keep their order; seq: place in it, 0: append;
    due_at: seconds since 1970 UTC, 0: at once.
    """

    id: bytes
    channel: str
    stream: bytes
    seq: int
    due_at: int
    sealed: bytes


OUTBOX_COLUMNS = Columns(OutboxRow)
INSERT_MESSAGE = f"""
INSERT INTO outbox ({OUTBOX_COLUMNS.names})
VALUES (
  ?, ?, ?,
  iif(? > 0, ?, (SELECT coalesce(max(seq), 0) + 1 FROM outbox WHERE stream = ?)),
  ?, ?
)
"""
SELECT_DUE_MESSAGES = f"""
SELECT {OUTBOX_COLUMNS.names}
FROM outbox AS this
WHERE due_at <= :now
  AND channel IN (SELECT value FROM json_each(:channels))
  AND (stream, seq) > (:stream, :seq)
  AND NOT EXISTS (
    SELECT 1
    FROM outbox AS before
    WHERE before.stream = this.stream AND before.seq < this.seq
      AND before.due_at > :now
  )
ORDER BY stream, seq
LIMIT :most
"""
SELECT_WAITING_MESSAGES = f"""
SELECT {OUTBOX_COLUMNS.names}
FROM outbox
WHERE stream = :stream AND due_at > :now
ORDER BY seq
"""
MOVE_WAITING_MESSAGES = """
UPDATE outbox
SET due_at = :due_at
WHERE stream = :stream AND due_at > :now
"""
# nothing is put by for longer: a later time comes from a clock that was wrong
BRING_FORWARD = "UPDATE outbox SET due_at = :now WHERE due_at > :now + 86400"
SELECT_NEXT_MESSAGE_TIME = "SELECT min(due_at) FROM outbox WHERE due_at > :now"
DELETE_MESSAGE = "DELETE FROM outbox WHERE id = ?"
POSTPONE_MESSAGE = "UPDATE outbox SET due_at = ? WHERE id = ?"
DELETE_STREAM = "DELETE FROM outbox WHERE stream = ?"
COUNT_MESSAGES = "SELECT count(*) FROM outbox"


class Outbox:
    """Messages until they are delivered."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def due(
        self,
        channels: Sequence[str],
        now: int,
        most: int = 256,
        after: tuple[bytes, int] = (b"", 0),
    ) -> list[OutboxRow]:
        """What may be sent now, by (stream, seq).

        A message waits while an earlier one of its stream waits for its time.

        Args:
            after: (stream, seq) of the last row seen; the page begins behind it.
        """
        stream, seq = after
        rows = await self._reader.all(
            SELECT_DUE_MESSAGES,
            channels=json.dumps(list(channels)),
            now=now,
            most=most,
            stream=stream,
            seq=seq,
        )
        return [OutboxRow(*row) for row in rows]

    async def waiting(self, stream: bytes, now: int) -> list[OutboxRow]:
        """Messages of a stream that wait for a later time, in their order."""
        rows = await self._reader.all(SELECT_WAITING_MESSAGES, stream=stream, now=now)
        return [OutboxRow(*row) for row in rows]

    async def next_due(self, now: int) -> int | None:
        """When the next message that must wait may be sent."""
        row = await self._reader.one(SELECT_NEXT_MESSAGE_TIME, now=now)
        return row[0] if row else None

    async def pending(self) -> int:
        """How many, whatever their time."""
        rows = await self._reader.all(COUNT_MESSAGES)
        return int(rows[0][0])

    @staticmethod
    def put(row: OutboxRow) -> Write:
        place = (row.seq, row.seq, row.stream)  # what the SQL makes `seq` of
        values = (row.id, row.channel, row.stream, *place, row.due_at, row.sealed)
        return Write(INSERT_MESSAGE, values)

    @staticmethod
    def done(id: bytes) -> Write:
        """Delivered."""
        return Write(DELETE_MESSAGE, (id,))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Never to be delivered: undone, or nobody is there any more."""
        return Write(DELETE_MESSAGE, (id,))

    @staticmethod
    def later(id: bytes, due_at: int) -> Write:
        return Write(POSTPONE_MESSAGE, (due_at, id))

    @staticmethod
    def move_waiting(stream: bytes, now: int, due_at: int) -> Write:
        """All of a stream that wait for a later time than now wait for this one."""
        return Write(
            MOVE_WAITING_MESSAGES, {"stream": stream, "now": now, "due_at": due_at}
        )

    @staticmethod
    def bring_forward(now: int) -> Write:
        """What would wait for longer than a day goes at `now`, in seconds since 1970
        UTC: its time comes from a clock that was put back.
        """
        return Write(BRING_FORWARD, {"now": now})

    @staticmethod
    def drop_stream(stream: bytes) -> Write:
        return Write(DELETE_STREAM, (stream,))
