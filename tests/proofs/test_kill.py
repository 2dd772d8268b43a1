"""SIGKILL at random moments while 32 chats file over HTTP: acknowledged = filed, once;
each message once.

The chats do what people and their browsers do: they send again what got no answer, and
read on. What they should see is what the same words bring on a hotline that nobody
kills.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from bot.keys import Keys
from storage.connection import connect
from tests.anonymizer.scrub.pictures import jpeg
from tests.looking import keys_of
from tests.proofs.figures import Note
from tests.proofs.ledger import SAID, Ledger, compare, new_number, screens
from tests.proofs.served import Served, served
from tests.proofs.visitor import Bubble, Visitor, visiting

CHATS = 32
LIVES = 0.5  # seconds at most that a hotline lives after it is ready
OLD = (
    0.1,
    3.0,
)  # share of those that live longer, and how long: a picture takes its time
YOUNG = 0.1  # share of kills that fall into the start
LATE = 120.0  # seconds until a message that waits must be on the screen
# the bubble with the receipt, swept after 15 minutes: a long run sees screens without
# it
SECRET = "filed"
ID = re.compile(r"[0-9a-f]{32}")
Shape = tuple[tuple[bool, str], ...]
Tale = Callable[[Visitor, Ledger, random.Random], AsyncIterator[None]]


async def short(
    visitor: Visitor, ledger: Ledger, dice: random.Random
) -> AsyncIterator[None]:
    """A sentence, sent."""
    number = new_number(dice)
    await visitor.says(SAID.format(number=number))
    yield
    await visitor.presses("send")
    ledger.filed[number] = visitor.receipt
    yield


async def careful(
    visitor: Visitor, ledger: Ledger, dice: random.Random
) -> AsyncIterator[None]:
    """Details first; then back with the receipt, and more to say."""
    number, more = new_number(dice), new_number(dice)
    await visitor.says(SAID.format(number=number))
    yield
    await visitor.presses("when")
    yield
    await visitor.says("每周都有")
    yield
    await visitor.presses("send")
    receipt = ledger.filed[number] = visitor.receipt
    yield
    await visitor.presses("saved")
    yield
    await visitor.says(receipt)
    yield
    await visitor.presses("add")
    yield
    await visitor.says(f"上周又要了，表号{more}")
    yield
    await visitor.presses("send")
    ledger.added[more] = receipt
    yield


async def pictured(
    visitor: Visitor, ledger: Ledger, dice: random.Random
) -> AsyncIterator[None]:
    """A picture with it."""
    number = new_number(dice)
    await visitor.says(SAID.format(number=number))
    yield
    await visitor.shows(jpeg())
    yield
    await visitor.presses("send")
    ledger.filed[number] = visitor.receipt
    ledger.pictures[number] = 1
    yield


async def remembered(
    visitor: Visitor, ledger: Ledger, dice: random.Random
) -> AsyncIterator[None]:
    """Two reports from a device that is remembered, both found again without
    a receipt.
    """
    await visitor.remember()
    for _ in range(2):
        async for _ in short(visitor, ledger, dice):
            yield
    await visitor.presses("status")
    yield


TALES: dict[Tale, int] = {
    short: 10,
    careful: 6,
    remembered: 3,
    pictured: 1,
}  # and how often each is told


class Witness:
    """Knows how every tale goes when nothing happens, and compares."""

    def __init__(self) -> None:
        self._undisturbed: dict[str, list[Shape]] = {}
        self.ends: set[tuple[str, ...]] = set()
        self.messages = 0

    async def learn(self, hotline: Served, ledger: Ledger, dice: random.Random) -> None:
        for tale in TALES:
            shapes = []
            async with visiting(hotline.base) as visitor:
                async for _ in tale(visitor, ledger, dice):
                    await visitor.open()
                    shapes.append(shape(visitor.screen))
            self._undisturbed[tale.__name__] = shapes
        ends = set(on_screens(hotline))
        self.ends = ends | {
            tuple(name for name in end if name != SECRET) for end in ends
        }

    async def follows(
        self, tale: Tale, visitor: Visitor, ledger: Ledger, dice: random.Random
    ) -> None:
        """After every turn each message stands on the screen once, in its order, and on
        the page alike.
        """
        expected = iter(self._undisturbed[tale.__name__])
        async for _ in tale(visitor, ledger, dice):
            await self._shows(visitor, next(expected), tale.__name__)
        assert not [*expected]

    async def _shows(self, visitor: Visitor, expected: Shape, tale: str) -> None:
        until = time.monotonic() + LATE
        while shape(visitor.screen) != expected and time.monotonic() < until:
            await asyncio.sleep(0.1)
            await visitor.open()
        assert shape(visitor.screen) == expected, (
            f"{tale}: a message is missing, or there twice"
        )
        page = [bubble.id for bubble in visitor.screen]
        await visitor.open()
        assert page == [bubble.id for bubble in visitor.screen], (
            f"{tale}: the open page shows other messages"
        )
        self.messages += len(expected)


def shape(screen: list[Bubble]) -> Shape:
    """What must be equal between two tellings: whose bubble, and its buttons; ids and
    numbers are not.
    """
    return tuple(
        (bubble.mine, ID.sub("…", " ".join(bubble.choices))) for bubble in screen
    )


def on_screens(hotline: Served) -> list[tuple[str, ...]]:
    keys = Keys.of(Keyring.load(hotline.keyring))
    with closing(connect(hotline.database, keys_of(hotline.keyring))) as connection:
        return [*screens(connection, keys)]


class Killing:
    """Chats that file without end, and a hotline that dies again and again
    under them.
    """

    def __init__(self, hotline: Served, seed: int) -> None:
        self.hotline, self.seed = hotline, seed
        self.ledger, self.witness = Ledger(), Witness()
        self.resent = 0
        self._over = asyncio.Event()

    async def run(self, kills: int) -> None:
        dice = random.Random(self.seed)
        await self.witness.learn(self.hotline, self.ledger, dice)
        chats = [
            asyncio.create_task(self._chat(random.Random(f"{self.seed} {n}")))
            for n in range(CHATS)
        ]
        try:
            for _ in range(kills):
                await self._kill(dice)
                for chat in chats:
                    if chat.done():
                        chat.result()
        finally:
            self._over.set()
            done = await asyncio.gather(*chats, return_exceptions=True)
        for failed in done:
            if isinstance(failed, BaseException):
                raise failed

    async def _chat(self, dice: random.Random) -> None:
        while not self._over.is_set():
            (tale,) = dice.choices([*TALES], [*TALES.values()])
            async with visiting(self.hotline.base) as visitor:
                await self.witness.follows(tale, visitor, self.ledger, dice)
                self.resent += visitor.resent

    async def _kill(self, dice: random.Random) -> None:
        """One kill, and the next start."""
        await asyncio.sleep(
            dice.uniform(0, OLD[1] if dice.random() < OLD[0] else LIVES)
        )
        await self.hotline.kill()
        if dice.random() < YOUNG:
            await self.hotline.spawn()
            await asyncio.sleep(dice.uniform(0, LIVES))
            await self.hotline.kill()
        await self.hotline.start()


async def survives(folder: Path, kills: int, note: Note) -> None:
    seed = int(os.environ.get("PROOFS_SEED") or random.randrange(1 << 32))
    print(f"PROOFS_SEED={seed}")
    begun = time.monotonic()
    async with served(folder) as hotline:
        killing = Killing(hotline, seed)
        await killing.run(kills)
        await drained(hotline)
        assert await hotline.stop() == 0
        await compare(killing.ledger, hotline.database, hotline.keyring)
        assert set(on_screens(hotline)) <= killing.witness.ends, (
            "a message stands on a screen twice"
        )
        note(
            kills=hotline.starts - 1,
            chats=CHATS,
            reports=len(killing.ledger.filed),
            supplements=len(killing.ledger.added),
            pictures=sum(killing.ledger.pictures.values()),
            bubbles=killing.witness.messages,
            resent=killing.resent,
            seconds=round(time.monotonic() - begun),
            seed=seed,
        )


async def drained(hotline: Served) -> None:
    """Wait until the outbox is empty."""
    until = time.monotonic() + LATE
    with closing(connect(hotline.database, keys_of(hotline.keyring))) as connection:
        while connection.execute("SELECT count(*) FROM outbox").fetchone()[0]:
            assert time.monotonic() < until, "messages are not sent"
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(280)
async def test_eight_kills(tmp_path: Path, note: Note) -> None:
    await survives(tmp_path, 8, note)


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
async def test_a_thousand_kills(tmp_path: Path, note: Note) -> None:
    await survives(tmp_path, 1000, note)
