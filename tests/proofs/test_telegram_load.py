"""500 people file at once through Telegram: within its rate rules, and nobody waits longer than those force.

A wait is forced while messages go out as fast as the rules allow. So in every silence of somebody who waits,
the bot must have been busy at that rate nearly all the time, but for the time in which the machine had no
processor for it (Linux tells: `schedstat`, time spent waiting to run).
"""

from __future__ import annotations

import asyncio
import os
import random
import string
import sys
import time
from asyncio.subprocess import PIPE, Process
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from anonymizer import receipts
from tests.bot.channels.telegram.line import Mode
from tests.botapi.persons import Person, Screen, Shown
from tests.botapi.server import BotApi
from tests.project.checkout import ROOT
from tests.proofs.figures import Note

PEOPLE = 500
ALLOWED = 27.0  # messages per second, at which the bot keeps a distance from 30
BUSY = 0.7  # share of a silence in which it must have been busy at that rate
AT_ONCE = 3.0  # seconds of silence that need no reason
PATIENCE = 300.0
MODES: tuple[Mode, ...] = get_args(Mode)


@asynccontextmanager
async def hotline(folder: Path, server: BotApi, mode: Mode, speed: float) -> AsyncIterator[Process]:
    """In a process of its own, so that the platform has time to look when messages come."""
    where = (str(folder), server.base_url, server.base_file_url, server.token, mode, str(speed))
    command = (sys.executable, "-m", "tests.proofs.telegram_line", *where)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def counted(process: Process) -> str:
    """It ends, and says how many reports and cases there are."""
    told, _ = await process.communicate(b"")
    return told.decode().strip()


@dataclass(frozen=True, slots=True)
class Silence:
    """From a deed to the answer, monotonic seconds."""

    begun: float
    ended: float


async def files(person: Person) -> tuple[str, list[Silence]]:
    """One report. Returns: the receipt, and how long the person heard nothing."""
    number = "".join(random.choices(string.ascii_lowercase, k=12))
    first = time.monotonic()
    person.says(f"清河街道要求我们社区同一份台账每周报五次，表号{number}")
    preview = await person.until(lambda screen: _shown(screen, "送出"), PATIENCE, "no preview")
    second = time.monotonic()
    person.presses("送出", on=preview)
    filed = await person.until(lambda screen: screen.with_text("您的回执码"), PATIENCE, "no receipt")
    receipt = receipts.find(filed.text)
    assert receipt is not None
    came = [each.at for each in person.log if each.what == "sent" and each.shown.by_bot]
    return receipt, [Silence(first, came[0]), Silence(second, came[1])]


def _shown(screen: Screen, label: str) -> Shown | None:
    return screen.with_button(label)


class Starved:
    """How long threads of ours had work and no processor; noted all the while."""

    def __init__(self, *processes: int) -> None:
        self._processes = processes
        self._at: list[float] = []
        self._waited: list[float] = []

    async def watch(self) -> None:
        while True:
            self._at.append(time.monotonic())
            self._waited.append(_waited(self._processes))
            await asyncio.sleep(0.05)

    def during(self, silence: Silence) -> float:
        last = len(self._at) - 1
        begun, ended = (min(bisect_left(self._at, at), last) for at in (silence.begun, silence.ended))
        return self._waited[ended] - self._waited[max(0, begun - 1)]


def _waited(processes: Sequence[int]) -> float:
    """Seconds, of all threads together; 0 where the system does not tell."""
    total = 0
    for file in (file for each in processes for file in Path(f"/proc/{each}/task").glob("*/schedstat")):
        with suppress(OSError):  # a thread that has just ended
            total += int(file.read_text().split()[1])
    return total / 1e9


def unforced(silences: Sequence[Silence], sent: Sequence[float], rate: float, starved: Starved) -> list[str]:
    """Silences in which the bot could have said more. sent: when messages went out, in order."""
    found = []
    for each in silences:
        took, missed = each.ended - each.begun, starved.during(each)
        meanwhile = bisect_left(sent, each.ended) - bisect_left(sent, each.begun)
        if meanwhile < (took - AT_ONCE - missed) * rate * BUSY:
            found.append(f"{took:.1f} s, {missed:.1f} without processor, {meanwhile} messages meanwhile")
    return found


async def all_file(folder: Path, mode: Mode, speed: float, note: Note) -> None:
    with BotApi(speed=speed) as server:
        people = [server.person(started=True) for _ in range(PEOPLE)]
        async with hotline(folder, server, mode, speed) as process:
            watching = asyncio.create_task((starved := Starved(os.getpid(), process.pid)).watch())
            begun = time.monotonic()
            told = await asyncio.gather(*(files(person) for person in people))
            took = time.monotonic() - begun
            watching.cancel()
            assert await counted(process) == f"{PEOPLE} {PEOPLE}"
        silences = [silence for _, both in told for silence in both]
        sent = sorted(each.at for person in people for each in person.log if each.shown.by_bot)
        longest = max(each.ended - each.begun for each in silences)
        note(
            people=PEOPLE,
            speed=speed,
            mode=mode,
            messages=len(sent),
            seconds=round(took, 1),
            per_second=round(len(sent) / took, 1),
            longest_silence=round(longest, 1),
            without_processor=round(starved.during(Silence(begun, begun + took)), 1),
            violations=len(server.violations),
        )
        assert len({receipt for receipt, _ in told}) == PEOPLE
        assert [len(person.by_bot()) for person in people] == [2] * PEOPLE, "something came twice, or not"
        assert server.violations == []
        assert unforced(silences, sent, ALLOWED * speed, starved) == []


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_500_people_file_at_once(tmp_path: Path, note: Note) -> None:
    """With shorter windows than in the field: seconds, on a machine that has nothing else to do."""
    await all_file(tmp_path, "polling", 1.6, note)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", MODES)
async def test_500_people_file_at_once_in_real_time(mode: Mode, tmp_path: Path, note: Note) -> None:
    """As in the field."""
    await all_file(tmp_path, mode, 1.0, note)
