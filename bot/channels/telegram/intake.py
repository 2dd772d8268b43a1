"""What an update of Telegram does: it is read, and handed to the hotline or to staff's
door.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telegram import Update
from telegram.error import TelegramError

from anonymizer.scrub import Scrubbed
from bot.address import Address
from bot.channels.arrivals import Arrivals
from bot.channels.background import Background
from bot.channels.lanes import Lane, Waiting
from bot.channels.port import Hear, Incoming
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chats import Chat
from bot.channels.telegram.decode import (
    CLEAR,
    Changed,
    Clear,
    Elsewhere,
    Note,
    Part,
    Photo,
    decode,
    language,
)
from bot.channels.telegram.door import StaffDoor, offered
from bot.channels.telegram.errors import about, backoff
from bot.channels.telegram.held import HeldTelegramUpdates
from bot.channels.telegram.janitor import Janitor
from bot.channels.telegram.pictures import fetched
from bot.hotline import TurnFailed
from bot.hours import HOUR, seconds
from bot.keys import Keys
from bot.settings import Settings
from dialogs.texts import text
from dialogs.words import (
    MISTYPED,
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
ALBUM = 0.7  # seconds of silence after which an album is complete
ALBUM_LONGEST = 5.0
GROUP_EVERY = 3600  # seconds between two answers to the same group
TOLD_STAYS = 60  # seconds
# characters: a mistyped receipt in a longer text may be something else
HARDLY_MORE = 40
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeContext:
    """What the intake needs of the program."""

    hear: Hear
    database: Database
    keys: Keys
    settings: Settings
    now: Callable[[], datetime]


class UpdateForm:
    """See Form. A lane per private chat; a group has one per topic."""

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
    """What an update does: a turn of a reporter's, or of staff at their door."""

    def __init__(
        self,
        channel: TelegramChannel,
        context: IntakeContext,
        door: StaffDoor | None = None,
        name: Callable[[], str | None] = lambda: None,
    ) -> None:
        """name: the bot's username, once known."""
        self._channel = channel
        self._context = context
        self._door = door
        self._name = name
        # its number; asking it would take a call
        self._bot = channel.bot.token.partition(":")[0]
        self._background = Background()
        self._told: dict[int, int] = {}  # groups: when they were told where to write
        self.janitor = Janitor(channel, context.database, context.now)
        held = HeldTelegramUpdates(
            channel.bot, channel.name, context.database, context.keys
        )
        self.arrivals = Arrivals(UpdateForm(), held, self._work, self._acknowledge)

    def _acknowledge(self, update: Update) -> None:
        """A press shows that it arrived before its turn comes; staff's door answers
        its own.
        """
        query = update.callback_query
        if query is not None and not offered(update, self._staff_chat):
            words = _shown(query.data or "", query.from_user.language_code)
            self.soon(self._channel.answer(query.id, words))

    def soon(self, doing: Coroutine[Any, Any, Any]) -> None:
        """Do it beside everything else; it ends with the intake."""
        self._background.soon(doing)

    async def close(self) -> None:
        await self.arrivals.close()
        await self._background.close()

    # ── one turn ──────────────────────────────────────────────────────────────────────

    async def _work(self, lane: Lane[Update], waiting: Waiting[Update]) -> None:
        """Until it is done, whatever happens: storage that refuses is waited for, our
        bugs are told.
        """
        tries, batch = 0, [waiting]
        while True:
            try:
                await self._turn(lane, batch)
                break
            except StorageError as error:
                log.warning("an update waits: %s", type(error).__name__)
                await self._tell_once(waiting.update, tries)
            except TurnFailed as failed:
                await self._tell_failed(waiting.update, failed.incident)
                break
            except TelegramError as error:
                log.info("an update waits: %s", about(error))
            # one chat's trouble is not another's; content-free by the type alone
            except Exception as error:
                incident = secrets.token_hex(4)
                log.error(
                    "incident %s: %s in the intake", incident, type(error).__name__
                )
                await self._tell_failed(waiting.update, incident)
                break
            await asyncio.sleep(backoff(tries))
            tries += 1
        for one in batch[1:]:
            if not one.done.done():
                one.done.set_result(None)

    async def _turn(self, lane: Lane[Update], batch: list[Waiting[Update]]) -> None:
        update = batch[0].update
        if offered(update, self._staff_chat):
            if self._door is not None and await self._door.hear(update):
                return
            if (
                update.effective_chat is not None
                and update.effective_chat.id == self._staff_chat
            ):
                return
        note = decode(update, self._context.now(), self._name())
        if isinstance(note, Elsewhere):
            await self._where(note)
        elif note is not None:
            notes = [note]
            if note.album is not None:
                notes += await self._album(lane, batch, note.album)
            await self._hear(notes)

    async def _album(
        self, lane: Lane[Update], batch: list[Waiting[Update]], album: str
    ) -> list[Note]:
        """The other pictures of an album, which come one by one."""
        until = asyncio.get_running_loop().time() + ALBUM_LONGEST
        quiet = len(batch) > 1
        while True:
            while more := lane.take(lambda update: _album_of(update) == album):
                batch.append(more)
            if quiet or len(lane) or asyncio.get_running_loop().time() > until:
                break
            count = len(batch) + len(lane)
            await lane.more(ALBUM)
            quiet = len(batch) + len(lane) == count
        found = [decode(one.update, self._context.now()) for one in batch[1:]]
        return [note for note in found if isinstance(note, Note)]

    async def _hear(self, notes: Sequence[Note]) -> None:
        """Hand on what was done, with what this chat's messages need remembered, in one
        commit.
        """
        notes = await self._new(notes)
        if not notes:
            return
        now = self._context.now()
        note, moment = notes[0], seconds(now)
        chat = await self._channel.chats.of(note.chat, moment)
        if note.parts == (Changed(chat.said.get(note.message or 0, ""), False),):
            # Bot API, Update: edits "may at times be triggered by changes" that are
            # none to us
            return
        event, pictures = await self._event(chat, notes, now)
        self._note_down(chat, notes, event, moment)
        also = [self._mark(other) for other in notes[1:]]
        if event is None:
            with suppress(Seen):
                await self._context.database.commit(
                    [self._mark(note), *also, self._channel.chats.save(chat, moment)]
                )
                if note.callback is None:
                    self.soon(self._tell_cleared(chat))
        else:
            also.append(self._channel.chats.save(chat, moment))
            sender = Address(self._channel.name, str(note.chat))
            await self._context.hear(
                Incoming(
                    self._key(note),
                    sender,
                    event,
                    note.lang,
                    True,
                    tuple(also),
                    pictures,
                )
            )
        for one in notes:
            for part in one.parts:
                if one.message is not None and isinstance(part, Said | Changed):
                    chat.heard(
                        one.message, part.text if isinstance(part, Said) else part.words
                    )
        self.janitor.poke(chat)

    def _note_down(
        self, chat: Chat, notes: Sequence[Note], event: Event | None, now: int
    ) -> None:
        """Which messages stand there, which may be replaced, and which must go."""
        chat.at, chat.lang = now, notes[0].lang
        if event is None:
            chat.delete_all(now)
        for note in notes:
            if note.message is None:
                continue
            if note.callback is None:
                chat.add(note.message, now)
            for part in note.parts:
                if _goes(part):
                    chat.delete_at(note.message, now)
        if isinstance(event, Pressed):
            chat.touched = notes[0].message
        else:
            below = isinstance(event, Edited) and chat.prompt == max(
                chat.messages, default=None
            )
            chat.touched = chat.prompt if below else None

    async def _new(self, notes: Sequence[Note]) -> list[Note]:
        """Those not dealt with before; this spares work, and of an album it drops what
        came again.
        """
        inbox = Inbox(self._context.database)
        return [note for note in notes if not await inbox.known(self._digest(note))]

    async def _event(
        self, chat: Chat, notes: Sequence[Note], now: datetime
    ) -> tuple[Event | None, dict[str, Scrubbed]]:
        """One event for all of it, pictures fetched and scrubbed; None for 清空聊天."""
        parts: list[Said | Pictured | Unreadable] = []
        pictures: dict[str, Scrubbed] = {}
        for note in notes:
            for part in note.parts:
                match part:
                    case Clear():
                        return None, {}
                    case Pressed():
                        return part, {}
                    case Changed():
                        return _edited(chat.said.get(note.message or 0), part, now), {}
                    case Photo(file):
                        found = await fetched(self._channel.bot, file, now)
                        if isinstance(found, Unreadable):
                            parts.append(found)
                        else:
                            picture = Picture(
                                secrets.token_hex(16), found.width, found.height
                            )
                            pictures[picture.id] = found
                            parts.append(Pictured(picture, now))
                    case Said() | Unreadable():
                        parts.append(part)
        parts.sort(key=lambda part: not isinstance(part, Said))
        return (parts[0] if len(parts) == 1 else Together(tuple(parts), now)), pictures

    # ── fixed sentences ───────────────────────────────────────────────────────────────

    async def _where(self, group: Elsewhere) -> None:
        """In groups we only say where to write, and not all the time."""
        now, name = seconds(self._context.now()), self._name()
        if name is not None and self._told.get(group.chat, 0) + GROUP_EVERY <= now:
            self._told[group.chat] = now
            words = text("zh", "telegram.elsewhere", {"name": name})
            self.soon(self._channel.tell(group.chat, words, group.thread))

    async def _tell_cleared(self, chat: Chat) -> None:
        """Who typed it is told by a message, which goes by itself."""
        told = await self._channel.tell(chat.id, text(chat.lang, "telegram.clearing"))
        if told is not None:
            now = seconds(self._context.now())
            chat.delete_at(told, now + TOLD_STAYS)
            with suppress(StorageError):  # it is known in memory all the same
                await self._context.database.commit(
                    [self._channel.chats.save(chat, now)]
                )

    async def _tell_once(self, update: Update, tries: int) -> None:
        if tries == 0:
            self._tell(update, "telegram.refused", {})

    async def _tell_failed(self, update: Update, incident: str) -> None:
        self._tell(update, "telegram.failed", {"incident": incident})

    def _tell(self, update: Update, name: str, params: dict[str, str]) -> None:
        chat = update.effective_chat
        if chat is not None and chat.type == chat.PRIVATE:
            known = self._channel.chats.known(chat.id)
            words = text(known.lang if known else "zh", name, params)
            self.soon(self._channel.tell(chat.id, words))

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
            try:
                await self._context.hear(
                    Incoming(key, sender, Rang("again", now), chat.lang)
                )
            except (StorageError, TurnFailed) as error:
                log.warning("a step was not shown again: %s", type(error).__name__)

    # ── names of things ───────────────────────────────────────────────────────────────

    @property
    def _staff_chat(self) -> int | None:
        return self._context.settings.telegram.staff_chat_id

    def _key(self, note: Note) -> str:
        """Of an update, for a bot: another bot's updates have numbers of their own."""
        return f"{self._bot} {note.update}"

    def _digest(self, note: Note) -> bytes:
        return self._context.keys.pseudonyms.inbox_mark(
            self._channel.name, self._key(note)
        )

    def _mark(self, note: Note) -> Write:
        return Inbox.mark(self._digest(note), seconds(self._context.now()) // DAY)


def _album_of(update: Update) -> str | None:
    return update.message.media_group_id if update.message else None


def _edited(old: str | None, part: Changed, at: datetime) -> Edited:
    """What to tell the dialog; where the words are as before, it was the picture, which
    is not followed.
    """
    return Edited(None if part.picture and old == part.words else old, part.words, at)


def _goes(part: Part) -> bool:
    """Whether the message must not stay: a receipt, nearly one, or whose button says it
    is done with.
    """
    match part:
        case Said(text, receipt=receipt):
            return receipt is not None and (
                receipt != MISTYPED or len(text) <= HARDLY_MORE
            )
        case Pressed(choice):
            return choice == "saved"
    return isinstance(part, Clear)


def _shown(data: str, code: str | None) -> str | None:
    """What a press is answered with in a window; None for a plain acknowledgement."""
    return (
        text(language(code), "telegram.clearing")
        if data.rpartition("|")[2] == CLEAR
        else None
    )
