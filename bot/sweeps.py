"""Rows whose time is over, whatever happens: one list for the bell and for
`jianfu retention`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.hours import DAY, seconds
from storage.port import Database, Write
from storage.repositories.holds import Holds
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media
from storage.repositories.staff import StaffList

REDELIVERY = timedelta(days=3)  # platforms repeat an update for at most two

# Given the time in seconds since 1970 UTC, hands out what deletes rows that are over.
Sweep = Callable[[int], Sequence[Write]]


def marks_before(now: int) -> int:
    """The day, counted from 1970, before which inbox marks are of no use any more."""
    return (now - int(REDELIVERY.total_seconds())) // DAY


def _inbox_marks(now: int) -> Sequence[Write]:
    return [Inbox.sweep(marks_before(now))]


def _draft_pictures(now: int) -> Sequence[Write]:
    return [Media.sweep(now)]


def _staff_codes(now: int) -> Sequence[Write]:
    return StaffList.sweep(now)


def _dropped_holds(now: int) -> Sequence[Write]:
    return [Holds.sweep(now)]


# What every deployment has. Messengers bring their own rows' sweeps beside these.
EVERYWHERE: tuple[Sweep, ...] = (
    _inbox_marks,
    _draft_pictures,
    _staff_codes,
    _dropped_holds,
)


class Sweeps:
    """All sweeps there are, in one commit."""

    def __init__(self, database: Database, sweeps: Sequence[Sweep]) -> None:
        self._database = database
        self._sweeps = sweeps

    def writes(self, now: datetime) -> list[Write]:
        moment = seconds(now)
        return [write for sweep in self._sweeps for write in sweep(moment)]

    async def run(self, now: datetime) -> None:
        """Delete, and leave nothing of it in the file. Raises: StorageError."""
        await self._database.commit(self.writes(now))
        await self._database.tidy()
