"""The platform's pace, on a clock turned by hand; the server's own rules judge it."""

from __future__ import annotations

import asyncio
import heapq

from bot.channels.pace import Pace
from bot.channels.telegram.limits import CARDS_LEAVE, PACE
from tests.botapi.rates import Rates


class Clock:
    """Time passes when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleeping, (self.now + seconds, self._count, done))
        await done

    async def run(self, *jobs: asyncio.Task[None]) -> None:
        while not all(job.done() for job in jobs):
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleeping:
                self.now, _, done = heapq.heappop(self._sleeping)
                done.set_result(None)
        for job in jobs:
            job.result()


class Sending:
    """What went out when, and which rules it broke."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pace = Pace(PACE, self.clock, self.clock.sleep)
        self.rates = Rates()
        self.sent: list[tuple[int, float]] = []
        self.broken: list[dict[str, float]] = []
        self.jam = 0.0

    async def sends(self, chat: int, messages: int) -> None:
        for _ in range(messages):
            async with self.pace.turn(chat):
                await self.road()
                self.sent.append((chat, self.clock.now))
                self.broken.append(self.rates.count(chat, 1, self.clock.now))

    async def road(self) -> None:
        """From our call to the platform; a jam lets all go together."""
        if (left := self.jam - self.clock.now) > 0:
            await self.clock.sleep(left)

    async def all(self, *orders: tuple[int, int]) -> None:
        await self.clock.run(
            *(asyncio.create_task(self.sends(*order)) for order in orders)
        )
        assert not any(self.broken)

    def last(self, chat: int) -> float:
        return max(at for to, at in self.sent if to == chat) - 1000


async def test_one_chat_gets_one_a_second_after_a_short_burst() -> None:
    sending = Sending()
    await sending.all((1, 10))
    assert 8 <= sending.last(1) <= 8.5


async def test_a_group_gets_twenty_a_minute() -> None:
    sending = Sending()
    await sending.all((-1, 60))
    assert 121 <= sending.last(-1) <= 185


async def test_what_a_process_before_us_sent_to_a_group_counts() -> None:
    """We cannot know how much: nothing goes there for a minute, and to others
    at once.
    """
    sending = Sending()
    sending.pace.heard(-1)
    await sending.all((-1, 30), (2, 1))
    assert (
        min(at for to, at in sending.sent if to == -1) >= 1060
        and sending.last(2) <= 1.5
    )


async def test_who_is_more_urgent_finds_room_in_a_group() -> None:
    """Sixty cards wait; an answer to a person still goes within a second or two, and
    the cards leave seven messages of each minute free.
    """
    sending = Sending()
    asked_at: list[float] = []
    answered: list[float] = []

    async def cards() -> None:
        for _ in range(60):
            async with sending.pace.turn(-1, lambda: CARDS_LEAVE):
                sending.broken.append(sending.rates.count(-1, 1, sending.clock.now))

    async def answers() -> None:
        for _ in range(6):
            await sending.clock.sleep(20)
            asked_at.append(sending.clock.now)
            async with sending.pace.turn(-1):
                answered.append(sending.clock.now)
                sending.broken.append(sending.rates.count(-1, 1, sending.clock.now))

    await sending.clock.run(
        asyncio.create_task(cards()), asyncio.create_task(answers())
    )
    assert not any(sending.broken)
    waits = [got - at for at, got in zip(asked_at, answered, strict=True)]
    assert max(waits) < 2.5


async def test_what_is_known_to_have_been_sent_counts_and_no_more() -> None:
    """A process before us sent five messages; fourteen may follow at once."""
    sending = Sending()
    sending.pace.heard(-1, [5.0, 4.0, 3.0, 2.0, 1.0])
    await sending.all((-1, 14))
    assert sending.last(-1) < 20
    await sending.all((-1, 1))
    assert sending.last(-1) >= 55


async def test_many_chats_share_thirty_a_second() -> None:
    """300 people at once: nobody waits longer than the rule forces, some 11 s."""
    sending = Sending()
    await sending.all(*((chat, 1) for chat in range(1, 301)))
    assert 9.5 <= max(map(sending.last, range(1, 301))) <= 11.5


async def test_a_chat_that_must_wait_stops_nobody() -> None:
    """A 429 of one chat and a slow group hold up neither each other nor third
    parties.
    """
    sending = Sending()
    sending.pace.hold(1, 30)
    await sending.all((1, 1), (-5, 40), (2, 3))
    assert sending.last(1) >= 30 and sending.last(2) <= 1.5


async def test_what_a_jam_held_back_does_not_arrive_in_a_rush() -> None:
    """For 5 s nothing gets out; then what was let go comes at once, and what follows
    waits for its second.
    """
    sending = Sending()
    sending.jam = sending.clock.now + 5
    await sending.all(*((chat, 1) for chat in range(1, 121)))
    assert len([at for _, at in sending.sent if at <= 1005]) == 30
    assert 9 <= max(map(sending.last, range(1, 121))) <= 9.5


async def test_whoever_waits_longer_goes_first() -> None:
    """Also where those who were answered ask again at once."""
    sending = Sending()
    sending.jam = sending.clock.now + 0.01
    await sending.all(*((chat, 3) for chat in range(1, 101)))
    order = [chat for chat, _ in sending.sent]
    assert all(
        set(order[turn : turn + 100]) == set(range(1, 101)) for turn in (0, 100, 200)
    )


async def test_it_is_known_whether_messages_wait_for_each_other() -> None:
    """While two hundred chats are written to; not a moment after the last."""
    sending = Sending()
    seen: list[bool] = []

    async def watches() -> None:
        while len(sending.sent) < 200:
            seen.append(sending.pace.is_busy)
            await sending.clock.sleep(0.5)

    orders = [asyncio.create_task(sending.sends(chat, 1)) for chat in range(1, 201)]
    await sending.clock.run(*orders, asyncio.create_task(watches()))
    assert len(seen) > 5 and all(seen[1:-1])
    sending.clock.now += 1
    assert not sending.pace.is_busy
