"""What we said to the staff's group within the last minute, for the process after us:
so it need not be silent for that minute.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.channels.pace import Pace
from bot.hours import seconds
from storage.port import Database, StorageError
from storage.repositories.telegram import TelegramState

log = logging.getLogger(__name__)
NOTE = "group_said_{}"  # one row for each message that may count, written in turn
ROUNDED = 1  # seconds: a time is kept as a whole number of them


class GroupSaid:
    """Only when, never what, nor where in it."""

    def __init__(
        self, database: Database, pace: Pace, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._pace = pace
        self._now = now
        self._state = TelegramState(database)
        self._next = 0

    async def take_up(self, group: int) -> bool:
        """Let what was said before count; from now on it is noted. False: nothing was
        ever noted here. Raises: StorageError.
        """
        share = self._pace.group_share
        noted = [await self._state.at(NOTE.format(at)) for at in range(share)]
        known = [at for at in noted if at is not None]
        now = seconds(self._now())
        ages = [float(max(now - at - ROUNDED, 0)) for at in known]
        if known:
            self._pace.heard(group, ages)
            self._next = noted.index(min(known)) if len(known) == share else len(known)
        self._pace.noting = self._noted
        return bool(known)

    async def _noted(self, group: int) -> None:
        """Before the message goes: a crash on the way makes no message uncounted."""
        name = NOTE.format(self._next)
        self._next = (self._next + 1) % self._pace.group_share
        write = TelegramState.note(name, seconds(self._now()))
        try:
            await self._database.commit([write])
        except StorageError as error:
            log.warning("telegram: %s", type(error).__name__)
