"""Who guesses secrets waits: longer each time, alone, and until tomorrow at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

FREE_GUESSES = 2  # wrong ones before each further one has to wait
LONGEST_GUESS_WAIT = 30.0  # seconds


class GuessThrottle:
    """How often somebody guessed wrong today, in memory alone. who: a keyed digest."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._day = now().date()
        self._wrong: dict[bytes, int] = {}

    async def wait(self, who: bytes) -> None:
        """Before the look-up, so that right and wrong answers take equally long."""
        if self._now().date() != self._day:
            self._wrong = {}
            self._day = self._now().date()
        wrong = self._wrong.get(who, 0)
        if wrong > FREE_GUESSES:
            await asyncio.sleep(min(2.0 ** (wrong - FREE_GUESSES), LONGEST_GUESS_WAIT))
        else:
            await asyncio.sleep(0)

    def wrong(self, who: bytes) -> None:
        self._wrong[who] = self._wrong.get(who, 0) + 1
