"""What is still to be sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Write

PUT = """INSERT INTO outbox (id, channel, stream, seq, due_at, sealed) VALUES (?, ?, ?,
  iif(? > 0, ?, (SELECT coalesce(max(seq), 0) + 1 FROM outbox WHERE stream = ?)), ?,
  ?)"""
DUE = """SELECT id, channel, stream, seq, due_at, sealed FROM outbox AS this
WHERE due_at <= :now AND channel IN (SELECT value FROM json_each(:channels))
  AND (stream, seq) > (:stream, :seq)
  AND NOT EXISTS (SELECT 1 FROM outbox AS before
                  WHERE before.stream = this.stream AND before.seq < this.seq AND
                  before.due_at > :now)
ORDER BY stream, seq LIMIT :most"""
NEXT = "SELECT min(due_at) FROM outbox WHERE due_at > :now"
DONE = "DELETE FROM outbox WHERE id = ?"
LATER = "UPDATE outbox SET due_at = ? WHERE id = ?"
DROP_STREAM = "DELETE FROM outbox WHERE stream = ?"
PENDING = "SELECT count(*) FROM outbox"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """stream: random id whose rows keep their order; seq: place in it, 0: append;
    due_at 0: at once.
    """

    id: bytes
    channel: str
    stream: bytes
    seq: int
    due_at: int
    sealed: bytes


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
        """What may be sent now, by (stream, seq). after: continue behind this (stream,
        seq).

        A message waits while an earlier one of its stream waits for its time.
        """
        rows = await self._reader.all(
            DUE,
            channels=json.dumps(list(channels)),
            now=now,
            most=most,
            stream=after[0],
            seq=after[1],
        )
        return [OutboxRow(*row) for row in rows]

    async def next_due(self, now: int) -> int | None:
        """When the next message that must wait may be sent."""
        row = await self._reader.one(NEXT, now=now)
        return row[0] if row else None

    async def pending(self) -> int:
        """How many, whatever their time."""
        return int((await self._reader.all(PENDING))[0][0])

    @staticmethod
    def put(row: OutboxRow) -> Write:
        place = (row.seq, row.seq, row.stream)
        return Write(
            PUT, (row.id, row.channel, row.stream, *place, row.due_at, row.sealed)
        )

    @staticmethod
    def done(id: bytes) -> Write:
        """Delivered."""
        return Write(DONE, (id,))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Never to be delivered: undone, or nobody is there any more."""
        return Write(DONE, (id,))

    @staticmethod
    def later(id: bytes, due_at: int) -> Write:
        return Write(LATER, (due_at, id))

    @staticmethod
    def drop_stream(stream: bytes) -> Write:
        return Write(DROP_STREAM, (stream,))
