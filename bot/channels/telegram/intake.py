"""An update of Telegram in its turn: staff's door takes it, or it is a reporter's; a
turn goes on until it is done, whatever happens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram import Update
from telegram.error import TelegramError

from bot.channels.arrivals import Arrivals
from bot.channels.background import Background
from bot.channels.lanes import Lane, Waiting
from bot.channels.port import ToldOnly, TurnFailed
from bot.channels.render import render
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.decode import (
    CLEAR,
    Elsewhere,
    PrivateUpdate,
    album_of,
    decode,
    language,
)
from bot.channels.telegram.door import StaffDoor, offered
from bot.channels.telegram.errors import about, backoff
from bot.channels.telegram.hearing import Hearing, IntakeContext
from bot.channels.telegram.held import HeldTelegramUpdates
from bot.channels.telegram.janitor import Janitor
from bot.hours import seconds
from bot.logs import incident
from dialogs.texts import text
from dialogs.words import Message
from storage.port import StorageError

log = logging.getLogger(__name__)
ALBUM = 0.7  # seconds of silence after which an album is complete
ALBUM_LONGEST = 5.0
GROUP_EVERY = 3600  # seconds between two answers to the same group


class TelegramShape:
    """See UpdateShape. A lane per private chat; a group has one per topic."""

    def number(self, update: Update) -> int:
        return update.update_id

    def lane(self, update: Update) -> str:
        chat = update.effective_chat
        if chat is None:
            return f"{update.effective_user.id if update.effective_user else 0}"
        if chat.id > 0:
            return f"{chat.id}"
        thread = getattr(update.effective_message, "message_thread_id", None)
        return f"{chat.id}:{thread or ''}"

    def is_followed(self, update: Update) -> bool:
        """The next of an album comes only after this one is confirmed."""
        return _album_of(update) is not None


class Intake:
    """Turns of reporters, and of staff at their door."""

    def __init__(
        self,
        channel: TelegramChannel,
        context: IntakeContext,
        door: StaffDoor | None = None,
        name: Callable[[], str | None] = lambda: None,
    ) -> None:
        """name: the bot's username, once known."""
        self._channel = channel
        self._now = context.now
        self._configured = context.settings.telegram.staff_chat_id
        self._door = door
        self._name = name
        self._background = Background()
        self._told: dict[int, int] = {}  # groups: when they were told where to write
        self.janitor = Janitor(channel, context.database, context.now)
        self.reporters = Hearing(channel, context, self.janitor, self._background)
        held = HeldTelegramUpdates(
            channel.bot, channel.name, context.database, context.keys
        )
        self.arrivals = Arrivals(TelegramShape(), held, self._work, self._acknowledge)

    @property
    def _staff_chat(self) -> int | None:
        """The number that the staff's group has now."""
        chat = self._configured
        return None if chat is None else self._channel.moved_to(chat)

    def soon(self, doing: Coroutine[Any, Any, Any]) -> None:
        """Do it beside everything else; it ends with the intake."""
        self._background.soon(doing)

    async def close(self) -> None:
        await self.arrivals.close()
        await self._background.close()

    def _acknowledge(self, update: Update) -> None:
        """A press shows that it arrived before its turn comes; staff's door answers
        its own.
        """
        query = update.callback_query
        if query is not None and not offered(update, self._staff_chat):
            words = _shown(query.data or "", query.from_user.language_code)
            self.soon(self._channel.answer(query.id, words))

    # ── one turn ──────────────────────────────────────────────────────────────────────

    async def _work(self, lane: Lane[Update], waiting: Waiting[Update]) -> None:
        """Until it is done, whatever happens: storage that refuses is waited for, our
        bugs are told.
        """
        batch = [waiting]
        tries = 0
        while True:
            try:
                await self._turn(lane, batch)
                break
            except StorageError as error:
                log.warning("an update waits: %s", type(error).__name__)
                if tries == 0 and isinstance(error, ToldOnly):
                    self.soon(self._show(waiting.update, error.messages))
                elif tries == 0:
                    self._tell(waiting.update, "telegram.refused", {})
            except TurnFailed as failed:
                self._tell_failed(waiting.update, failed.incident)
                break
            except TelegramError as error:
                log.info("an update waits: %s", about(error))
            # one chat's trouble is not another's
            except Exception as error:
                number = incident(log, error, "the intake")
                self._tell_failed(waiting.update, number)
                break
            await asyncio.sleep(backoff(tries))
            tries += 1
        for one in batch[1:]:
            if not one.done.done():
                one.done.set_result(None)

    async def _turn(self, lane: Lane[Update], batch: list[Waiting[Update]]) -> None:
        update = batch[0].update
        if offered(update, self._staff_chat) and await self._taken_by_staff(update):
            return
        decoded = decode(update, self._now(), self._name())
        if isinstance(decoded, Elsewhere):
            self._tell_where(decoded)
        elif decoded is not None:
            updates = [decoded]
            if decoded.album is not None:
                updates += await self._album(lane, batch, decoded.album)
            await self.reporters.hear(updates)

    async def _taken_by_staff(self, update: Update) -> bool:
        """What is said in the staff's group is never a reporter's."""
        if self._door is not None and await self._door.hear(update):
            return True
        chat = update.effective_chat
        return chat is not None and chat.id == self._staff_chat

    async def _album(
        self, lane: Lane[Update], batch: list[Waiting[Update]], album: str
    ) -> list[PrivateUpdate]:
        """The others that were sent in one go, which come one by one."""
        clock = asyncio.get_running_loop().time
        until = clock() + ALBUM_LONGEST
        is_quiet = len(batch) > 1
        while True:
            while more := lane.take(lambda update: _album_of(update) == album):
                batch.append(more)
            if is_quiet or len(lane) or clock() > until:
                break
            count = len(batch) + len(lane)
            await lane.more(ALBUM)
            is_quiet = len(batch) + len(lane) == count
        found = [decode(one.update, self._now()) for one in batch[1:]]
        return [one for one in found if isinstance(one, PrivateUpdate)]

    # ── fixed sentences ───────────────────────────────────────────────────────────────

    def _tell_where(self, group: Elsewhere) -> None:
        """In groups we only say where to write, and not all the time."""
        name = self._name()
        now = seconds(self._now())
        told = self._told.get(group.chat, 0)
        if name is None or now < told + GROUP_EVERY:
            return
        self._told[group.chat] = now
        words = text("zh", "telegram.elsewhere", {"name": name})
        self.soon(self._channel.tell(group.chat, words, group.thread))

    def _tell_failed(self, update: Update, incident: str) -> None:
        self._tell(update, "telegram.failed", {"incident": incident})

    async def _show(self, update: Update, messages: Sequence[Message]) -> None:
        """A story that was asked for, while nothing can be stored: only to be read. It
        comes again with its buttons when the update's turn is done.
        """
        chat = update.effective_chat
        if chat is None or chat.type != chat.PRIVATE:
            return
        for message in messages:
            await self._channel.tell(chat.id, render(message).text)
        self._tell(update, "telegram.told_only", {})

    def _tell(self, update: Update, name: str, params: dict[str, str]) -> None:
        chat = update.effective_chat
        if chat is not None and chat.type == chat.PRIVATE:
            known = self._channel.chats.known(chat.id)
            words = text(known.lang if known else "zh", name, params)
            self.soon(self._channel.tell(chat.id, words))


def _album_of(update: Update) -> str | None:
    return album_of(update.message) if update.message else None


def _shown(data: str, code: str | None) -> str | None:
    """What a press is answered with in a window; None for a plain acknowledgement."""
    if data.rpartition("|")[2] != CLEAR:
        return None
    return text(language(code), "telegram.clearing")
