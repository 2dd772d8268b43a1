"""Deletes what must not stay in a chat: receipts after an hour or once typed, all that shall be cleared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from telegram.error import TelegramError

from bot.channels.port import TryLater
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chats import Chat
from bot.channels.telegram.errors import about, kind
from bot.hours import seconds
from storage.port import Database, StorageError

log = logging.getLogger(__name__)
LOOK_EVERY = 20.0  # seconds
AT_ONCE = 100  # messages of one call


class Janitor:
    """What is due stands in the chats' rows, so a restart forgets nothing."""

    def __init__(self, channel: TelegramChannel, database: Database, now: Callable[[], datetime]) -> None:
        self._channel, self._database, self._now = channel, database, now
        self._poked: dict[int, Chat] = {}
        self._rung = asyncio.Event()

    def poke(self, chat: Chat) -> None:
        """Look into this chat now."""
        if any(due <= seconds(self._now()) for due in chat.due.values()):
            self._poked[chat.id] = chat
            self._rung.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("janitor: %s", type(error).__name__)
            try:
                await asyncio.wait_for(self._rung.wait(), LOOK_EVERY)
                poked, self._poked = self._poked, {}
                self._rung.clear()
                for chat in poked.values():
                    await self._tidy(chat)
            except TimeoutError:
                continue
            except StorageError as error:
                log.warning("janitor: %s", type(error).__name__)

    async def look(self) -> None:
        """Delete all that is due by now."""
        for chat in await self._channel.chats.due(seconds(self._now())):
            await self._tidy(chat)

    async def _tidy(self, chat: Chat) -> None:
        """Delete, then forget; what Telegram does not delete any more is forgotten too."""
        now = seconds(self._now())
        due = [message for message, at in chat.due.items() if at <= now][:AT_ONCE]
        if not due:
            return
        try:
            await self._channel.bot.delete_messages(chat.id, due)
        except TelegramError as error:
            log.info("messages were not deleted: %s", about(error))
            if isinstance(kind(error), TryLater):
                return
        chat.gone(due)
        await self._database.commit([self._channel.chats.save(chat, now)])
        if len(due) == AT_ONCE:
            await self._tidy(chat)
