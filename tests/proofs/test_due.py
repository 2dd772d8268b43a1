"""What falls due while the hotline is killed, stopped for days, or served by two: each
item once, in order.

The same hotline is copied: one copy rings while nothing happens to it, the other under
SIGKILL. In the end both must hold the same rows, down to the second, and every chat
must have got the same messages in its order. A message may come twice only where a kill
lay between handing it out and noting that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.proofs import owing
from tests.proofs.clocked import Clock
from tests.proofs.figures import Note
from tests.proofs.owing import (
    BEIJING,
    copied,
    delivered,
    filled,
    heard,
    in_order,
    snapshot,
    undisturbed,
)
from tests.proofs.served import ROOT

DONE_WITHIN = 240.0  # seconds, on a machine with much else to do
LIVES = 0.4  # seconds at most that a hotline lives after it is ready
YOUNG = 0.2  # share of kills that fall into the start
PAUSE = (
    1.2  # seconds in which a hotline that runs has looked, once the clock was turned
)
LEASE = 30  # seconds
CASES = 80  # of the small hotline; about 200 items fall due in it, by the draw


def day(number: int, hour: int, minute: int = 0) -> datetime:
    """In Beijing, counted from the first of September 2026."""
    return datetime(2026, 9, 1, hour, minute, tzinfo=BEIJING) + timedelta(
        days=number - 1
    )


def sending(at: datetime) -> list[datetime]:
    """Then, and while what it brought goes out."""
    return [at + timedelta(minutes=minutes) for minutes in range(0, 26, 5)]


BUSY = (day(23, 10, 48), day(24, 9), day(24, 14), day(28, 10), day(30, 9, 30))
WEEK = [at for due in BUSY for at in sending(due)]
NIGHT = day(
    33, 23, 30
)  # 3 October: three days after it was stopped, the holiday lasts until the 7th
CAUGHT_UP = [NIGHT, *(day(34, 8, minute) for minute in range(0, 25, 4))]
TWO = [day(23, 10, 48), day(23, 11, 10), day(28, 10), day(28, 10, 25)]
AFTER = [day(40, 10), day(40, 10, 21)]  # 10 October, a Saturday on which is worked


@dataclass(frozen=True, slots=True)
class Base:
    """A hotline to copy. hushed: chats that want to hear nothing."""

    folder: Path
    hushed: set[str]
    seed: int

    def copied(self, name: str) -> Path:
        return copied(self.folder, self.folder.with_name(name))


async def made(folder: Path, cases: int) -> Base:
    seed = drawn()
    return Base(folder / "base", await filled(folder / "base", cases, seed), seed)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return asyncio.run(made(tmp_path_factory.mktemp("due"), CASES))


@dataclass
class Line:
    """A hotline on its clock, and the process that serves it now."""

    folder: Path
    skew: float = 0
    process: asyncio.subprocess.Process | None = None
    killed: set[int] = field(default_factory=set)

    async def spawn(self, *words: str) -> asyncio.subprocess.Process:
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "serve.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.proofs.clocked",
                str(self.folder),
                "--skew",
                str(self.skew),
                *words,
                env=environment,
                stderr=log,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self.process

    async def says(self, words: str) -> None:
        assert self.process is not None and self.process.stdout is not None
        async with asyncio.timeout(60):
            line = (await self.process.stdout.readline()).decode()
        assert words in line, (
            f"{line!r}\n{(self.folder / 'serve.log').read_text()[-2000:]}"
        )

    async def start(self) -> None:
        await self.spawn()
        await self.says("已开通")

    async def kill(self) -> None:
        assert self.process is not None
        self.killed.add(self.process.pid)
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert await self.process.wait() == 0

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.kill()
            await self.process.wait()

    async def until_done(self, at: datetime) -> None:
        """Everything due by `at` has rung and is sent."""
        until = time.monotonic() + DONE_WITHIN
        while owing.waiting(self.folder, at):
            assert time.monotonic() < until, "something due is not done"
            assert self.process is None or self.process.returncode is None, "it ended"
            await asyncio.sleep(0.05)


def drawn() -> int:
    seed = int(os.environ.get("PROOFS_SEED") or random.randrange(1 << 32))
    print(f"PROOFS_SEED={seed}")
    return seed


def the_same(
    line: Line, twin: Path, hushed: set[str], times: bool = True
) -> tuple[int, int]:
    """Compare with the twin. Gives how many messages were sent, and how many of them
    twice.
    """
    ours, theirs = snapshot(line.folder, times), snapshot(twin, times)
    for name in theirs:
        assert ours[name] == theirs[name], f"{name}: not as it is where nothing happens"
    in_order(line.folder)
    found = delivered(line.folder)
    chats, twice = heard(found, line.killed)
    assert chats == heard(delivered(twin), set())[0], (
        "a chat missed a message, or got one too many"
    )
    assert not hushed & chats.keys(), "who wants to hear nothing was told"
    for one in found:
        assert 8 <= one.at.astimezone(BEIJING).hour < 21, "in quiet hours"
    return sum(map(len, chats.values())), twice


# ── killed ────────────────────────────────────────────────────────────────────────────


async def killed(
    line: Line, times: Sequence[datetime], kills: int, dice: random.Random
) -> None:
    """Go through these times; most kills fall where most is due."""
    clock, left = Clock(line.folder), kills
    for number, at in enumerate(times):
        clock.turn(at)
        share = (
            left
            if number + 1 == len(times)
            else round(left * (0.25 if number % 6 == 0 else 0.05))
        )
        for _ in range(share):
            await one_life(line, dice)
        left -= share
        await line.start()
        await line.until_done(at)
        await line.kill()


async def one_life(line: Line, dice: random.Random) -> None:
    if dice.random() < YOUNG:
        await line.spawn()
        await asyncio.sleep(dice.uniform(0.3, 0.9))
    else:
        await line.start()
        await asyncio.sleep(dice.uniform(0, LIVES))
    await line.kill()


async def survives(
    base: Base, kills: int, times: Sequence[datetime], note: Note
) -> int:
    begun = time.monotonic()
    twin, line = base.copied("undisturbed"), Line(base.copied("killed"))
    rang = await undisturbed(twin, times)
    try:
        await killed(line, times, kills, random.Random(base.seed))
    finally:
        await line.end()
    messages, twice = the_same(line, twin, base.hushed)
    note(
        items=rang,
        kinds=len(owing.rung(twin)),
        cases=len(snapshot(twin)["cases"]),
        kills=len(line.killed),
        messages=messages,
        twice=twice,
        hushed=len(base.hushed),
        seconds=round(time.monotonic() - begun),
        seed=base.seed,
    )
    return rang


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_killed_while_hundreds_fall_due(small: Base, note: Note) -> None:
    assert await survives(small, 4, TWO, note) >= 2 * CASES


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_killed_while_ten_thousand_fall_due(tmp_path: Path, note: Note) -> None:
    assert await survives(await made(tmp_path, 3500), 60, WEEK, note) >= 10_000


# ── stopped over a holiday ────────────────────────────────────────────────────────────


async def stopped(base: Base, note: Note) -> None:
    """Stopped on 30 September, started in the night of 3 October; days later all is
    worked again.
    """
    week = base.copied("a week")
    await undisturbed(week, WEEK)
    twin, line = (
        copied(week, base.folder.with_name("not stopped")),
        Line(base.folder.with_name("stopped")),
    )
    copied(week, line.folder)
    before = len(delivered(week))
    rang = [await undisturbed(twin, times) for times in (CAUGHT_UP, AFTER)]
    clock = Clock(line.folder)
    clock.turn(NIGHT)
    due = owing.ringing(line.folder, NIGHT)
    try:
        await line.start()
        await rung_out(line, NIGHT)
        await asyncio.sleep(PAUSE)
        assert len(delivered(line.folder)) == before, (
            "started by night it sends nothing"
        )
        for at in (*CAUGHT_UP[1:], *AFTER):
            clock.turn(at)
            await line.until_done(at)
        await line.stop()
    finally:
        await line.end()
    messages, twice = the_same(line, twin, base.hushed)
    assert twice == 0 and due and all(rang)
    paced([one.at for one in delivered(line.folder)[before:] if one.at < AFTER[0]])
    note(items=sum(rang), overdue=due, messages=messages, twice=twice, seed=base.seed)


async def rung_out(line: Line, at: datetime) -> None:
    """All that is due has rung, though nothing may be sent."""
    until = time.monotonic() + DONE_WITHIN
    while owing.ringing(line.folder, at):
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


def paced(times: Sequence[datetime]) -> None:
    """What piled up goes out over twenty minutes, no four of them with much more than
    their share.
    """
    minutes = Tally(times)
    assert len(minutes) > 4
    assert max(minutes.values()) <= max(8, 0.35 * len(times)), minutes


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_stopped_for_three_days_over_the_national_day(
    small: Base, note: Note
) -> None:
    await stopped(small, note)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_many_stopped_for_three_days_over_the_national_day(
    tmp_path: Path, note: Note
) -> None:
    await stopped(await made(tmp_path, 2500), note)


# ── two of them ───────────────────────────────────────────────────────────────────────


async def two(base: Base, note: Note) -> None:
    """One serves, another stands by with a clock that is fast; the first is held up,
    goes on, is killed.

    Held up for longer than its lease it still holds the lock: nobody rings in its place
    until it is dead.
    """
    twin, first = base.copied("one"), Line(base.copied("two"))
    second = Line(first.folder, skew=7, killed=first.killed)
    rang = await undisturbed(twin, TWO)
    clock = Clock(first.folder)
    try:
        clock.turn(TWO[0])
        await first.start()
        await second.spawn()
        await second.says("待命")
        assert first.process is not None and second.process is not None
        first.process.send_signal(signal.SIGSTOP)
        left = owing.waiting(first.folder, TWO[0])
        clock.turn(TWO[0] + timedelta(seconds=2 * LEASE))
        await asyncio.sleep(PAUSE)
        assert owing.waiting(first.folder, TWO[0]) == left, "two at once"
        clock.turn(TWO[0])
        first.process.send_signal(signal.SIGCONT)
        for at in TWO[:2]:
            clock.turn(at)
            await first.until_done(at)
        clock.turn(TWO[2])
        await asyncio.sleep(random.Random(base.seed).uniform(1.5, 2.5))
        await first.kill()
        await second.says("已开通")
        for at in TWO[2:]:
            clock.turn(at)
            await second.until_done(at)
        await second.stop()
    finally:
        await first.end()
        await second.end()
    messages, twice = the_same(first, twin, base.hushed, times=False)
    processes = {one.process for one in delivered(first.folder)}
    assert processes == {first.process.pid, second.process.pid}, (
        "one of them had nothing to do"
    )
    note(items=rang, messages=messages, twice=twice, seed=base.seed)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_two_and_the_lease_goes_over(small: Base, note: Note) -> None:
    await two(small, note)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_two_and_the_lease_goes_over_among_thousands(
    tmp_path: Path, note: Note
) -> None:
    await two(await made(tmp_path, 1500), note)


async def both(base: Base, note: Note) -> list[int]:
    """Two processes ring at the same moment, without lock or lease: the versions of the
    cases decide.

    Gives how many items each of them rang, in turns.
    """
    twin, line = base.copied("alone"), Line(base.copied("both"))
    other = Line(line.folder)
    rang, shares = 0, list[int]()
    for at in (TWO[0], TWO[2]):
        Clock(twin).turn(at)
        Clock(line.folder).turn(at)
        rang += await undisturbed(twin, [at])
        processes = [await one.spawn("--round") for one in (line, other)]
        for one in (line, other):
            await one.says("ready")
        said = await asyncio.gather(
            *(process.communicate(b"go\n") for process in processes)
        )
        shares += [int(out) for out, _ in said]
        assert [process.returncode for process in processes] == [0, 0]
    assert sum(shares) == rang, "an item rang twice, or not at all"
    ours, theirs = snapshot(line.folder), snapshot(twin)
    for name in theirs:
        assert ours[name] == theirs[name], name
    await undisturbed(line.folder, [day(28, 10, 25)])
    await undisturbed(twin, [day(28, 10, 25)])
    assert sent(line.folder) == sent(twin)
    note(items=rang, shares=" ".join(map(str, shares)), seed=base.seed)
    return shares


def sent(folder: Path) -> Tally[tuple[str, str]]:
    """What each chat was told: what went out together depends on who was faster."""
    told = [(one.chat, one.name.split(",")) for one in delivered(folder)]
    return Tally((chat, name) for chat, names in told for name in names)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_both_ring_at_once(small: Base, note: Note) -> None:
    await both(small, note)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_both_ring_at_once_thousands(tmp_path: Path, note: Note) -> None:
    assert 0 not in await both(await made(tmp_path, 1500), note), (
        "one came too late to anything"
    )
