"""Talks that are due: their writers are reminded once, and in time let go of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.hours import seconds
from storage.port import Database
from storage.repositories.talks import TalkRow, Talks


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
