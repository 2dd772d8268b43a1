"""The platform's pace, kept by us: a chat that must wait holds up nobody else.

Source: Bots FAQ, "My bot is hitting limits": about one message a second in a chat
(short bursts may pass), 20 a minute in a group, 30 a second overall. Edits count like
messages; deletions, answers to presses do not.

We cannot know when a call arrives: a busy machine or network holds calls back, then
lets them go together. But it is between its start and its end. So each call takes one
of `AT_ONCE` slots from its start until a second after its end: whatever happens on the
way, no more than that many arrive in any second.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

EACH = 1.02  # seconds between two messages of one chat
BURST = 2  # of a chat that was quiet
GROUP, MINUTE = 19, 61.0  # messages of a group in so many seconds
ALL = 1 / 28  # seconds between two messages at all
TOGETHER = 2  # of them at once
AT_ONCE, SECOND = 30, 1.0  # messages in so many seconds, at the platform
MOST = 10_000  # chats remembered


class Pace:
    """Whose turn it is. `speed` divides every time, for tests against a
    server as fast.
    """

    def __init__(
        self,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speed, self._clock, self._sleep = speed, clock, sleep
        self._chats: dict[int, float] = {}  # when the chat's bucket is full again
        self._groups: dict[int, deque[float]] = {}
        self._held: dict[int, float] = {}  # told to wait until
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._next = asyncio.Lock()
        self._all = 0.0  # when the bucket of all chats is full again
        self._slots: asyncio.Queue[float] = (
            asyncio.Queue()
        )  # from when on each may be used
        for _ in range(AT_ONCE):
            self._slots.put_nowait(0.0)

    @asynccontextmanager
    async def turn(self, chat: int) -> AsyncIterator[None]:
        """One message to this chat, when it may go; within it nothing else
        goes there.
        """
        async with self.alone(chat), self.further(chat):
            yield

    @asynccontextmanager
    async def further(self, chat: int) -> AsyncIterator[None]:
        """One message more to a chat with which one is `alone`."""
        await self._wait(self._of_chat(chat))
        async with (
            self._next
        ):  # a queue by itself would let newcomers in before those who wait
            free = await self._slots.get()
            try:
                await self._wait(
                    max(free, self._all - (TOGETHER - 1) * ALL / self._speed)
                )
            except BaseException:
                self._slots.put_nowait(free)
                raise
            self._all = max(self._all, self._clock()) + ALL / self._speed
        try:
            yield
        finally:
            self._slots.put_nowait(self._clock() + SECOND / self._speed)

    @asynccontextmanager
    async def alone(self, chat: int) -> AsyncIterator[None]:
        """One call of a chat at a time, none while the platform asks for patience."""
        lock = self._locks.get(chat)
        if lock is None:
            lock = self._locks[chat] = asyncio.Lock()
        async with lock:
            while (until := self._held.get(chat, 0.0)) > self._clock():
                await self._wait(until)
            yield

    def hold(self, chat: int, seconds: float) -> None:
        """The platform said so: nothing to this chat until then."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._clock() + seconds)

    def heard(self, group: int) -> None:
        """A process before us may have used up this group's minute just now: we cannot
        know.
        """
        self._groups[group] = deque([self._clock()] * GROUP, maxlen=GROUP)

    async def _wait(self, until: float) -> None:
        while (left := until - self._clock()) > 0:
            await self._sleep(left)

    def _of_chat(self, chat: int) -> float:
        """Take one from the chat's bucket. Returns: when it may go."""
        now, each = self._clock(), EACH / self._speed
        if len(self._chats) > MOST:
            self._chats = {
                known: full for known, full in self._chats.items() if full > now
            }
            self._held = {
                known: until for known, until in self._held.items() if until > now
            }
        start = max(now, self._held.get(chat, 0.0))
        if chat < 0:
            start = max(start, self._of_group(chat))
        full = max(self._chats.get(chat, 0.0), start)
        self._chats[chat] = full + each
        at = max(start, full - (BURST - 1) * each)
        if chat < 0:
            self._groups[chat].append(at)
        return at

    def _of_group(self, chat: int) -> float:
        times = self._groups.setdefault(chat, deque(maxlen=GROUP))
        return times[0] + MINUTE / self._speed if len(times) == GROUP else 0.0
