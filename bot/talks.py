"""Open talks as they are kept: sealed together with the address they go back to, at
hand between two turns, and gone after a day.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from anonymizer.seal import Sealer
from bot.address import Address
from bot.codec import SealedColumn
from bot.hours import seconds, whole_hour
from bot.settings import Settings
from dialogs.catalogue import DIALOGS
from dialogs.engine import StoredTalk
from dialogs.talk import Aside, Talk
from storage.port import Database
from storage.repositories.talks import TalkRow, Talks

AT_HAND = 1024  # talks whose last row, sealed as it is, need not be read again


class Envelope(msgspec.Struct):
    """What a row seals: a talk and the address it goes back to, for a reminder must
    find the chat, and a pseudonym leads nowhere. Persisted names, never changed.
    """

    channel: str
    key: str
    lasting: bool
    talk: StoredTalk

    @property
    def sender(self) -> Address:
        return Address(self.channel, self.key)


TALKS = SealedColumn("talks", "sealed", Envelope)


class StoredTalks:
    """The open talk of each chat; `who` is the chat's pseudonym."""

    def __init__(self, database: Database, sealer: Sealer, settings: Settings) -> None:
        self._rows = Talks(database)
        self._sealer = sealer
        self._settings = settings
        self._at_hand: dict[bytes, TalkRow] = {}

    # ── reading ───────────────────────────────────────────────────────────────────────

    async def take(self, who: bytes) -> TalkRow | None:
        """The row at hand, else the stored one. Were the first outdated, saving would
        find it stale, and the next try reads the second.
        """
        return self._at_hand.pop(who, None) or await self.load(who)

    async def load(self, who: bytes) -> TalkRow | None:
        return await self._rows.load(who)

    def envelope(self, row: TalkRow) -> Envelope:
        """Raises: Unsealable."""
        return TALKS.open(self._sealer, row.pseudonym, row.sealed)

    def talk(self, row: TalkRow) -> Talk:
        """Raises: Unsealable."""
        return DIALOGS.load(self.envelope(row).talk)

    @staticmethod
    def begin(lang: str) -> Talk:
        """A new talk, with the ids and the key that its report will have."""
        return DIALOGS.begin(
            report=secrets.token_hex(16),
            key=secrets.token_hex(32),
            stream=secrets.token_hex(16),
            tag=secrets.token_hex(3),
            lang=lang,
        )

    @classmethod
    def begin_with(cls, later: str, lang: str) -> Talk:
        """A new talk that holds the words of another matter, not yet taken up; later: a
        line for each.
        """
        talk = cls.begin(lang)
        first, _, rest = later.partition("\n")
        talk.aside = Aside(first)
        talk.later = rest
        return talk

    # ── writing ───────────────────────────────────────────────────────────────────────

    def row(
        self,
        talk: Talk,
        *,
        who: bytes,
        version: int,
        sender: Address,
        lasting: bool,
        at: datetime,
    ) -> TalkRow:
        """The talk as it stands at `at`, sealed for its place, with the hour at which
        housekeeping must look.
        """
        talk.expires = self.expires(talk, at)
        envelope = Envelope(sender.channel, sender.key, lasting, DIALOGS.store(talk))
        sealed = TALKS.seal(self._sealer, who, envelope)
        return TalkRow(who, version, self._due(talk, at), sealed)

    def expires(self, talk: Talk, at: datetime) -> int:
        """Counted from a draft's first word: nothing unsent is kept for longer than
        promised. A whole hour, seconds since 1970 UTC.
        """
        draft_hours = timedelta(hours=self._settings.draft_hours)
        return talk.expires or whole_hour(at + draft_hours)

    def _due(self, talk: Talk, at: datetime) -> int:
        if talk.reminded:
            return talk.expires
        silence = timedelta(hours=self._settings.remind_after_hours)
        remind = self._settings.quiet_hours.next_open(at + silence)
        return min(whole_hour(remind), talk.expires)

    # ── at hand ───────────────────────────────────────────────────────────────────────

    def keep(self, row: TalkRow) -> None:
        """The next turn need not read what this one wrote."""
        self._at_hand[row.pseudonym] = row
        if len(self._at_hand) > AT_HAND:
            del self._at_hand[next(iter(self._at_hand))]

    def let_go(self, who: bytes) -> None:
        self._at_hand.pop(who, None)

    @property
    def at_hand(self) -> tuple[TalkRow, ...]:
        return tuple(self._at_hand.values())


class DueDrafts:
    """Rings each talk whose time has come; what it then does is the dialog's."""

    def __init__(
        self,
        database: Database,
        ring: Callable[[TalkRow, datetime], Awaitable[None]],
    ) -> None:
        self._talks = Talks(database)
        self._ring = ring

    async def run(self, now: datetime) -> None:
        """Raises: StorageError; what was not rung by then is due the next time."""
        for row in await self._talks.due(seconds(now)):
            await self._ring(row, now)
