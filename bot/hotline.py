"""The road of a message, top to bottom.

update → decode → pseudonym → load talk → receive (pure) → one commit → send the outbox
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from anonymizer.keyring import KeyringError
from anonymizer.scrub import Scrubbed
from anonymizer.seal import Sealer, Unsealable
from bot.address import Address
from bot.cases.casework import Casework
from bot.cases.reporters import Draft
from bot.cases.sealed import SEALED_PICTURES
from bot.channels.port import Channel, Incoming, ToldOnly, TurnFailed
from bot.hours import DAY, seconds
from bot.keys import Keys
from bot.logs import incident
from bot.lookups import Lookups
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.outbox.sender import Sender
from bot.retry import retry_stale
from bot.talks import StoredTalks
from dialogs.catalogue import DIALOGS
from dialogs.talk import Talk
from dialogs.words import (
    MISTYPED,
    Action,
    DropPictures,
    File,
    Forget,
    Found,
    Look,
    Message,
    Query,
    Rang,
    ReceiptSaved,
    Retaliation,
    Said,
    Say,
    Wipe,
    Withdraw,
)
from storage.port import Audit, Database, Refusing, Seen, StorageError, Write
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media, MediaRow
from storage.repositories.outbox import Outbox
from storage.repositories.talks import TalkRow, Talks

log = logging.getLogger(__name__)
ROUNDS = 12  # of Look and Found


@dataclass(slots=True)
class Visit:
    """One chat's turn in the making.

    who: the chat's pseudonym. row: its talk as stored, if any; talk: the same, opened
    and moved on. actions, messages: what the dialog decided. after: the row that the
    turn leaves behind. is_begun_anew: what was stored is damaged. had_unsent: words or
    pictures of a draft lay there.
    """

    incoming: Incoming
    who: bytes
    row: TalkRow | None
    talk: Talk
    actions: list[Action] = field(default_factory=list)
    messages: list[OutboxMessage] = field(default_factory=list)
    after: TalkRow | None = None
    is_begun_anew: bool = False
    had_unsent: bool = False

    @property
    def sender(self) -> Address:
        return self.incoming.sender

    @property
    def at(self) -> datetime:
        return self.incoming.event.at

    @property
    def stored_version(self) -> int:
        return self.row.version if self.row else 0

    @property
    def stream(self) -> bytes:
        return bytes.fromhex(self.talk.stream)

    @property
    def is_over(self) -> bool:
        """What was written and not sent lies there no more, whatever the way out: then
        no screen shows it either.
        """
        return self.is_begun_anew or (self.had_unsent and not self.talk.unsent)


class Hotline:
    """Construct once; `hear` is the one door for whatever comes in."""

    def __init__(
        self,
        *,
        database: Database,
        keys: Keys,
        talks: StoredTalks,
        casework: Casework,
        lookups: Lookups,
        outbox: OutboxMessages,
        sender: Sender,
        channels: Mapping[str, Channel],
    ) -> None:
        self.talks = talks
        self._database = database
        self._keys = keys
        self._casework = casework
        self._lookups = lookups
        self._outbox = outbox
        self._sender = sender
        self._channels = channels
        self._tidying: asyncio.Task[None] | None = None
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    # ── the road ──────────────────────────────────────────────────────────────────────

    async def hear(self, incoming: Incoming) -> None:
        """Take one update in. Committed when this returns; a repeated one is a no-op.

        Raises: ToldOnly (a story, while storage cannot write), Refusing (storage cannot
        write now: say "later"), TurnFailed (our bug: say the incident).
        """
        who = self._pseudonym(incoming.sender)
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
        visit.actions = await self._decide(visit)
        visit.messages = self._messages(visit)
        try:
            await self._database.commit(await self._writes(visit))
        except Refusing:
            if _only_looks(visit):
                messages = [letter.message for letter in visit.messages]
                raise ToldOnly(messages) from None
            raise
        except KeyringError as error:  # the journal's disk: nothing was shredded
            log.error("the shred journal: %s", type(error).__name__)
            raise Refusing("journal") from None
        self._remember(visit)
        self._sender.post(visit.messages)

    async def _load(self, incoming: Incoming, who: bytes) -> Visit:
        row = await self.talks.take(who)
        if row is None:
            return Visit(incoming, who, row, self.talks.begin(incoming.lang))
        try:
            talk = self.talks.talk(row)
            return Visit(incoming, who, row, talk, had_unsent=talk.unsent)
        except Unsealable:  # or this chat would never be answered again
            log.error("a talk does not open: a new one is begun in its place")
            talk = self.talks.begin(incoming.lang)
            return Visit(incoming, who, row, talk, is_begun_anew=True)

    async def _decide(self, visit: Visit) -> list[Action]:
        """The dialog decides; what it has to know first is looked up, before anything
        is written.
        """
        event = visit.incoming.event
        known: dict[Query[Any], Any] = {}
        actions = DIALOGS.receive(visit.talk, event)
        for _ in range(ROUNDS):
            match actions:
                case [Look(query)]:
                    answer = await self._lookups.answer(
                        query, visit.incoming, visit.who
                    )
                    known[query] = answer
                    actions = DIALOGS.receive(visit.talk, Found(event, known))
                case _:
                    break
        return actions

    def _messages(self, visit: Visit) -> list[OutboxMessage]:
        said = [action.message for action in visit.actions if isinstance(action, Say)]
        if visit.is_begun_anew:
            said.insert(0, Message("draft.damaged", lang=visit.talk.lang))
        letters = [
            self._outbox.letter(visit.sender, message, visit.stream) for message in said
        ]
        nobody_asked = isinstance(visit.incoming.event, Rang)
        return [replace(letter, by_day=nobody_asked) for letter in letters]

    async def _writes(self, visit: Visit) -> list[Write | Audit]:
        """All that this turn changes, in the order in which it must happen: what may
        find it stale comes first, while nothing is written yet.
        """
        writes: list[Write | Audit] = [self._inbox_mark(visit)]
        writes += self._talk(visit)
        writes += visit.incoming.also
        writes += self._pictures(visit)
        if visit.is_over:
            writes += self._wiped(visit)
        for action in visit.actions:
            writes += await self._carry_out(action, visit)
        for message in visit.messages:
            due = seconds(visit.at) if message.by_day else 0
            writes.append(self._outbox.put(message, due))
        return writes

    def _inbox_mark(self, visit: Visit) -> Write:
        channel = visit.sender.channel
        mark = self._keys.pseudonyms.inbox_mark(channel, visit.incoming.key)
        return Inbox.mark(mark, seconds(visit.at) // DAY)

    def _talk(self, visit: Visit) -> list[Write]:
        """The talk moved on, or gone. An empty one is not kept: who only looked leaves
        no row.
        """
        talk = visit.talk
        if talk.over and talk.later:
            talk = self.talks.begin_with(talk.later, talk.lang)
        elif talk.over and talk.lang != visit.incoming.lang:
            talk = self.talks.begin(talk.lang)  # who writes English goes on in it
        empty = talk.idle and talk.lang == visit.incoming.lang
        if talk.over or empty:
            if visit.row is None:
                return []
            return [Talks.delete(visit.who, visit.stored_version)]
        visit.after = self.talks.row(
            talk,
            who=visit.who,
            version=visit.stored_version + 1,
            sender=visit.sender,
            lasting=visit.incoming.lasting,
            at=visit.at,
        )
        return [Talks.save(visit.after, visit.stored_version)]

    def _pictures(self, visit: Visit) -> list[Write]:
        """The scrubbed pictures that came with this event, under the draft's
        own key.
        """
        return [
            self._picture(visit, bytes.fromhex(id), scrubbed)
            for id, scrubbed in visit.incoming.scrubbed.items()
        ]

    def _picture(self, visit: Visit, id: bytes, scrubbed: Scrubbed) -> Write:
        sealed = SEALED_PICTURES.seal(_media_sealer(visit.talk), id, scrubbed.data)
        expires = self.talks.expires(visit.talk, visit.at)
        row = MediaRow(
            id=id,
            report_id=None,
            step_id=None,
            expires=expires,
            mime=scrubbed.mime,
            width=scrubbed.width,
            height=scrubbed.height,
            sealed=sealed,
        )
        return Media.put(row)

    async def _carry_out(self, action: Action, visit: Visit) -> Sequence[Write | Audit]:
        match action:
            case Say() | Look() | ReceiptSaved():
                return ()
            case Wipe():
                return self._wiped(visit)
            case DropPictures(pictures):
                return [Media.drop(bytes.fromhex(picture)) for picture in pictures]
        return await self._casework.reporters.act(
            action,
            _draft(visit.talk),
            visit.sender,
            lasting=visit.incoming.lasting,
        )

    def _wiped(self, visit: Visit) -> Sequence[Write]:
        """Nothing that was said stands on the chat's screen or on its way there."""
        return [Outbox.drop_stream(visit.stream), *self._wipe(visit.sender)]

    def _wipe(self, sender: Address) -> Sequence[Write]:
        """A messenger that is no longer served has no screen to clear, and what is due
        goes on.
        """
        channel = self._channels.get(sender.channel)
        return () if channel is None else channel.wipe(sender)

    # ── once it is committed ──────────────────────────────────────────────────────────

    def _remember(self, visit: Visit) -> None:
        """A receipt may be shown again for minutes, from memory only; what was
        forgotten leaves no trace.
        """
        if visit.after is not None:
            self.talks.keep(visit.after)
        for action in visit.actions:
            match action:
                case File(receipt=receipt):
                    self._lookups.keep_receipt(visit.who, receipt)
                case Retaliation(receipt=str() as receipt):
                    self._lookups.keep_receipt(visit.who, receipt)
                case ReceiptSaved():
                    self._lookups.drop_receipt(visit.who)
                case Forget() | Withdraw():
                    self._lookups.drop_receipt(visit.who)
                    self._begin_tidying()

    def _begin_tidying(self) -> None:
        if self._tidying is None:
            self._tidying = asyncio.create_task(self._tidy())

    async def _tidy(self) -> None:
        """The WAL still holds sealed bytes of what was shredded."""
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
        await self._lookups.close()
        if self._tidying is not None:
            await self._tidying

    # ── other doors ───────────────────────────────────────────────────────────────────

    async def ring(self, row: TalkRow, at: datetime) -> None:
        """Housekeeping rings for a talk that is due: through the same door as a
        message.
        """
        try:
            envelope = self.talks.envelope(row)
        except Unsealable:
            log.error("a talk does not open; it is dropped")
            await self._database.commit([Talks.delete(row.pseudonym, row.version)])
            return
        expired = seconds(at) >= envelope.talk.expires
        event = Rang("expire" if expired else "remind", at)
        key = f"ring {row.pseudonym.hex()} {row.version}"
        incoming = Incoming(
            key, envelope.sender, event, envelope.talk.lang, envelope.lasting
        )
        # logged with its incident; the next minute tries again, the other talks now
        with suppress(TurnFailed):
            await self.hear(incoming)

    async def picture(self, sender: Address, id: str) -> tuple[bytes, MediaRow] | None:
        """A picture of this chat's own draft, opened, with its row; None for
        any other.
        """
        row = await self.talks.load(self._pseudonym(sender))
        if row is None:
            return None
        try:
            talk = self.talks.talk(row)
            media = await Media(self._database).get(bytes.fromhex(id))
            if media is None or id not in talk.pictures:
                return None
            opened = SEALED_PICTURES.open(_media_sealer(talk), media.id, media.sealed)
        except Unsealable:
            return None
        return opened, media

    async def leave(self, sender: Address, at: datetime) -> None:
        """Quick exit: the draft, its pictures and all that the channel shows are gone
        at once.
        """
        who = self._pseudonym(sender)
        async with self._lock(who):
            self.talks.let_go(who)
            row = await self.talks.load(who)
            writes = list(self._channels[sender.channel].wipe(sender))
            if row is not None:
                writes += self._gone(row)
            self._lookups.drop_receipt(who)
            await self._database.commit(writes)

    def _gone(self, row: TalkRow) -> list[Write]:
        try:
            talk = self.talks.talk(row)
        except Unsealable:  # its pictures expire
            return [Talks.delete(row.pseudonym, row.version)]
        pictures = [Media.drop(bytes.fromhex(picture)) for picture in talk.pictures]
        stream = Outbox.drop_stream(bytes.fromhex(talk.stream))
        return [*pictures, stream, Talks.delete(row.pseudonym, row.version)]

    def _pseudonym(self, sender: Address) -> bytes:
        return self._keys.pseudonyms.pseudonym(sender.channel, sender.key)

    def _lock(self, who: bytes) -> asyncio.Lock:
        """Messages of one chat keep their order; different chats run side by side."""
        lock = self._locks.get(who)
        if lock is None:
            lock = self._locks[who] = asyncio.Lock()
        return lock


def _only_looks(visit: Visit) -> bool:
    """A receipt alone was sent, and all that followed is told."""
    event = visit.incoming.event
    has_receipt = isinstance(event, Said) and any(
        one != MISTYPED for one in event.receipts
    )
    is_alone = isinstance(event, Said) and not event.text.strip()
    only_told = all(isinstance(action, Say) for action in visit.actions)
    return has_receipt and is_alone and only_told


def _draft(talk: Talk) -> Draft:
    return Draft(
        bytes.fromhex(talk.report), bytes.fromhex(talk.key), bytes.fromhex(talk.stream)
    )


def _media_sealer(talk: Talk) -> Sealer:
    return Sealer.own(bytes.fromhex(talk.key), "media")
