"""Sends what the outbox holds: each chat in order, at its own pace, so that a slow one
stops nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from anonymizer.seal import Unsealable
from bot.address import Address
from bot.channels.port import Channel, Gone, NotHere, Refused, TryLater
from bot.channels.render import render
from bot.hours import seconds
from bot.logs import incident
from bot.outbox.messages import OutboxMessage, OutboxMessages
from dialogs.case.pushes import together
from scheduler.bell import Job, every
from storage.port import Database, Refusing, StorageError, Write
from storage.repositories.outbox import Outbox, OutboxRow

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds: what other processes posted, and what has fallen due
# seconds until a message is tried again when storage or we ourselves failed
AFTER_TROUBLE = 5.0

# Of a stream and its chat: what to write when the chat is gone.
WhenGone = Callable[[bytes, Address], Awaitable[Sequence[Write]]]
# Of a stream and when its push was ordered (seconds since 1970 UTC): what to write when
# the messenger refused it.
WhenRefused = Callable[[bytes, int], Awaitable[Sequence[Write]]]


class Sender:
    """Messages come by `post` right after their commit, or are found in the outbox;
    each is sent once. Only the process that holds the lease rings `looking`.
    """

    def __init__(
        self,
        database: Database,
        post: OutboxMessages,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        *,
        gone: WhenGone,
        refused: WhenRefused,
        quiet: Callable[[datetime], bool] = lambda at: False,
    ) -> None:
        """quiet: when nothing may be pushed, asked before each try: what was due before
        and kept us waiting waits on.
        """
        self._database = database
        self._post = post
        self._channels = channels
        self._now = now
        self._gone = gone
        self._refused = refused
        self._quiet = quiet
        self._outbox = Outbox(database)
        self._when_delivered: dict[str, Callable[[Address], None]] = {}
        self._queues: dict[Address, deque[OutboxMessage]] = {}
        # in a queue, being sent, or sent since the last look began
        self._taken: set[bytes] = set()
        self._sent: set[bytes] = set()
        self._tasks: dict[Address, asyncio.Task[None]] = {}
        # delivered, but not noted yet: what the channel wants to be written with it
        self._unnoted: dict[bytes, Sequence[Write]] = {}
        self._failure: Exception | None = None
        self._failed = asyncio.Event()

    def post(self, letters: Sequence[OutboxMessage]) -> None:
        """Send these soon; their outbox rows are committed and due."""
        for letter in letters:
            if letter.id in self._taken or letter.to.channel not in self._channels:
                continue
            self._taken.add(letter.id)
            queue = self._queues.get(letter.to)
            if queue is None:
                queue = self._queues[letter.to] = deque()
                self._tasks[letter.to] = asyncio.create_task(
                    self._serve(letter.to, queue)
                )
            queue.append(letter)

    def when_delivered(self, channel: str, call: Callable[[Address], None]) -> None:
        """Call this whenever a message went out by this channel, once that is
        committed.
        """
        self._when_delivered[channel] = call

    def looking(self) -> Job:
        """Looks into the outbox again and again; never two looks at once."""
        trigger = every(seconds=LOOK_EVERY)
        return Job(name="outbox", trigger=trigger, run=self._look_or_fail)

    async def _look_or_fail(self, at: datetime) -> None:
        try:
            await self.look()
        except StorageError:
            raise
        except Exception as error:
            self._failure = error
            self._failed.set()
            raise

    async def failed(self) -> None:
        """Wait until a look fails by a mistake of ours: then nothing would be sent any
        more, and whoever serves must not go on as if it were. Raises: that mistake.
        """
        await self._failed.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Send nothing more; what was not sent stays in the outbox."""
        for task in self._tasks.values():
            task.cancel()

    async def look(self) -> None:
        """Take up everything that is due and not yet on its way."""
        # rows read from here on are read after those were deleted
        self._taken -= self._sent
        self._sent.clear()
        now = self._now()
        # a direct answer has no time of its own
        due = 0 if self._quiet(now) else seconds(now)
        after = (b"", 0)
        while rows := await self._outbox.due(list(self._channels), due, after=after):
            new = [row for row in rows if row.id not in self._taken]
            self.post([letter for row in new for letter in self._open(row)])
            after = (rows[-1].stream, rows[-1].seq)

    def _open(self, row: OutboxRow) -> list[OutboxMessage]:
        """The message; none where it does not open: the row stays for the day its key
        comes back.
        """
        try:
            return [self._post.open(row)]
        except Unsealable:
            log.error(
                "a message for %s does not open: is the keyring complete?", row.channel
            )
            self._taken.add(row.id)
            return []

    async def idle(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def settle(self, to: Address, seconds: float) -> None:
        """Wait until nothing is on its way to this chat any more, but not for longer
        than that.
        """
        if task := self._tasks.get(to):
            await asyncio.wait({task}, timeout=seconds)

    async def _serve(self, to: Address, queue: deque[OutboxMessage]) -> None:
        while queue:
            letter = _next_of(queue)
            if await self._sent_by_day(letter):
                self._sent.update(letter.rows)
            else:
                self._taken.difference_update(letter.rows)
        del self._queues[to], self._tasks[to]

    async def _sent_by_day(self, letter: OutboxMessage) -> bool:
        """Try until it is done with. False: night has fallen meanwhile, and it stays in
        the outbox for the morning's look.
        """
        while not (letter.by_day and self._quiet(self._now())):
            wait = await self._send(letter)
            if not wait:
                return True
            await asyncio.sleep(wait)
        return False

    async def _send(self, letter: OutboxMessage) -> float:
        """Seconds to wait before the same message is tried again; 0 when it is done
        with.
        """
        channel = self._channels[letter.to.channel]
        try:
            rows = await self._deliver(channel, letter)
            ended = [Outbox.done(row) for row in letter.rows]
            await self._database.commit([*rows, *ended])
            self._unnoted.pop(letter.id, None)
        except TryLater as later:
            return max(later.wait, 0.1)
        except NotHere:
            return 0
        except Refusing as error:
            log.warning("outbox: %s", type(error).__name__)
            return AFTER_TROUBLE
        except StorageError as error:
            self._unnoted.pop(letter.id, None)  # what it wants to be written is no more
            log.warning("outbox: %s", type(error).__name__)
            return AFTER_TROUBLE
        # one chat's trouble is not another's; content-free by the type alone
        except Exception as error:
            incident(log, error, f"sending {letter.message.name}")
            return AFTER_TROUBLE
        delivered = self._when_delivered.get(channel.name)
        if delivered is not None:
            delivered(letter.to)
        return 0

    async def _deliver(
        self, channel: Channel, letter: OutboxMessage
    ) -> Sequence[Write]:
        """What is to be written now. What could not be noted is not delivered again: a
        full disk sends nobody the same words every few seconds.
        """
        if letter.id in self._unnoted:
            return self._unnoted[letter.id]
        try:
            rows = await channel.send(letter.to, render(letter.message), letter.id)
        except Gone:
            log.info("gone: a chat on %s", channel.name)
            return await self._gone(letter.stream, letter.to)
        except Refused:
            log.error("refused by %s: message %s", channel.name, letter.message.name)
            return await self._noted_as_refused(letter)
        self._unnoted[letter.id] = rows
        return rows

    async def _noted_as_refused(self, letter: OutboxMessage) -> Sequence[Write]:
        """Of what nobody but the reporter waited for, nothing: staff would learn when
        somebody wrote to us.
        """
        if letter.burst is None:
            return []
        return await self._refused(letter.stream, letter.burst.since)


def _next_of(queue: deque[OutboxMessage]) -> OutboxMessage:
    """The next message, taken off the queue; of a burst all that waits there, as one.
    What is tried again is the same message: some platforms know it by its name.
    """
    first = queue.popleft()
    joining: list[OutboxMessage] = []
    while first.burst and queue and queue[0].burst and queue[0].stream == first.stream:
        joining.append(queue.popleft())
    if not joining:
        return first
    message = together([first.message, *(one.message for one in joining)])
    return replace(first, message=message, joined=tuple(one.id for one in joining))
