"""Updates of one chat in order, of different chats side by side."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Update = TypeVar("Update")


@dataclass(slots=True, order=True)
class Waiting(Generic[Update]):
    """An update on its way; `done` is set once its turn is over."""

    number: int
    update: Update = field(compare=False)
    done: asyncio.Future[None] = field(compare=False)


class Lane(Generic[Update]):
    """What waits in one chat, by number: the platform may hand updates over in any
    order.
    """

    def __init__(self) -> None:
        self._waiting: list[Waiting[Update]] = []
        self._more = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, waiting: Waiting[Update]) -> None:
        insort(self._waiting, waiting)
        self._more.set()

    def take(
        self, fits: Callable[[Update], bool] = lambda update: True
    ) -> Waiting[Update] | None:
        """The next one, if it fits."""
        if self._waiting and fits(self._waiting[0].update):
            return self._waiting.pop(0)
        return None

    async def more(self, seconds: float) -> None:
        """Until something is put, but not longer than that."""
        self._more.clear()
        try:
            await asyncio.wait_for(self._more.wait(), seconds)
        except TimeoutError:
            return


Work = Callable[[Lane[Update], Waiting[Update]], Awaitable[None]]


class Lanes(Generic[Update]):
    """One lane per chat, each worked off by a task of its own while anything
    is in it.
    """

    def __init__(self, work: Work[Update]) -> None:
        self._work = work
        self._lanes: dict[str, Lane[Update]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, name: str, waiting: Waiting[Update]) -> None:
        lane = self._lanes.get(name)
        if lane is not None:
            lane.put(waiting)
            return
        lane = self._lanes[name] = Lane()
        lane.put(waiting)
        self._tasks[name] = asyncio.create_task(self._serve(name, lane))

    async def _serve(self, name: str, lane: Lane[Update]) -> None:
        try:
            while (waiting := lane.take()) is not None:
                await self._work(lane, waiting)
                if not waiting.done.done():
                    waiting.done.set_result(None)
        finally:
            del self._lanes[name], self._tasks[name]

    async def close(self) -> None:
        """Stop at once; what was not committed comes again."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
