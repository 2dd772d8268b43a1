"""Updates on their way in: none is lost, each chat's keep their order, a slow one holds
up no other chat.

An update is confirmed to its platform only after what it changed is committed. One that
takes long is kept in our own database and confirmed then. For platforms that number
their updates, and hand them over by fetching or by webhook.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from bot.channels.background import Background
from bot.channels.lanes import Lanes, Update, Waiting, Work
from storage.port import StorageError

log = logging.getLogger(__name__)
HOLD_AFTER = 0.5  # seconds a turn may take before the update is kept by ourselves
# seconds an update by webhook waits for one before it that has not come
OVERTAKEN = 0.3
UPDATES_REMEMBERED = 20_000  # updates remembered to be taken in already

Numbered = TypeVar("Numbered", contravariant=True)


class HeldUpdates(Protocol[Update]):
    """Updates that their platform was told we have, before their turn was over."""

    async def keep(self, update: Update) -> None:
        """Raises: StorageError."""

    async def release(self, update: Update) -> None:
        """Its turn is over. Raises: StorageError."""

    async def all(self) -> Sequence[Update]:
        """What the last process kept. Raises: StorageError."""


class UpdateShape(Protocol[Numbered]):
    """What must be known of an update, whatever it says."""

    def number(self, update: Numbered) -> int:
        """Rises by one from update to update."""

    def lane(self, update: Numbered) -> str:
        """Those of one lane are worked off in order."""

    def is_followed(self, update: Numbered) -> bool:
        """Whether others belong to it that come only after it is confirmed."""


class Arrivals(Generic[Update]):
    """Takes updates in, whoever brings them."""

    def __init__(
        self,
        shape: UpdateShape[Update],
        held: HeldUpdates[Update],
        work: Work[Update],
        arrived: Callable[[Update], None],
    ) -> None:
        """work: one turn, until it is over. arrived: called at once with each update
        that is new, so that a press can be acknowledged.
        """
        self._shape = shape
        self._held = held
        self._arrived = arrived
        self._lanes = Lanes(work)
        self._background = Background()
        self._taken: dict[int, asyncio.Future[None]] = {}
        self._open: dict[int, Update] = {}  # neither done nor kept
        self._order: deque[int] = deque()
        self._came = asyncio.Event()
        self._early: dict[int, Update] = {}  # kept, waiting for those before them

    def take(self, update: Update) -> asyncio.Future[None]:
        """Put it into its lane. The future is done once its turn is committed, or it
        was kept.
        """
        number = self._shape.number(update)
        known = self._taken.get(number)
        if known is not None:
            return known
        lane = self._shape.lane(update)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._remember(number, update, done)
        self._lanes.put(lane, Waiting(number, update, done))
        self._arrived(update)
        return done

    async def settle(self, update: Update) -> None:
        """Until the update may be confirmed. Raises: StorageError, if it can be neither
        done nor kept now.

        Source for the order: Bot API, Update: numbers "increase sequentially", to be
        used with webhooks "to restore the correct update sequence". The platform may
        hand an earlier one over only when this one is confirmed: so this one is kept,
        and waits for the other here.
        """
        number = self._shape.number(update)
        if number - 1 not in self._taken and number not in self._taken:
            await self._held.keep(update)
            self._early[number] = update
            self._background.soon(self._in_order(number))
            return
        done = self.take(update)
        if not self._shape.is_followed(update):
            await asyncio.wait({done}, timeout=HOLD_AFTER)
        if not done.done():
            await self.hold(update)

    async def _in_order(self, number: int) -> None:
        """After the one before it, if that comes soon; and after all others that wait
        so.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._before(number), OVERTAKEN)
        for early in sorted(one for one in self._early if one <= number):
            self._take_kept(self._early.pop(early))

    async def _before(self, number: int) -> None:
        while number - 1 not in self._taken:
            self._came.clear()
            await self._came.wait()

    async def hold(self, update: Update) -> None:
        """Keep it until its turn is over; from now on it may be confirmed. Raises:
        StorageError.
        """
        await self._held.keep(update)
        self._take_kept(update)

    def _take_kept(self, update: Update) -> None:
        """It is ours already; its row goes when its turn is over."""
        done = self.take(update)
        self._open.pop(self._shape.number(update), None)
        done.add_done_callback(lambda _: self._background.soon(self._release(update)))

    async def take_up_held(self) -> None:
        """What was kept when the last process ended. Raises: StorageError."""
        for update in await self._held.all():
            self._take_kept(update)

    async def _release(self, update: Update) -> None:
        try:
            await self._held.release(update)
        except StorageError as error:
            # it is taken in again at the next start, and known by its mark
            log.warning("a kept update stays: %s", type(error).__name__)

    async def clear(self) -> None:
        """Wait for what is open, but not long; what takes too long is kept. Raises:
        StorageError.
        """
        if self._open:
            turns = [self._taken[number] for number in self._open]
            await asyncio.wait(turns, timeout=HOLD_AFTER)
        for update in list(self._open.values()):
            await self.hold(update)

    def _remember(
        self, number: int, update: Update, done: asyncio.Future[None]
    ) -> None:
        self._taken[number] = done
        self._came.set()
        self._open[number] = update
        done.add_done_callback(lambda _: self._open.pop(number, None))
        self._order.append(number)
        while (
            len(self._order) > UPDATES_REMEMBERED and self._taken[self._order[0]].done()
        ):
            del self._taken[self._order.popleft()]

    async def close(self) -> None:
        """What is not done comes again, from the platform or from what was kept."""
        await self._lanes.close()
        await self._background.close()
