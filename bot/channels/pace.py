"""A platform's pace, kept by us: a chat that must wait holds up nobody else.

We cannot know when a call arrives: a busy machine or network holds calls back, then
lets them go together. But it is between its start and its end. So each call takes one
of `at_once` slots from its start until `span` seconds after its end: whatever happens
on the way, no more than that many arrive in any such span.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

CHATS_REMEMBERED = 10_000  # chats remembered
LOOK_AGAIN = 1.0  # seconds: what waits for room may be wanted sooner by then


def nothing_kept() -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceLimits:
    """What a platform allows; times in seconds.

    each: between two messages of one chat; burst: of a chat that was quiet. group: of
    one group within `group_span`. all: between two messages at all; together: of them
    at once. at_once: at the platform within `span`. is_group: of a chat's number.
    """

    each: float
    burst: int
    group: int
    group_span: float
    all: float
    together: int
    at_once: int
    span: float
    is_group: Callable[[int], bool]

    def faster(self, speed: float) -> PaceLimits:
        """Every time divided, for tests against a platform as fast."""
        return PaceLimits(
            each=self.each / speed,
            burst=self.burst,
            group=self.group,
            group_span=self.group_span / speed,
            all=self.all / speed,
            together=self.together,
            at_once=self.at_once,
            span=self.span / speed,
            is_group=self.is_group,
        )


class Pace:
    """Whose turn it is."""

    def __init__(
        self,
        limits: PaceLimits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._chats: dict[int, float] = {}  # when the chat's bucket is full again
        self._groups: dict[int, deque[float]] = {}
        # called before each message to a group, should another process come after us
        self.noting: Callable[[int], Awaitable[None]] | None = None
        self._held: dict[int, float] = {}  # told to wait until
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._next = asyncio.Lock()
        self._all = 0.0  # when the bucket of all chats is full again
        # from when on each slot may be used
        self._slots: asyncio.Queue[float] = asyncio.Queue()
        for _ in range(limits.at_once):
            self._slots.put_nowait(0.0)

    @asynccontextmanager
    async def turn(
        self, chat: int, kept: Callable[[], int] = nothing_kept
    ) -> AsyncIterator[None]:
        """One message to this chat, when it may go; within it nothing else
        goes there.

        kept: how many of a group's messages are left for what is more urgent than this
        one; asked again while it waits.
        """
        await self._room(chat, kept)
        async with self.alone(chat), self.further(chat):
            yield

    async def _room(self, chat: int, kept: Callable[[], int]) -> None:
        """Wait until a group has room beside what is kept for others. Who waits here
        holds up nobody.
        """
        if not self._limits.is_group(chat):
            return
        while (left := self._free_at(chat, kept()) - self._clock()) > 0:
            await self._sleep(min(left, LOOK_AGAIN))

    def _free_at(self, group: int, kept: int) -> float:
        """When no more messages count than leave so many free."""
        times = self._groups.get(group, deque())
        most = max(self._limits.group - kept, 1)
        if len(times) < most:
            return 0.0
        return times[-most] + self._limits.group_span

    @asynccontextmanager
    async def further(self, chat: int) -> AsyncIterator[None]:
        """One message more to a chat with which one is `alone`."""
        await self._wait(self._of_chat(chat))
        if self.noting is not None and self._limits.is_group(chat):
            await self.noting(chat)
        # a queue by itself would let newcomers in before those who wait
        async with self._next:
            free = await self._slots.get()
            try:
                together = (self._limits.together - 1) * self._limits.all
                await self._wait(max(free, self._all - together))
            except BaseException:
                self._slots.put_nowait(free)
                raise
            self._all = max(self._all, self._clock()) + self._limits.all
        try:
            yield
        finally:
            self._slots.put_nowait(self._clock() + self._limits.span)

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

    @property
    def is_busy(self) -> bool:
        """Whether messages of all chats wait for each other: then what can wait,
        should.
        """
        return self._next.locked() or self._all > self._clock()

    def hold(self, chat: int, seconds: float) -> None:
        """The platform said so: nothing to this chat until then."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._clock() + seconds)

    @property
    def group_share(self) -> int:
        """Messages that a group takes within its span."""
        return self._limits.group

    def heard(self, group: int, ages: Sequence[float] | None = None) -> None:
        """What a process before us said to this group. ages: seconds since each
        message; None where that is not known: it may have used up the span just now.
        """
        most = self._limits.group
        known = [0.0] * most if ages is None else sorted(ages, reverse=True)
        times = [self._clock() - age for age in known]
        self._groups[group] = deque(times, maxlen=most)

    async def _wait(self, until: float) -> None:
        while (left := until - self._clock()) > 0:
            await self._sleep(left)

    def _of_chat(self, chat: int) -> float:
        """Take one from the chat's bucket. Returns: when it may go."""
        now = self._clock()
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats = _later(self._chats, now)
            self._held = _later(self._held, now)
        is_group = self._limits.is_group(chat)
        start = max(now, self._held.get(chat, 0.0))
        if is_group:
            start = max(start, self._of_group(chat))
        full = max(self._chats.get(chat, 0.0), start)
        self._chats[chat] = full + self._limits.each
        at = max(start, full - (self._limits.burst - 1) * self._limits.each)
        if is_group:
            self._groups[chat].append(at)
        return at

    def _of_group(self, chat: int) -> float:
        """When the oldest message that still counts will count no more."""
        most = self._limits.group
        times = self._groups.setdefault(chat, deque(maxlen=most))
        return times[0] + self._limits.group_span if len(times) == most else 0.0


def _later(times: dict[int, float], now: float) -> dict[int, float]:
    return {chat: at for chat, at in times.items() if at > now}
