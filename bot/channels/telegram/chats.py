"""What stands in each private chat: which message shows the open step, and which must
be deleted when.

In memory for the running process, sealed in the database for the next one; nothing is
older than 48 hours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from anonymizer.seal import Place, Unsealable
from bot.hours import DAY, HOUR
from bot.keys import Keys
from storage.port import Database, Write
from storage.repositories.telegram import ChatRow, TelegramChats

DELETABLE = 47 * HOUR  # seconds; Telegram deletes nothing that is older than 48 hours
MESSAGES_REMEMBERED = 400  # messages of one chat
SENTENCES_REMEMBERED = (
    40  # sentences of a draft whose words are known, should they be edited
)
CHATS_AT_HAND = 4096  # chats in memory
ROUND = 300  # seconds: a row says no more exactly when something is to be deleted


@dataclass(slots=True, repr=False)
class PrivateChat:
    """id: Telegram's; prompt: the message that shows the open step; touched: the one
    that may be replaced.

    messages: {message id: the hour it came}; due: {message id: when it must go}, both
    seconds since 1970 UTC.
    at: when the person was last heard. said: {message id: words}, in memory only.
    """

    digest: bytes
    id: int
    version: int = 0
    prompt: int | None = None
    touched: int | None = None
    lang: str = "zh"
    at: int = 0
    messages: dict[int, int] = field(default_factory=dict)
    due: dict[int, int] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)

    def add(self, message: int, now: int) -> None:
        """A message stands in the chat now, theirs or ours."""
        self.messages[message] = now - now % HOUR
        while len(self.messages) > MESSAGES_REMEMBERED:
            del self.messages[next(iter(self.messages))]

    def heard(self, message: int, words: str) -> None:
        """Words of theirs, should they edit them."""
        self.said[message] = words
        while len(self.said) > SENTENCES_REMEMBERED:
            del self.said[next(iter(self.said))]

    def delete_at(self, message: int, due: int) -> None:
        self.due[message] = due

    def delete_all(self, now: int) -> None:
        self.due = dict.fromkeys(self.messages, now)
        self.prompt = self.touched = None

    def gone(self, messages: Iterable[int]) -> None:
        """These do not stand there any more."""
        for message in messages:
            self.messages.pop(message, None)
            self.due.pop(message, None)
            self.said.pop(message, None)
            if message == self.prompt:
                self.prompt = None


class PrivateChats:
    """All of them. One process holds the data folder, so what is in memory is the
    newest.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._keys = keys
        self._rows = TelegramChats(database)
        self._at_hand: dict[int, PrivateChat] = {}

    def digest(self, id: int) -> bytes:
        return self._keys.pseudonyms.session_digest(f"telegram {id}")

    async def of(self, id: int, now: int) -> PrivateChat:
        """What is known of this chat. now: seconds since 1970 UTC."""
        chat = self._at_hand.pop(id, None)
        if chat is None:
            row = await self._rows.get(self.digest(id), now)
            kept = self._open(row) if row is not None else None
            fresh = kept or PrivateChat(self.digest(id), id)
            # somebody else may have read it meanwhile
            chat = self._at_hand.pop(id, fresh)
        self._at_hand[id] = chat
        if len(self._at_hand) > CHATS_AT_HAND:
            del self._at_hand[next(iter(self._at_hand))]
        return chat

    async def is_here(self, id: int, now: int) -> None:
        """The person of this chat did something just now that was no reporter's: what
        answers it need not be covered.
        """
        (await self.of(id, now)).at = now

    def known(self, id: int) -> PrivateChat | None:
        """Only if it is in memory."""
        return self._at_hand.get(id)

    def save(self, chat: PrivateChat, now: int) -> Write:
        """The chat as it is now; of several such writes the newest stays, whichever
        comes last.
        """
        chat.version += 1
        oldest = now - DELETABLE
        too_old = [one for one, came in chat.messages.items() if came < oldest]
        chat.gone(too_old)
        until = (now // DAY + 2) * DAY
        row = ChatRow(
            chat.digest, chat.version, _due_at(chat, now), until, self._seal(chat)
        )
        return TelegramChats.put(row)

    async def due(self, now: int) -> list[PrivateChat]:
        """Chats in which something must be deleted by now."""
        rows = await self._rows.due(now)
        return [
            await self.of(chat.id, now) for row in rows if (chat := self._open(row))
        ]

    async def active(self, since: int, now: int) -> AsyncIterator[PrivateChat]:
        """Chats with an open step whose person was heard since then."""
        after = b""
        while rows := await self._rows.all(now, after):
            after = rows[-1].chat
            for row in rows:
                kept = self._open(row)
                chat = await self.of(kept.id, now) if kept else None
                if chat is not None and chat.prompt is not None and chat.at >= since:
                    yield chat

    def _seal(self, chat: PrivateChat) -> bytes:
        values: dict[str, Any] = {
            "id": chat.id,
            "prompt": chat.prompt,
            "lang": chat.lang,
            "at": chat.at,
            "messages": list(chat.messages.items()),
            "due": list(chat.due.items()),
        }
        return self._keys.session.seal_json(values, _place(chat.digest))

    def _open(self, row: ChatRow) -> PrivateChat | None:
        try:
            values = self._keys.session.open_json(row.sealed, _place(row.chat))
        except Unsealable:
            # a key that was taken out of the ring: older messages stay where they are
            return None
        return PrivateChat(
            digest=row.chat,
            id=values["id"],
            version=row.version,
            prompt=values["prompt"],
            lang=values["lang"],
            at=values["at"],
            messages=dict(values["messages"]),
            due=dict(values["due"]),
        )


def _due_at(chat: PrivateChat, now: int) -> int | None:
    """When the first message must go, said no more exactly than a row may say it."""
    due = min(chat.due.values(), default=None)
    if due is None:
        return None
    if due > now:
        return due + ROUND - due % ROUND
    return due - due % HOUR


def _place(digest: bytes) -> Place:
    return Place("telegram_chats", "sealed", digest)
