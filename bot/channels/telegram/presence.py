"""Whether Telegram reaches us, and since when it did not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.hours import seconds
from storage.port import Database, StorageError
from storage.repositories.telegram import TelegramState

log = logging.getLogger(__name__)
SILENT = 150  # seconds after which Telegram has forgotten presses
BEAT = 60  # seconds between two notes that we are alive
CATCH_UP = 3.0  # seconds for what waited, before steps are shown again
NOTE = "alive"


class Presence:
    """Notes now and then that Telegram reaches us, for this process and the next."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        after_silence: Callable[[int], None],
    ) -> None:
        """after_silence: called some seconds after a long silence has ended, with when
        it began, in seconds since 1970 UTC.
        """
        self._database = database
        self._now = now
        self._after_silence = after_silence
        self._state = TelegramState(database)
        self._reached_at: int | None = None
        self._noted_at = 0

    async def noted(self) -> int | None:
        """When this or an earlier process last noted it; None for never. Raises:
        StorageError.
        """
        return await self._state.at(NOTE)

    async def reached(self) -> None:
        """Telegram reaches us now."""
        now = seconds(self._now())
        last = self._reached_at
        try:
            if last is None:
                last = await self.noted()
            if now - self._noted_at >= BEAT:
                await self._database.commit([TelegramState.note(NOTE, now)])
                self._noted_at = now
        except StorageError as error:
            log.warning("telegram: %s", type(error).__name__)
            return
        self._reached_at = now
        if last is not None and now - last > SILENT:
            loop = asyncio.get_running_loop()
            loop.call_later(CATCH_UP, self._after_silence, last)
