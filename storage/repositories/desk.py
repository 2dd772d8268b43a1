"""Where staff work on cases in a messenger: what they were told of, and what shows it.

A case is news until its alert has rung: staff are told of it 0–20 minutes after filing,
at a time drawn by lot.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.port import Reader, Row, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class CardRow:
    """A message that shows a case.

    id: keyed digest of chat and case; thread: of the topic, None for none; live: its
    case is open; shown: the version of the case plus the number of its notes, as they
    are shown, 0 for nothing yet.
    """

    id: bytes
    case_id: bytes
    thread: bytes | None
    live: bool
    shown: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply of staff. at: when it was written, seconds since 1970 UTC."""

    id: bytes
    case_id: bytes
    at: int
    sealed: bytes


# where staff work on a case; of UNSURE it was not known whether the group may see it
GROUP = "group"
PRIVATE = "private"
UNSURE = "unsure"

CARD_COLUMNS = Columns(CardRow)
REPLY_COLUMNS = Columns(ReplyRow)
# a note is no change of its case, so the notes are counted beside the version; one of
# the line itself may lie there before it is shown
SHOWN_NOW = """(
  SELECT version + (
    SELECT count(*) FROM notes WHERE notes.case_id = cases.id AND notes.at <= :now
  )
  FROM cases
  WHERE cases.id = desk_cards.case_id
)"""
SELECT_NEWS = """
SELECT id
FROM cases
WHERE state IN (SELECT value FROM json_each(:states))
  AND NOT EXISTS (SELECT 1 FROM desk_cases WHERE case_id = cases.id)
  AND NOT EXISTS (
    SELECT 1 FROM followups WHERE case_id = cases.id AND kind = 'alert'
  )
LIMIT :most
"""
SELECT_WHETHER_TOLD = """
SELECT NOT EXISTS (
    SELECT 1 FROM followups WHERE case_id = :case_id AND kind = 'alert'
  )
  OR EXISTS (SELECT 1 FROM desk_cases WHERE case_id = :case_id)
"""
SELECT_DESK_PLACE = "SELECT place FROM desk_cases WHERE case_id = :case_id"
SELECT_UNSURE = """
SELECT case_id
FROM desk_cases JOIN cases ON id = case_id
WHERE place = :place AND state IN (SELECT value FROM json_each(:states))
LIMIT :most
"""
PUT_DESK_PLACE = """
INSERT INTO desk_cases (case_id, place) VALUES (?, ?)
ON CONFLICT DO UPDATE SET place = excluded.place
"""
SELECT_OUTDATED_CARDS = f"""
SELECT {CARD_COLUMNS.names}
FROM desk_cards
WHERE live = 1 AND shown <> {SHOWN_NOW}
LIMIT :most
"""
SELECT_CARDS_OF_REOPENED_CASES = f"""
SELECT {CARD_COLUMNS.of("desk_cards")}
FROM cases JOIN desk_cards ON case_id = cases.id
WHERE state IN (SELECT value FROM json_each(:states)) AND live = 0
LIMIT :most
"""
SELECT_CARDS_OF_FINISHED_CASES = f"""
SELECT {CARD_COLUMNS.names}, shown <> {SHOWN_NOW} AS outdated
FROM desk_cards
WHERE id > :after AND live = 0
ORDER BY id
LIMIT :most
"""
SELECT_CARD = f"SELECT {CARD_COLUMNS.names} FROM desk_cards WHERE id = :id"
SELECT_CARDS = f"""
SELECT {CARD_COLUMNS.names}
FROM desk_cards
WHERE id > :after AND live >= :live
ORDER BY id
LIMIT :most
"""
SELECT_CASE_OF_THREAD = "SELECT case_id FROM desk_cards WHERE thread = :thread"
PUT_CARD = f"""
INSERT INTO desk_cards ({CARD_COLUMNS.names})
VALUES ({CARD_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET
  thread = excluded.thread, live = excluded.live,
  shown = excluded.shown, sealed = excluded.sealed
"""
DELETE_CARD = "DELETE FROM desk_cards WHERE id = ?"
SELECT_REPLIES = f"""
SELECT {REPLY_COLUMNS.names}
FROM desk_replies
ORDER BY at
LIMIT :most
"""
PUT_REPLY = f"""
INSERT INTO desk_replies ({REPLY_COLUMNS.names})
VALUES ({REPLY_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET at = excluded.at, sealed = excluded.sealed
"""
FOLLOW_REPLY = "UPDATE desk_replies SET sealed = ? WHERE id = ? AND sealed = ?"
DELETE_REPLY = "DELETE FROM desk_replies WHERE id = ? AND sealed = ?"
SELECT_WHETHER_STREAM_WAITS = """
SELECT EXISTS (SELECT 1 FROM outbox WHERE stream = :stream AND due_at <= :due_at)
"""


def _card(row: Row) -> CardRow:
    return CardRow(
        id=row["id"],
        case_id=row["case_id"],
        thread=row["thread"],
        live=bool(row["live"]),
        shown=row["shown"],
        sealed=row["sealed"],
    )


class DeskCases:
    """Cases that staff were told of."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def news(self, states: Sequence[str], most: int = 64) -> list[bytes]:
        """Cases in these states that staff may hear of now, and have not."""
        states_json = json.dumps([*states])
        rows = await self._reader.all(SELECT_NEWS, states=states_json, most=most)
        return [row[0] for row in rows]

    async def known(self, case_id: bytes) -> bool:
        """Whether staff may know of it by now."""
        row = await self._reader.one(SELECT_WHETHER_TOLD, case_id=case_id)
        return bool(row and row[0])

    async def unsure(self, states: Sequence[str], most: int = 256) -> list[bytes]:
        """Cases in these states, kept out of the group for want of an answer."""
        states_json = json.dumps([*states])
        rows = await self._reader.all(
            SELECT_UNSURE, place=UNSURE, states=states_json, most=most
        )
        return [row[0] for row in rows]

    async def place(self, case_id: bytes) -> str | None:
        """GROUP, PRIVATE or UNSURE; None: staff were not told of it yet."""
        row = await self._reader.one(SELECT_DESK_PLACE, case_id=case_id)
        return row[0] if row else None

    @staticmethod
    def put(case_id: bytes, place: str) -> Write:
        return Write(PUT_DESK_PLACE, (case_id, place))


class DeskCards:
    """Messages that show a case. Only the process that holds the lease writes them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def old(
        self, states: Sequence[str], now: int, most: int = 256
    ) -> list[CardRow]:
        """Those of open cases that do not show them as they are.

        Args:
            states: of open cases.
            now: seconds since 1970 UTC.
        """
        states_json = json.dumps([*states])
        outdated = await self._reader.all(SELECT_OUTDATED_CARDS, now=now, most=most)
        reopened = await self._reader.all(
            SELECT_CARDS_OF_REOPENED_CASES, states=states_json, most=most
        )
        return [_card(row) for row in outdated + reopened]

    async def settled(
        self, now: int, after: bytes = b"", most: int = 1024
    ) -> tuple[list[CardRow], bytes | None]:
        """Of the next cards of finished cases those that show something else.

        Args:
            now: seconds since 1970 UTC.
            after: the last card looked at before.
        Returns: the cards, and the last one looked at; None: there are no more.
        """
        rows = await self._reader.all(
            SELECT_CARDS_OF_FINISHED_CASES, now=now, after=after, most=most
        )
        outdated = [_card(row) for row in rows if row["outdated"]]
        last = rows[-1]["id"] if rows else None
        return outdated, last

    async def get(self, id: bytes) -> CardRow | None:
        row = await self._reader.one(SELECT_CARD, id=id)
        return _card(row) if row else None

    async def all(
        self, after: bytes = b"", most: int = 256, *, live: bool = False
    ) -> list[CardRow]:
        """By id, behind `after`; live: only those of open cases."""
        rows = await self._reader.all(
            SELECT_CARDS, after=after, live=int(live), most=most
        )
        return [_card(row) for row in rows]

    async def of_thread(self, thread: bytes) -> bytes | None:
        """The case that a topic is about."""
        row = await self._reader.one(SELECT_CASE_OF_THREAD, thread=thread)
        return row[0] if row else None

    @staticmethod
    def put(row: CardRow) -> Write:
        return Write(PUT_CARD, CARD_COLUMNS.values(row))

    @staticmethod
    def drop(id: bytes) -> Write:
        return Write(DELETE_CARD, (id,))


class DeskReplies:
    """Replies until it is known what became of them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self, most: int = 256) -> list[ReplyRow]:
        rows = await self._reader.all(SELECT_REPLIES, most=most)
        return [ReplyRow(*row) for row in rows]

    async def waits(self, stream: bytes, due_at: int) -> bool:
        """Whether anything that was due by then (seconds since 1970 UTC) is still on
        its way to the reporter of this stream.
        """
        row = await self._reader.one(
            SELECT_WHETHER_STREAM_WAITS, stream=stream, due_at=due_at
        )
        return bool(row and row[0])

    @staticmethod
    def put(row: ReplyRow) -> Write:
        return Write(PUT_REPLY, REPLY_COLUMNS.values(row))

    @staticmethod
    def follow(row: ReplyRow, read: ReplyRow) -> Write:
        """In the place of the row that was read; where that has changed meanwhile,
        nothing.
        """
        return Write(FOLLOW_REPLY, (row.sealed, row.id, read.sealed))

    @staticmethod
    def drop(read: ReplyRow) -> Write:
        """The row that was read; where that has changed meanwhile, nothing."""
        return Write(DELETE_REPLY, (read.id, read.sealed))
