"""What a reporter did in Telegram, as one event: handed to the hotline with what must
be remembered of the chat, in one commit.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from anonymizer.scrub import Scrubbed
from bot.address import Address
from bot.channels.background import Background
from bot.channels.port import Hear, Incoming, TurnFailed
from bot.channels.telegram.busy import busy
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chats import PrivateChat
from bot.channels.telegram.decode import Changed, Clear, Part, Photo, PrivateUpdate
from bot.channels.telegram.janitor import Janitor
from bot.channels.telegram.pictures import fetched
from bot.hours import DAY, seconds
from bot.keys import Keys
from bot.settings import Settings
from dialogs.texts import text
from dialogs.words import (
    MISTYPED,
    SAVED,
    Edited,
    Event,
    Picture,
    Pictured,
    Pressed,
    Rang,
    Said,
    Together,
    Unreadable,
)
from storage.port import Database, Seen, StorageError, Write
from storage.repositories.inbox import Inbox

log = logging.getLogger(__name__)
TOLD_STAYS = 60  # seconds
# characters: a mistyped receipt in a longer text may be something else
HARDLY_MORE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeContext:
    """What the intake needs of the program."""

    hear: Hear
    database: Database
    keys: Keys
    settings: Settings
    now: Callable[[], datetime]


class Hearing:
    """Takes what an update was decoded to; of an album, all of its updates at once."""

    def __init__(
        self,
        channel: TelegramChannel,
        context: IntakeContext,
        janitor: Janitor,
        background: Background,
    ) -> None:
        self._channel = channel
        self._context = context
        self._janitor = janitor
        self._background = background
        # the bot's number; asking it would take a call
        self._bot = channel.bot.token.partition(":")[0]

    async def hear(self, updates: Sequence[PrivateUpdate]) -> None:
        """Committed when this returns; what was dealt with before changes nothing.
        Raises: StorageError, TurnFailed.
        """
        updates = await self._new(updates)
        if not updates:
            return
        now = self._context.now()
        chat = await self._channel.chats.of(updates[0].chat, seconds(now))
        if _changes_nothing(chat, updates):
            return
        event, pictures = await self._event(chat, updates, now)
        _note_down(chat, updates, event, seconds(now))
        if event is None:
            await self._clear(chat, updates, seconds(now))
        else:
            await self._hand_on(chat, updates, event, pictures)
        _remember_words(chat, updates)
        self._janitor.poke(chat)

    async def _new(self, updates: Sequence[PrivateUpdate]) -> list[PrivateUpdate]:
        """Those not dealt with before; this spares work, and of an album it drops what
        came again.
        """
        inbox = Inbox(self._context.database)
        return [
            update for update in updates if not await inbox.known(self._digest(update))
        ]

    async def _clear(
        self, chat: PrivateChat, updates: Sequence[PrivateUpdate], now: int
    ) -> None:
        """清空聊天 is no word for the dialog: an open draft stays."""
        marks = [self._mark(update) for update in updates]
        with suppress(Seen):
            await self._context.database.commit(
                [*marks, self._channel.chats.save(chat, now)]
            )
            if updates[0].callback is None:
                self._background.soon(self._tell_cleared(chat))

    async def _hand_on(
        self,
        chat: PrivateChat,
        updates: Sequence[PrivateUpdate],
        event: Event,
        pictures: Mapping[str, Scrubbed],
    ) -> None:
        first = updates[0]
        marks = [self._mark(other) for other in updates[1:]]
        saved = self._channel.chats.save(chat, seconds(self._context.now()))
        incoming = Incoming(
            self._key(first),
            Address(self._channel.name, str(first.chat)),
            event,
            first.lang,
            also=(*marks, saved),
            scrubbed=pictures,
        )
        await self._context.hear(incoming)

    # ── one event of several updates ──────────────────────────────────────────────────

    async def _event(
        self, chat: PrivateChat, updates: Sequence[PrivateUpdate], now: datetime
    ) -> tuple[Event | None, dict[str, Scrubbed]]:
        """One event for all of it, pictures fetched and scrubbed; None for 清空聊天."""
        parts: list[Said | Pictured | Unreadable] = []
        pictures: dict[str, Scrubbed] = {}
        for update in updates:
            for part in update.parts:
                match part:
                    case Clear():
                        return None, {}
                    case Pressed():
                        return part, {}
                    case Changed():
                        return _edited(
                            chat.said.get(update.message or 0), part, now
                        ), {}
                    case Photo():
                        parts.append(await self._picture(chat, part, now, pictures))
                    case Said() | Unreadable():
                        parts.append(part)
        parts.sort(key=lambda part: not isinstance(part, Said))
        event = parts[0] if len(parts) == 1 else Together(tuple(parts), now)
        return event, pictures

    async def _picture(
        self,
        chat: PrivateChat,
        photo: Photo,
        now: datetime,
        pictures: dict[str, Scrubbed],
    ) -> Pictured | Unreadable:
        """The event of it; what was scrubbed is put into `pictures`."""
        async with busy(self._channel, chat):
            found = await fetched(self._channel.bot, photo.file, now)
        if isinstance(found, Unreadable):
            return found
        picture = Picture(secrets.token_hex(16), found.width, found.height)
        pictures[picture.id] = found
        return Pictured(picture, now, reply=photo.reply)

    async def _tell_cleared(self, chat: PrivateChat) -> None:
        """Who typed it is told by a message, which goes by itself."""
        told = await self._channel.tell(chat.id, text(chat.lang, "telegram.clearing"))
        if told is None:
            return
        now = seconds(self._context.now())
        chat.delete_at(told, now + TOLD_STAYS)
        saved = self._channel.chats.save(chat, now)
        with suppress(StorageError):  # it is known in memory all the same
            await self._context.database.commit([saved])

    # ── after a silence ───────────────────────────────────────────────────────────────

    async def show_again(self, silent_since: int) -> None:
        """Telegram forgets presses: who was in the middle of something is shown the
        open step once more.
        """
        now = self._context.now()
        if self._context.settings.quiet_hours.hold(now):
            return
        since = seconds(now - timedelta(hours=1))
        async for chat in self._channel.chats.active(since, seconds(now)):
            if chat.at > silent_since:
                continue  # heard since then, and answered
            key = f"again {chat.digest.hex()} {silent_since}"
            sender = Address(self._channel.name, str(chat.id))
            incoming = Incoming(key, sender, Rang("again", now), chat.lang)
            try:
                await self._context.hear(incoming)
            except (StorageError, TurnFailed) as error:
                log.warning("a step was not shown again: %s", type(error).__name__)

    # ── names of things ───────────────────────────────────────────────────────────────

    def _key(self, update: PrivateUpdate) -> str:
        """Of an update, for a bot: another bot's updates have numbers of their own."""
        return f"{self._bot} {update.update_id}"

    def _digest(self, update: PrivateUpdate) -> bytes:
        return self._context.keys.pseudonyms.inbox_mark(
            self._channel.name, self._key(update)
        )

    def _mark(self, update: PrivateUpdate) -> Write:
        return Inbox.mark(self._digest(update), seconds(self._context.now()) // DAY)


def _changes_nothing(chat: PrivateChat, updates: Sequence[PrivateUpdate]) -> bool:
    """Bot API, Update: edits "may at times be triggered by changes" that are none
    to us.
    """
    as_before = Changed(chat.said.get(updates[0].message or 0, ""), False)
    return updates[0].parts == (as_before,)


def _note_down(
    chat: PrivateChat, updates: Sequence[PrivateUpdate], event: Event | None, now: int
) -> None:
    """Which messages stand there, which may be replaced, and which must go."""
    chat.at = now
    chat.lang = updates[0].lang
    if event is None:
        chat.delete_all(now)
    for update in updates:
        if update.message is None:
            continue
        if update.callback is None:
            chat.add(update.message, now)
        if any(_goes(part) for part in update.parts):
            chat.delete_at(update.message, now)
    if isinstance(event, Pressed):
        chat.touched = updates[0].message
    else:
        is_below = chat.prompt == max(chat.messages, default=None)
        chat.touched = chat.prompt if isinstance(event, Edited) and is_below else None


def _remember_words(chat: PrivateChat, updates: Sequence[PrivateUpdate]) -> None:
    """Should they be edited."""
    for update in updates:
        for part in update.parts:
            if update.message is None or not isinstance(part, Said | Changed):
                continue
            words = part.text if isinstance(part, Said) else part.words
            chat.heard(update.message, words)


def _edited(old: str | None, part: Changed, at: datetime) -> Edited:
    """What to tell the dialog; where the words are as before, it was the picture, which
    is not followed.
    """
    was_picture = part.picture and old == part.words
    return Edited(None if was_picture else old, part.words, at)


def _goes(part: Part) -> bool:
    """Whether the message must not stay: a receipt, nearly one, or whose button says it
    is done with.
    """
    match part:
        case Said(text, receipts=receipts):
            is_right = any(one != MISTYPED for one in receipts)
            return is_right or (bool(receipts) and len(text) <= HARDLY_MORE)
        case Pressed(choice):
            return choice == SAVED
    return isinstance(part, Clear)
