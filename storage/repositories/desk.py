"""Where staff work on cases in a messenger: cases they were told of, and messages that
show them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Row, Write

# A case is news until its alert has rung: it is told of 0-20 minutes after filing, at a
# time drawn by lot.
NEWS = """SELECT id FROM cases WHERE state IN (SELECT value FROM json_each(:states))
AND NOT EXISTS (SELECT 1 FROM desk_cases WHERE case_id = cases.id)
AND NOT EXISTS (SELECT 1 FROM followups WHERE case_id = cases.id AND kind = 'alert')
    LIMIT :most"""
KNOWN = """SELECT NOT EXISTS (SELECT 1 FROM followups WHERE case_id = :case_id AND kind
    = 'alert')
OR EXISTS (SELECT 1 FROM desk_cases WHERE case_id = :case_id)"""
PLACE = "SELECT place FROM desk_cases WHERE case_id = :case_id"
PUT_PLACE = """INSERT INTO desk_cases (case_id, place) VALUES (?, ?)
ON CONFLICT DO UPDATE SET place = excluded.place"""
COLUMNS = "id, case_id, thread, live, shown, sealed"
NOW = """(SELECT version + (SELECT count(*) FROM notes WHERE notes.case_id = cases.id)
FROM cases WHERE cases.id = desk_cards.case_id)"""  # a note is no change of its case
OLD = f"SELECT {COLUMNS} FROM desk_cards WHERE live = 1 AND shown <> {NOW} LIMIT :most"
OPENED = f"""SELECT {", ".join(f"desk_cards.{name}" for name in COLUMNS.split(", "))}
FROM cases JOIN desk_cards ON case_id = cases.id
WHERE state IN (SELECT value FROM json_each(:states)) AND live = 0 LIMIT :most"""
SETTLED = f"""SELECT {COLUMNS}, shown <> {NOW} FROM desk_cards
WHERE id > :after AND live = 0 ORDER BY id LIMIT :most"""
CARD = f"SELECT {COLUMNS} FROM desk_cards WHERE id = :id"
CARDS = (
    f"SELECT {COLUMNS} FROM desk_cards WHERE id > :after AND live >= :live ORDER BY "
    "id LIMIT :most"
)
OF_THREAD = "SELECT case_id FROM desk_cards WHERE thread = :thread"
PUT = """INSERT INTO desk_cards (id, case_id, thread, live, shown, sealed) VALUES (?, ?,
    ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET thread = excluded.thread, live = excluded.live,
  shown = excluded.shown, sealed = excluded.sealed"""
DROP = "DELETE FROM desk_cards WHERE id = ?"
REPLIES = "SELECT id, case_id, at, sealed FROM desk_replies ORDER BY at LIMIT :most"
PUT_REPLY = """INSERT INTO desk_replies (id, case_id, at, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET sealed = excluded.sealed"""
DROP_REPLY = "DELETE FROM desk_replies WHERE id = ?"
WAITS = "SELECT EXISTS (SELECT 1 FROM outbox WHERE stream = :stream)"


@dataclass(frozen=True, slots=True)
class CardRow:
    """id: keyed digest of chat and case; thread: of the topic, None for none; live: its
    case is open.

    shown: the version of the case plus the number of its notes, as they are shown; 0
    for nothing yet.
    """

    id: bytes
    case_id: bytes
    thread: bytes | None
    live: bool
    shown: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """at: when it was written, seconds since 1970 UTC."""

    id: bytes
    case_id: bytes
    at: int
    sealed: bytes


def _card(row: Row) -> CardRow:
    id, case_id, thread, live, shown, sealed = list(row)[:6]
    return CardRow(id, case_id, thread, bool(live), shown, sealed)


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
    """Messages that show a case. One process writes them: the one that holds
    the lease.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def old(self, states: Sequence[str], most: int = 256) -> list[CardRow]:
        """Those of open cases that do not show them as they are; states: of
        open cases.
        """
        rows = await self._reader.all(OLD, most=most)
        rows += await self._reader.all(OPENED, states=json.dumps([*states]), most=most)
        return [_card(row) for row in rows]

    async def settled(
        self, after: bytes = b"", most: int = 1024
    ) -> tuple[list[CardRow], bytes | None]:
        """Of the next cards of finished cases those that show something else, and the
        last one looked at.

        after: that one, the next time; None: there are no more.
        """
        rows = await self._reader.all(SETTLED, after=after, most=most)
        return [_card(row) for row in rows if row[6]], rows[-1][0] if rows else None

    async def get(self, id: bytes) -> CardRow | None:
        row = await self._reader.one(CARD, id=id)
        return _card(row) if row else None

    async def all(
        self, after: bytes = b"", most: int = 256, *, live: bool = False
    ) -> list[CardRow]:
        """By id, behind `after`; live: only those of open cases."""
        return [
            _card(row)
            for row in await self._reader.all(
                CARDS, after=after, live=int(live), most=most
            )
        ]

    async def of_thread(self, thread: bytes) -> bytes | None:
        """The case that a topic is about."""
        row = await self._reader.one(OF_THREAD, thread=thread)
        return row[0] if row else None

    @staticmethod
    def put(row: CardRow) -> Write:
        return Write(
            PUT, (row.id, row.case_id, row.thread, int(row.live), row.shown, row.sealed)
        )

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
