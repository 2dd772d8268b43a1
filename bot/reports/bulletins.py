"""Which digest or report is due: each morning, each Monday, each first of a month, each
exactly once.

After downtime only the latest of a kind is made; its row in `periods` guards it, also
between two processes.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from bot.address import Address
from bot.hours import outside_quiet
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.settings import Settings
from dialogs.words import Message
from storage.port import Database, Stale, Write
from storage.repositories.periods import Periods

log = logging.getLogger(__name__)
Name = Literal["day", "week", "month"]
NAMES: tuple[Name, ...] = ("day", "week", "month")
MORNING = time(8, 30)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """What one report tells of: the local days from `first` up to, not including,
    `after`.

    label: of a week 2026-W47, of a month 2026-10, of a digest the morning it is for:
    2026-11-23.
    """

    name: Name
    label: str
    first: date
    after: date
    zone: tzinfo

    @property
    def span(self) -> tuple[int, int]:
        """[first, after) in seconds since 1970 UTC."""
        return midnight(self.first, self.zone), midnight(self.after, self.zone)


def midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def period(name: Name, day: date, zone: tzinfo) -> Period:
    """The one that `day` lies in; of digests the one made that morning, about the day
    before.
    """
    if name == "day":
        return Period(name, day.isoformat(), day - DAY, day, zone)
    if name == "week":
        first = day - day.weekday() * DAY
        year, week, _ = first.isocalendar()
        return Period(name, f"{year}-W{week:02}", first, first + 7 * DAY, zone)
    first = day.replace(day=1)
    return Period(
        name, f"{first:%Y-%m}", first, (first + 31 * DAY).replace(day=1), zone
    )


def latest(name: Name, now: datetime, zone: tzinfo) -> Period:
    """The newest that is due: its days are over, and so is the half past eight that
    follows them.
    """
    local = now.astimezone(zone)
    morning = local.date() if local.time() >= MORNING else local.date() - DAY
    if name == "day":
        return period(name, morning, zone)
    return period(name, period(name, morning, zone).first - DAY, zone)


class Bulletins:
    """Makes what is due and puts it into the outbox, to where staff are reached."""

    def __init__(
        self,
        database: Database,
        post: OutboxMessages,
        make: Callable[[Period], Awaitable[Message]],
        to: Address,
        settings: Settings,
        hand: Callable[[Sequence[OutboxMessage]], None],
    ) -> None:
        """make: writes the report of a period; hand: takes letters that are
        committed.
        """
        self._database, self._post, self._make, self._to = database, post, make, to
        self._settings, self._zone, self._hand = (
            settings,
            ZoneInfo(settings.timezone),
            hand,
        )
        self._periods = Periods(database)

    async def run(self, now: datetime) -> list[Period]:
        """Hands out what is due and was not yet; returns which. Nothing in quiet hours:
        nobody reads it then.

        The first run ever only notes where it starts. Raises: StorageError.
        """
        stream, made = secrets.token_bytes(16), []
        for name in NAMES:
            one, last = latest(name, now, self._zone), await self._periods.last(name)
            if last is None:
                await self._commit([Periods.made(name, one.label)])
            elif last < one.label and outside_quiet(now, self._settings) == now:
                letter = OutboxMessages.letter(self._to, await self._make(one), stream)
                if await self._commit(
                    [Periods.made(name, one.label), self._post.put(letter)]
                ):
                    self._hand([letter])
                    made.append(one)
        return made

    async def _commit(self, writes: Sequence[Write]) -> bool:
        """False where another process was faster: it is made, once."""
        try:
            await self._database.commit(writes)
        except Stale:
            return False
        return True
