"""Where staff work on cases in a messenger: cases they were told of, and messages that show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Write

# A case is news until its alert has rung: it is told of 0-20 minutes after filing, at a time drawn by lot.
NEWS = """SELECT id FROM cases WHERE state IN (SELECT value FROM json_each(:states))
AND NOT EXISTS (SELECT 1 FROM desk_cases WHERE case_id = cases.id)
AND NOT EXISTS (SELECT 1 FROM followups WHERE case_id = cases.id AND kind = 'alert') LIMIT :most"""
KNOWN = """SELECT NOT EXISTS (SELECT 1 FROM followups WHERE case_id = :case_id AND kind = 'alert')
OR EXISTS (SELECT 1 FROM desk_cases WHERE case_id = :case_id)"""
PLACE = "SELECT place FROM desk_cases WHERE case_id = :case_id"
PUT_PLACE = """INSERT INTO desk_cases (case_id, place) VALUES (?, ?)
ON CONFLICT DO UPDATE SET place = excluded.place"""
COLUMNS = "id, case_id, thread, shown, sealed"
NOW = """(SELECT version + (SELECT count(*) FROM notes WHERE notes.case_id = cases.id)
FROM cases WHERE cases.id = desk_cards.case_id)"""  # a note is no change of its case
OLD = f"SELECT {COLUMNS} FROM desk_cards WHERE shown <> {NOW} LIMIT :most"
CARD = f"SELECT {COLUMNS} FROM desk_cards WHERE id = :id"
CARDS = f"SELECT {COLUMNS} FROM desk_cards WHERE id > :after ORDER BY id LIMIT :most"
OF_THREAD = "SELECT case_id FROM desk_cards WHERE thread = :thread"
PUT = """INSERT INTO desk_cards (id, case_id, thread, shown, sealed) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET thread = excluded.thread, shown = excluded.shown, sealed = excluded.sealed"""
DROP = "DELETE FROM desk_cards WHERE id = ?"
REPLIES = "SELECT id, case_id, at, sealed FROM desk_replies ORDER BY at LIMIT :most"
PUT_REPLY = """INSERT INTO desk_replies (id, case_id, at, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET sealed = excluded.sealed"""
DROP_REPLY = "DELETE FROM desk_replies WHERE id = ?"
WAITS = "SELECT EXISTS (SELECT 1 FROM outbox WHERE stream = :stream)"


@dataclass(frozen=True, slots=True)
class CardRow:
    """id: keyed digest of chat and case; thread: of the topic, None for none.

    shown: the version of the case plus the number of its notes, as they are shown; 0 for nothing yet.
    """

    id: bytes
    case_id: bytes
    thread: bytes | None
    shown: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """at: when it was written, seconds since 1970 UTC."""

    id: bytes
    case_id: bytes
    at: int
    sealed: bytes


class DeskCases:
    """Cases that staff were told of."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def news(self, states: Sequence[str], most: int = 64) -> list[bytes]:
        """Cases in these states that staff may hear of now, and have not."""
        rows = await self._reader.all(NEWS, states=json.dumps([*states]), most=most)
        return [row[0] for row in rows]

    async def known(self, case_id: bytes) -> bool:
        """Whether staff may know of it by now."""
        row = await self._reader.one(KNOWN, case_id=case_id)
        return bool(row and row[0])

    async def place(self, case_id: bytes) -> str | None:
        row = await self._reader.one(PLACE, case_id=case_id)
        return row[0] if row else None

    @staticmethod
    def put(case_id: bytes, place: str) -> Write:
        return Write(PUT_PLACE, (case_id, place))


class DeskCards:
    """Messages that show a case. One process writes them: the one that holds the lease."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def old(self, most: int = 256) -> list[CardRow]:
        """Those that do not show their case as it is."""
        return [CardRow(*row) for row in await self._reader.all(OLD, most=most)]

    async def get(self, id: bytes) -> CardRow | None:
        row = await self._reader.one(CARD, id=id)
        return CardRow(*row) if row else None

    async def all(self, after: bytes = b"", most: int = 256) -> list[CardRow]:
        return [CardRow(*row) for row in await self._reader.all(CARDS, after=after, most=most)]

    async def of_thread(self, thread: bytes) -> bytes | None:
        """The case that a topic is about."""
        row = await self._reader.one(OF_THREAD, thread=thread)
        return row[0] if row else None

    @staticmethod
    def put(row: CardRow) -> Write:
        return Write(PUT, (row.id, row.case_id, row.thread, row.shown, row.sealed))

    @staticmethod
    def drop(id: bytes) -> Write:
        return Write(DROP, (id,))


class DeskReplies:
    """Replies until it is known what became of them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self, most: int = 256) -> list[ReplyRow]:
        return [ReplyRow(*row) for row in await self._reader.all(REPLIES, most=most)]

    async def waits(self, stream: bytes) -> bool:
        """Whether anything is still on its way to the reporter of this stream."""
        row = await self._reader.one(WAITS, stream=stream)
        return bool(row and row[0])

    @staticmethod
    def put(row: ReplyRow) -> Write:
        return Write(PUT_REPLY, (row.id, row.case_id, row.at, row.sealed))

    @staticmethod
    def drop(id: bytes) -> Write:
        return Write(DROP_REPLY, (id,))
