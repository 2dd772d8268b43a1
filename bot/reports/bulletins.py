"""Which digest or report is due: each morning, each Monday, each first of a month, each
exactly once.

After downtime only the latest of a kind is made; its row in `periods` guards it, also
between two processes.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.address import Address
from bot.hours import seconds
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.settings import Settings
from dialogs.words import Message
from scheduler.periods import NAMES, Name, Period, latest
from storage.port import Database, Stale, Write
from storage.repositories.periods import Periods


class Bulletins:
    """Makes what is due and puts it into the outbox, to where staff are reached."""

    def __init__(
        self,
        database: Database,
        *,
        post: OutboxMessages,
        make: Callable[[Period], Awaitable[Message]],
        to: Address,
        settings: Settings,
        hand: Callable[[Sequence[OutboxMessage]], None],
    ) -> None:
        """make: writes the report of a period; hand: takes letters that are
        committed.
        """
        self._database = database
        self._post = post
        self._make = make
        self._to = to
        self._quiet = settings.quiet_hours
        self._zone = ZoneInfo(settings.timezone)
        self._hand = hand
        self._periods = Periods(database)

    async def run(self, now: datetime) -> list[Period]:
        """Hands out what is due and was not yet; returns which. Nothing in quiet hours:
        nobody reads it then.

        The first run ever only notes where it starts. Raises: StorageError.
        """
        stream = secrets.token_bytes(16)
        made = []
        for name in NAMES:
            period = await self._due(name, now)
            if period is not None and await self._hand_out(period, stream, now):
                made.append(period)
        return made

    async def _due(self, name: Name, now: datetime) -> Period | None:
        """The newest of this name, unless it was made or must wait."""
        newest = latest(name, now, self._zone)
        last_made = await self._periods.last(name)
        if last_made is None:
            await self._commit([Periods.made(name, newest.label)])
            return None
        is_new = last_made < newest.label
        return newest if is_new and not self._quiet.hold(now) else None

    async def _hand_out(self, period: Period, stream: bytes, now: datetime) -> bool:
        """False where another process was faster."""
        made = OutboxMessages.letter(self._to, await self._make(period), stream)
        letter = replace(made, by_day=True)
        noted = Periods.made(period.name, period.label)
        if not await self._commit([noted, self._post.put(letter, seconds(now))]):
            return False
        self._hand([letter])
        return True

    async def _commit(self, writes: Sequence[Write]) -> bool:
        """False where another process was faster: it is made, once."""
        try:
            await self._database.commit(writes)
        except Stale:
            return False
        return True
