"""Telegram: what stands in private chats, updates that wait for their turn, and when
the intake was alive.
"""

from dataclasses import dataclass

from storage.port import Reader, Write

GET = """SELECT chat, version, due_at, expires, sealed FROM telegram_chats
WHERE chat = :chat AND expires > :now"""
PUT = """INSERT INTO telegram_chats (chat, version, due_at, expires, sealed) VALUES (?,
    ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET version = excluded.version, due_at = excluded.due_at, expires
    = excluded.expires,
  sealed = excluded.sealed WHERE excluded.version > version"""
DUE = """SELECT chat, version, due_at, expires, sealed FROM telegram_chats
WHERE due_at <= :now ORDER BY due_at LIMIT :most"""
ALL = """SELECT chat, version, due_at, expires, sealed FROM telegram_chats
WHERE chat > :after AND expires > :now ORDER BY chat LIMIT :most"""
SWEEP = "DELETE FROM telegram_chats WHERE expires <= ?"
HOLD = "INSERT INTO telegram_held (id, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING"
HELD = "SELECT id, sealed FROM telegram_held"
RELEASE = "DELETE FROM telegram_held WHERE id = ?"
ALIVE = "SELECT at FROM telegram_state WHERE name = :name"
NOTE = (
    "INSERT INTO telegram_state (name, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET "
    "at = excluded.at"
)


@dataclass(frozen=True, slots=True)
class ChatRow:
    """chat: keyed digest; due_at: when a message must be deleted, seconds since 1970
    UTC, None for never.
    """

    chat: bytes
    version: int
    due_at: int | None
    expires: int
    sealed: bytes


class TelegramChats:
    """What we remember of the messages that stand in a chat."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, chat: bytes, now: int) -> ChatRow | None:
        row = await self._reader.one(GET, chat=chat, now=now)
        return ChatRow(*row) if row else None

    async def due(self, now: int, most: int = 100) -> list[ChatRow]:
        """Chats in which a message must be deleted by now, the longest due first."""
        return [
            ChatRow(*row) for row in await self._reader.all(DUE, now=now, most=most)
        ]

    async def all(self, now: int, after: bytes = b"", most: int = 256) -> list[ChatRow]:
        """By digest, behind `after`."""
        return [
            ChatRow(*row)
            for row in await self._reader.all(ALL, now=now, after=after, most=most)
        ]

    @staticmethod
    def put(row: ChatRow) -> Write:
        """Write a snapshot; one that is older than what is there changes nothing."""
        return Write(PUT, (row.chat, row.version, row.due_at, row.expires, row.sealed))

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP, (now,))


class TelegramHeld:
    """Updates that the platform was told we have, before their turn was over."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[tuple[bytes, bytes]]:
        """[(id, sealed)], in no order."""
        return [(row[0], row[1]) for row in await self._reader.all(HELD)]

    @staticmethod
    def hold(id: bytes, sealed: bytes) -> Write:
        return Write(HOLD, (id, sealed))

    @staticmethod
    def release(id: bytes) -> Write:
        """Into the commit of its turn."""
        return Write(RELEASE, (id,))


class TelegramState:
    """When the intake was last known to be alive; whole seconds since 1970 UTC."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def at(self, name: str) -> int | None:
        row = await self._reader.one(ALIVE, name=name)
        return row[0] if row else None

    @staticmethod
    def note(name: str, at: int) -> Write:
        return Write(NOTE, (name, at))
