"""The road of a message, top to bottom.

update → decode → pseudonym → load talk → receive (pure) → one commit → send the outbox
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from anonymizer.seal import Place, Sealer, Unsealable
from bot.address import Address
from bot.cases.casework import Casework
from bot.cases.reporters import Draft
from bot.cases.sealed import PICTURES
from bot.channels.port import Channel, Incoming
from bot.hours import HOUR, seconds, whole_hour
from bot.keys import Keys
from bot.logs import incident
from bot.lookups import Lookups
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.outbox.sender import Sender
from bot.retry import retry_stale
from bot.settings import Settings
from dialogs.talk import Talk, begin, receive
from dialogs.words import (
    Action,
    DropPictures,
    File,
    Forget,
    Found,
    Look,
    Query,
    Rang,
    ReceiptSaved,
    Say,
    Wipe,
)
from storage.port import Audit, Database, Seen, StorageError, Write
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media, MediaRow
from storage.repositories.outbox import Outbox
from storage.repositories.talks import TalkRow, Talks

log = logging.getLogger(__name__)
ROUNDS = 3  # of Look and Found
DAY = 24 * HOUR
AT_HAND = 1024  # talks whose last row, sealed as it is, need not be read again


class TurnFailed(Exception):
    """Our bug: the turn was rolled back whole. Tell the person the incident id; the log
    has the rest.
    """

    def __init__(self, incident: str) -> None:
        super().__init__(f"incident {incident}")
        self.incident = incident


@dataclass(slots=True)
class Visit:
    """One chat's turn in the making: who (a pseudonym), the talk as stored, and what
    was received.
    """

    incoming: Incoming
    who: bytes
    row: TalkRow | None
    talk: Talk
    after: TalkRow | None = None  # what the turn leaves behind


class Hotline:
    """Construct once; `hear` is the one door for whatever comes in."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        casework: Casework,
        lookups: Lookups,
        post: OutboxMessages,
        sender: Sender,
        channels: Mapping[str, Channel],
        settings: Settings,
    ) -> None:
        self._database, self._keys, self._casework, self._lookups = (
            database,
            keys,
            casework,
            lookups,
        )
        self._post, self._sender, self._channels, self._settings = (
            post,
            sender,
            channels,
            settings,
        )
        self._talks = Talks(database)
        self._tidying: asyncio.Task[None] | None = None
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._at_hand: dict[bytes, TalkRow] = {}

    async def hear(self, incoming: Incoming) -> None:
        """Take one update in. Committed when this returns; a repeated one is a no-op.

        Raises: Refusing (storage cannot write now: say "later"), Failed (our bug: say
        the incident).
        """
        who = self._keys.pseudonyms.pseudonym(
            incoming.sender.channel, incoming.sender.key
        )
        try:
            async with self._lock(who):
                await retry_stale(lambda: self._turn(incoming, who))
        except Seen:
            return
        except StorageError:
            raise
        except Exception as error:
            raise TurnFailed(incident(log, error, "a turn")) from None

    async def _turn(self, incoming: Incoming, who: bytes) -> None:
        visit = await self._load(incoming, who)
        actions = await self._receive(visit)
        letters = [
            self._letter(visit, action) for action in actions if isinstance(action, Say)
        ]
        await self._database.commit(await self._writes(visit, actions, letters))
        self._keep(visit)
        self._remember(visit, actions)
        self._sender.post(letters)

    async def _load(self, incoming: Incoming, who: bytes) -> Visit:
        row = self._at_hand.pop(who, None) or await self._talks.load(who)
        if row is None:
            draft = Draft(
                secrets.token_bytes(16),
                secrets.token_bytes(32),
                secrets.token_bytes(16),
            )
            talk = begin(
                "report",
                report=draft.report.hex(),
                key=draft.key.hex(),
                stream=draft.stream.hex(),
                tag=secrets.token_hex(3),
                lang=incoming.lang,
            )
        else:
            talk = Talk.of(self._envelope(row)["talk"])
        return Visit(incoming, who, row, talk)

    async def _receive(self, visit: Visit) -> list[Action]:
        """The dialog decides; what it has to know first is looked up, before anything
        is written.
        """
        event, known = visit.incoming.event, dict[Query[Any], Any]()
        actions = receive(visit.talk, event)
        for _ in range(ROUNDS):
            match actions:
                case [Look(query)]:
                    known[query] = await self._lookups.answer(
                        query, visit.incoming, visit.who
                    )
                    actions = receive(visit.talk, Found(event, known))
                case _:
                    break
        return actions

    async def _writes(
        self, visit: Visit, actions: list[Action], letters: list[OutboxMessage]
    ) -> list[Write | Audit]:
        """All that this turn changes, in the order in which it must happen."""
        incoming, talk = visit.incoming, visit.talk
        mark = self._keys.pseudonyms.inbox_mark(incoming.sender.channel, incoming.key)
        writes: list[Write | Audit] = [
            Inbox.mark(mark, seconds(incoming.event.at) // DAY)
        ]
        writes += self._talk(
            visit
        )  # what may find the turn stale comes first: then nothing was written yet
        writes += [*incoming.also, *self._pictures(visit)]
        for action in actions:
            match action:
                case Say() | Look() | ReceiptSaved():
                    pass
                case Wipe():
                    writes.append(Outbox.drop_stream(bytes.fromhex(talk.stream)))
                    writes += self._channels[incoming.sender.channel].wipe(
                        incoming.sender
                    )
                case DropPictures(pictures):
                    writes += [
                        Media.drop(bytes.fromhex(picture)) for picture in pictures
                    ]
                case _:
                    writes += await self._casework.reporters.act(
                        action, _draft(talk), incoming.sender, lasting=incoming.lasting
                    )
        return [*writes, *(self._post.put(letter) for letter in letters)]

    def _talk(self, visit: Visit) -> list[Write]:
        """The talk moved on, or gone. An empty one is not kept: who only looked leaves
        no row.
        """
        talk, row, was = visit.talk, visit.row, visit.row.version if visit.row else 0
        if talk.over or (talk.idle and talk.lang == visit.incoming.lang):
            return [Talks.delete(visit.who, was)] if row else []
        at = visit.incoming.event.at
        talk.expires = self._expires(visit)
        visit.after = TalkRow(
            visit.who, was + 1, self._due(talk, at), self._sealed(visit)
        )
        return [Talks.save(visit.after, was)]

    def _keep(self, visit: Visit) -> None:
        """The next turn need not read what this one wrote; were it outdated, saving
        would find it stale.
        """
        if visit.after is not None:
            self._at_hand[visit.who] = visit.after
            if len(self._at_hand) > AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]

    def _due(self, talk: Talk, at: datetime) -> int:
        if talk.reminded:
            return talk.expires
        idle_until = at + timedelta(hours=self._settings.remind_after_hours)
        remind = self._settings.quiet_hours.next_open(idle_until)
        return min(whole_hour(remind), talk.expires)

    def _expires(self, visit: Visit) -> int:
        """Counted from a draft's first word: nothing unsent is kept for longer than
        promised.
        """
        draft_hours = timedelta(hours=self._settings.draft_hours)
        return visit.talk.expires or whole_hour(visit.incoming.event.at + draft_hours)

    def _sealed(self, visit: Visit) -> bytes:
        """The address lies in the envelope: a reminder must find the chat, and a
        pseudonym leads nowhere.
        """
        sender = visit.incoming.sender
        envelope = {
            "channel": sender.channel,
            "key": sender.key,
            "lasting": visit.incoming.lasting,
            "talk": visit.talk.plain(),
        }
        return self._keys.talk.seal_json(envelope, _talk_place(visit.who))

    def _envelope(self, row: TalkRow) -> dict[str, Any]:
        envelope: dict[str, Any] = self._keys.talk.open_json(
            row.sealed, _talk_place(row.pseudonym)
        )
        return envelope

    def _letter(self, visit: Visit, said: Say) -> OutboxMessage:
        return self._post.letter(
            visit.incoming.sender, said.message, bytes.fromhex(visit.talk.stream)
        )

    def _pictures(self, visit: Visit) -> list[Write]:
        """The scrubbed pictures that came with this event, under the draft's
        own key.
        """
        if not visit.incoming.scrubbed:
            return []
        expires, sealer = (
            self._expires(visit),
            Sealer.own(bytes.fromhex(visit.talk.key), "media"),
        )
        writes = []
        for picture, scrubbed in visit.incoming.scrubbed.items():
            id = bytes.fromhex(picture)
            sealed = PICTURES.seal(sealer, id, scrubbed.data)
            row = MediaRow(
                id,
                None,
                None,
                expires,
                scrubbed.mime,
                scrubbed.width,
                scrubbed.height,
                sealed,
            )
            writes.append(Media.put(row))
        return writes

    def _remember(self, visit: Visit, actions: list[Action]) -> None:
        """A receipt may be shown again for minutes, from memory only; what was
        forgotten leaves no trace.
        """
        for action in actions:
            if isinstance(action, File):
                self._lookups.keep_receipt(visit.who, action.receipt)
            elif isinstance(action, ReceiptSaved):
                self._lookups.drop_receipt(visit.who)
            elif isinstance(action, Forget) and self._tidying is None:
                self._tidying = asyncio.create_task(self._tidy())

    async def _tidy(self) -> None:
        """Freed pages, index and WAL still hold sealed bytes and tokens of what was
        shredded.
        """
        try:
            await self._database.tidy()
        except StorageError as error:
            log.warning(
                "tidy: %s; the hourly sweep does it again", type(error).__name__
            )
        self._tidying = None

    async def finish(self) -> None:
        """Before the database is closed: what was forgotten is tidied away to
        the end.
        """
        if self._tidying is not None:
            await self._tidying

    async def picture(self, sender: Address, id: str) -> tuple[bytes, MediaRow] | None:
        """A picture of this chat's own draft, opened, with its row; None for
        any other.
        """
        who = self._keys.pseudonyms.pseudonym(sender.channel, sender.key)
        row = await self._talks.load(who)
        if row is None:
            return None
        talk = Talk.of(self._envelope(row)["talk"])
        media = (
            await Media(self._database).get(bytes.fromhex(id))
            if id in talk.pictures
            else None
        )
        if media is None:
            return None
        sealer = Sealer.own(bytes.fromhex(talk.key), "media")
        return PICTURES.open(sealer, media.id, media.sealed), media

    async def ring(self, row: TalkRow, at: datetime) -> None:
        """Housekeeping rings for a talk that is due: through the same door as a
        message.
        """
        try:
            envelope = self._envelope(row)
        except Unsealable:
            log.error("a talk does not open; it is dropped")
            await self._database.commit([Talks.delete(row.pseudonym, row.version)])
            return
        expired = seconds(at) >= envelope["talk"]["expires"]
        sender = Address(envelope["channel"], envelope["key"])
        event = Rang("expire" if expired else "remind", at)
        key = f"ring {row.pseudonym.hex()} {row.version}"
        with suppress(
            TurnFailed
        ):  # logged with its incident; the next minute tries again, the other talks now
            await self.hear(
                Incoming(
                    key, sender, event, envelope["talk"]["lang"], envelope["lasting"]
                )
            )

    async def leave(self, sender: Address, at: datetime) -> None:
        """Quick exit: the draft, its pictures and all that the channel shows are gone
        at once.
        """
        who = self._keys.pseudonyms.pseudonym(sender.channel, sender.key)
        async with self._lock(who):
            self._at_hand.pop(who, None)
            row = await self._talks.load(who)
            writes: list[Write] = list(self._channels[sender.channel].wipe(sender))
            if row is not None:
                talk = Talk.of(self._envelope(row)["talk"])
                writes += [
                    Media.drop(bytes.fromhex(picture)) for picture in talk.pictures
                ]
                writes += [
                    Outbox.drop_stream(bytes.fromhex(talk.stream)),
                    Talks.delete(who, row.version),
                ]
            self._lookups.drop_receipt(who)
            await self._database.commit(writes)

    def _lock(self, who: bytes) -> asyncio.Lock:
        """Messages of one chat keep their order; different chats run side by side."""
        lock = self._locks.get(who)
        if lock is None:
            lock = self._locks[who] = asyncio.Lock()
        return lock


def _draft(talk: Talk) -> Draft:
    return Draft(
        bytes.fromhex(talk.report), bytes.fromhex(talk.key), bytes.fromhex(talk.stream)
    )


def _talk_place(who: bytes) -> Place:
    return Place("talks", "sealed", who)
