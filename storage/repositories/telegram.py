"""Telegram: what stands in private chats, and updates that wait for their turn.

Beside these, when the intake was alive.
"""

from dataclasses import dataclass

from storage.port import Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class ChatRow:
    """What stands in one private chat.

    chat: keyed digest; due_at: when a message must be deleted, seconds since 1970 UTC,
    None for never.
    """

    chat: bytes
    version: int
    due_at: int | None
    expires: int
    sealed: bytes


CHAT_COLUMNS = Columns(ChatRow)
SELECT_CHAT = f"""
SELECT {CHAT_COLUMNS.names}
FROM telegram_chats
WHERE chat = :chat AND expires > :now
"""
PUT_CHAT = f"""
INSERT INTO telegram_chats ({CHAT_COLUMNS.names})
VALUES ({CHAT_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET
  version = excluded.version, due_at = excluded.due_at,
  expires = excluded.expires, sealed = excluded.sealed
WHERE excluded.version > version
"""
SELECT_CHATS_TO_CLEAN = f"""
SELECT {CHAT_COLUMNS.names}
FROM telegram_chats
WHERE due_at <= :now
ORDER BY due_at
LIMIT :most
"""
SELECT_CHATS = f"""
SELECT {CHAT_COLUMNS.names}
FROM telegram_chats
WHERE chat > :after AND expires > :now
ORDER BY chat
LIMIT :most
"""
SWEEP_CHATS = "DELETE FROM telegram_chats WHERE expires <= ?"
HOLD_UPDATE = """
INSERT INTO telegram_held (id, sealed) VALUES (?, ?)
ON CONFLICT DO NOTHING
"""
SELECT_HELD_UPDATES = "SELECT id, sealed FROM telegram_held"
RELEASE_UPDATE = "DELETE FROM telegram_held WHERE id = ?"
SELECT_STATE_TIME = "SELECT at FROM telegram_state WHERE name = :name"
PUT_STATE_TIME = """
INSERT INTO telegram_state (name, at) VALUES (?, ?)
ON CONFLICT DO UPDATE SET at = excluded.at
"""


class TelegramChats:
    """What we remember of the messages that stand in a chat."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, chat: bytes, now: int) -> ChatRow | None:
        row = await self._reader.one(SELECT_CHAT, chat=chat, now=now)
        return ChatRow(*row) if row else None

    async def due(self, now: int, most: int = 100) -> list[ChatRow]:
        """Chats in which a message must be deleted by now, the longest due first."""
        rows = await self._reader.all(SELECT_CHATS_TO_CLEAN, now=now, most=most)
        return [ChatRow(*row) for row in rows]

    async def all(self, now: int, after: bytes = b"", most: int = 256) -> list[ChatRow]:
        """By digest, behind `after`."""
        rows = await self._reader.all(SELECT_CHATS, now=now, after=after, most=most)
        return [ChatRow(*row) for row in rows]

    @staticmethod
    def put(row: ChatRow) -> Write:
        """Write a snapshot; one that is older than what is there changes nothing."""
        return Write(PUT_CHAT, CHAT_COLUMNS.values(row))

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP_CHATS, (now,))


class TelegramHeld:
    """Updates that the platform was told we have, before their turn was over."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[tuple[bytes, bytes]]:
        """[(id, sealed)], in no order."""
        rows = await self._reader.all(SELECT_HELD_UPDATES)
        return [(row[0], row[1]) for row in rows]

    @staticmethod
    def hold(id: bytes, sealed: bytes) -> Write:
        return Write(HOLD_UPDATE, (id, sealed))

    @staticmethod
    def release(id: bytes) -> Write:
        """Into the commit of its turn."""
        return Write(RELEASE_UPDATE, (id,))


class TelegramState:
    """When the intake was last known to be alive; whole seconds since 1970 UTC."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def at(self, name: str) -> int | None:
        row = await self._reader.one(SELECT_STATE_TIME, name=name)
        return row[0] if row else None

    @staticmethod
    def note(name: str, at: int) -> Write:
        return Write(PUT_STATE_TIME, (name, at))
