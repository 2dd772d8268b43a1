"""500 people file at once through Telegram: within its rate rules, and nobody waits
longer than those force.

The rules force a silence for as long as the messages that go out in it take at the
allowed rate; but only one for each person counts, or somebody was served twice before
somebody else. `AT_ONCE` seconds need no reason, for the way into the queue. Nor is the
bot to blame for the time in which the machine had no processor for it, the server or
the people (Linux tells: `schedstat`, time that their three threads stood ready to run).

The server counts what breaks the rules; it cannot tell when a message came while it had
no processor itself. So the bot's process tells too when it wrote them: not more than 30
in any second, exactly.
"""

from __future__ import annotations

import asyncio
import random
import sys
import threading
import time
from asyncio.subprocess import PIPE, Process
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
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
PER_SECOND = 30  # messages
AT_ONCE = 3.0  # seconds of silence that need no reason
PATIENCE = 300.0
MODES: tuple[Mode, ...] = get_args(Mode)


@asynccontextmanager
async def hotline(
    folder: Path, server: BotApi, mode: Mode, speed: float
) -> AsyncIterator[Process]:
    """In a process of its own, so that the platform has time to look when messages
    come.
    """
    where = (
        str(folder),
        server.base_url,
        server.base_file_url,
        server.token,
        mode,
        str(speed),
    )
    command = (sys.executable, "-m", "tests.proofs.telegram_line", *where)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def counted(process: Process) -> list[int]:
    """It ends, and says how many reports and cases there are, and the most messages it
    wrote in a second.
    """
    told, _ = await process.communicate(b"")
    return [int(number) for number in told.split()]


@dataclass(frozen=True, slots=True)
class Silence:
    """From a deed to the answer, monotonic seconds."""

    begun: float
    ended: float


async def files(person: Person) -> tuple[str, list[Silence]]:
    """One report. Returns: the receipt, and how long the person heard nothing."""
    number = "".join(random.choices("bdfhjkvxz", k=12))
    first = time.monotonic()
    person.says(f"清河街道要求我们社区同一份台账每周报五次，表号{number}")
    preview = await person.until(
        lambda screen: _shown(screen, "送出"), PATIENCE, "no preview"
    )
    second = time.monotonic()
    person.presses("送出", on=preview)
    filed = await person.until(
        lambda screen: screen.with_text("您的回执码"), PATIENCE, "no receipt"
    )
    receipt = receipts.find(filed.text)
    assert receipt is not None
    came = [each.at for each in person.log if each.what == "sent" and each.shown.by_bot]
    return receipt, [Silence(first, came[0]), Silence(second, came[1])]


def _shown(screen: Screen, label: str) -> Shown | None:
    return screen.with_button(label)


class Starved:
    """How long threads had work and no processor; noted all the while."""

    def __init__(self, *threads: int) -> None:
        self._files = [Path(f"/proc/{thread}/schedstat") for thread in threads]
        self._at: list[float] = []
        self._waited: list[float] = []

    async def watch(self) -> None:
        while True:
            self._at.append(time.monotonic())
            self._waited.append(sum(map(_waited, self._files)))
            await asyncio.sleep(0.05)

    def during(self, silence: Silence) -> float:
        last = len(self._at) - 1
        begun, ended = (
            min(bisect_left(self._at, at), last)
            for at in (silence.begun, silence.ended)
        )
        return self._waited[ended] - self._waited[max(0, begun - 1)]


def _waited(file: Path) -> float:
    """Seconds; 0 where the system does not tell."""
    return int(file.read_text().split()[1]) / 1e9 if file.exists() else 0.0


def unforced(
    silences: Sequence[Silence],
    sent: Sequence[float],
    rate: float,
    without: Callable[[Silence], float],
) -> list[str]:
    """Silences longer than the rules force. sent: when messages went out, in order;
    without: a processor.
    """
    found = []
    for each in silences:
        took, missed = each.ended - each.begun, without(each)
        meanwhile = bisect_left(sent, each.ended) - bisect_left(sent, each.begun)
        if took > min(meanwhile, PEOPLE) / rate + AT_ONCE + missed:
            found.append(
                f"{took:.1f} s, {missed:.1f} without processor, {meanwhile} messages "
                "meanwhile"
            )
    return found


@pytest.mark.parametrize(
    ("took", "messages", "forced"),
    [
        (2.9, 0, True),
        (3.1, 0, False),
        (12.2, 250, True),
        (12.3, 250, False),
        (21.6, 540, False),
    ],
)
def test_a_silence_is_forced_by_those_before_one(
    took: float, messages: int, forced: bool
) -> None:
    sent = [1000 + took * (number + 0.5) / messages for number in range(messages)]
    silence = Silence(1000, 1000 + took)
    assert (unforced([silence], sent, ALLOWED, lambda _: 0.0) == []) is forced
    assert unforced([silence], sent, ALLOWED, lambda _: 0.3) == [], (
        "without a processor"
    )


async def all_file(folder: Path, mode: Mode, speed: float, note: Note) -> None:
    with BotApi(speed=speed) as server:
        people = [server.person(started=True) for _ in range(PEOPLE)]
        async with hotline(folder, server, mode, speed) as process:
            starved = Starved(process.pid, server.thread, threading.get_native_id())
            watching = asyncio.create_task(starved.watch())
            begun = time.monotonic()
            told = await asyncio.gather(*(files(person) for person in people))
            took = time.monotonic() - begun
            watching.cancel()
            *filed, most = await counted(process)
            assert filed == [PEOPLE, PEOPLE]
        silences = [silence for _, both in told for silence in both]
        sent = sorted(
            each.at for person in people for each in person.log if each.shown.by_bot
        )
        longest = max(each.ended - each.begun for each in silences)
        note(
            people=PEOPLE,
            speed=speed,
            mode=mode,
            messages=len(sent),
            seconds=round(took, 1),
            per_second=round(len(sent) / took, 1),
            most_in_a_second=most,
            longest_silence=round(longest, 1),
            longer_for_want_of_processor=len(
                unforced(silences, sent, ALLOWED * speed, lambda _: 0.0)
            ),
            without_processor=round(starved.during(Silence(begun, begun + took)), 1),
            violations=len(server.violations),
        )
        assert len({receipt for receipt, _ in told}) == PEOPLE
        assert [len(person.by_bot()) for person in people] == [2] * PEOPLE, (
            "something came twice, or not"
        )
        assert server.violations == []
        assert most <= PER_SECOND
        assert unforced(silences, sent, ALLOWED * speed, starved.during) == []


@pytest.mark.slow
async def test_60_people_file_at_once(tmp_path: Path) -> None:
    """Within the rules, each answer once, with shorter windows than in the field. How
    long anybody waits is for a machine that does nothing else.
    """
    with BotApi(speed=2.0) as server:
        people = [server.person(started=True) for _ in range(60)]
        async with hotline(tmp_path, server, "polling", 2.0) as process:
            told = await asyncio.gather(*(files(person) for person in people))
            reports, cases, most = await counted(process)
    assert len({receipt for receipt, _ in told}) == reports == cases == 60
    assert [len(person.by_bot()) for person in people] == [2] * 60
    assert server.violations == []
    assert most <= PER_SECOND


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_500_people_file_at_once(tmp_path: Path, note: Note) -> None:
    """With shorter windows than in the field."""
    await all_file(tmp_path, "polling", 2.0, note)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", MODES)
async def test_500_people_file_at_once_in_real_time(
    mode: Mode, tmp_path: Path, note: Note
) -> None:
    """As in the field."""
    await all_file(tmp_path, mode, 1.0, note)
