"""Deletes what must not stay in a chat: receipts after an hour or once typed, all that
shall be cleared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from telegram.error import TelegramError

from bot.channels.port import TryLater
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chats import PrivateChat
from bot.channels.telegram.errors import about, kind
from bot.hours import seconds
from scheduler.bell import Job, every
from storage.port import Database, StorageError

log = logging.getLogger(__name__)
TIDY_EVERY = 20.0  # seconds
AT_ONCE = 100  # messages of one call


class Janitor:
    """What is due stands in the chats' rows, so a restart forgets nothing. No chat
    waits for another.
    """

    def __init__(
        self, channel: TelegramChannel, database: Database, now: Callable[[], datetime]
    ) -> None:
        self._channel = channel
        self._database = database
        self._now = now
        self._busy: dict[int, asyncio.Task[None]] = {}

    def poke(self, chat: PrivateChat) -> None:
        """Look into this chat now."""
        if self._due(chat) and chat.id not in self._busy:
            task = self._busy[chat.id] = asyncio.create_task(self._tidy(chat))
            task.add_done_callback(lambda _: self._over(chat))

    def _over(self, chat: PrivateChat) -> None:
        del self._busy[chat.id]

    def looking(self) -> Job:
        trigger = every(seconds=TIDY_EVERY)
        return Job(name="janitor", trigger=trigger, run=lambda at: self.look())

    def close(self) -> None:
        """What is still due is found again after the next start."""
        for task in self._busy.values():
            task.cancel()

    async def look(self) -> None:
        """Begin with all that is due by now."""
        for chat in await self._channel.chats.due(seconds(self._now())):
            if not self._due(chat):  # it is gone, only the row does not say so yet
                await self._save(chat)
            self.poke(chat)

    async def idle(self) -> None:
        """Until nothing is being deleted any more."""
        while self._busy:
            await asyncio.wait(self._busy.values())

    def _due(self, chat: PrivateChat) -> list[int]:
        now = seconds(self._now())
        return [message for message, at in chat.due.items() if at <= now][:AT_ONCE]

    async def _tidy(self, chat: PrivateChat) -> None:
        """Delete, then forget; what Telegram does not delete any more is
        forgotten too.
        """
        tries = 0
        while due := self._due(chat):
            trouble = await self._delete(chat, due, tries)
            tries += 1
            if trouble is not None:
                self._channel.held(chat.id, trouble)
                continue
            chat.gone(due)
            try:
                await self._save(chat)
            except StorageError as error:
                # the next look finds the row as it was, and the chat as it is
                log.warning("janitor: %s", type(error).__name__)

    async def _delete(
        self, chat: PrivateChat, due: list[int], tries: int
    ) -> TryLater | None:
        """Returns: why it must be tried again; None when it is over."""
        try:
            async with self._channel.pace.alone(chat.id):
                await self._channel.bot.delete_messages(chat.id, due)
        except TelegramError as error:
            log.info("messages were not deleted: %s", about(error))
            trouble = kind(error, tries)
            return trouble if isinstance(trouble, TryLater) else None
        return None

    async def _save(self, chat: PrivateChat) -> None:
        await self._database.commit(
            [self._channel.chats.save(chat, seconds(self._now()))]
        )
