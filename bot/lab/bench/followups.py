"""Adding and firing follow-ups, through the casework door into the outbox, beside
APScheduler 3.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from anonymizer import receipts
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.app import App, Parts, database_file, join, open_keyring, shred_file
from bot.cases.reporters import Draft
from bot.keys import Keys
from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.server import Server, serving
from bot.lab.bench.world import NullChannel, settings_in
from bot.settings import OperatorError
from dialogs.words import File
from storage.port import Stale
from storage.sqlite import SQLiteDatabase

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

# follow-ups of a case that was just filed: staff hear, warning, end of the time, a week
EACH = 4
STEPS = (
    timedelta(minutes=21),
    timedelta(hours=21),
    timedelta(hours=26),
    timedelta(days=9),
)  # one kind each
TOGETHER = 256  # reports that are filed at once
TICK = 0.005  # seconds between two looks at the loop
IDLE = 3.0  # seconds that an idle loop is looked at
FLOOR = 20.0
STARTS_WITHIN = 2.0
MIB = 1 << 20
MISSING = "对照要用 SQLAlchemy，它不随程序安装：先运行 pip install sqlalchemy"
HOW = (
    "添加＝经工单入口提交新反映（封存、索引、审计都在内），每件带4项跟进；"
    "触发＝每项到期一次提交，推送写进发件箱；"
    "对照＝APScheduler 3，每项一个存下的作业（SQLAlchemyJobStore，SQLite，"
    "默认设置），作业什么也不做"
)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds to add and to fire. late: seconds that the loop was late while firing,
    look by look.

    grew: MiB of this process that firing took and did not give back.
    """

    add: float
    fire: float
    late: tuple[float, ...]
    grew: float


# ── ours ──────────────────────────────────────────────────────────────────────────────


class Turned:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@asynccontextmanager
async def opened(path: Path, clock: Turned) -> AsyncIterator[App]:
    """The program in a folder in which `jianfu serve` can go on."""
    settings = settings_in(path)
    keyring = open_keyring(settings, create=True)
    journal = ShredJournal(shred_file(settings.keyring), keyring)
    database = await SQLiteDatabase.open(database_file(settings))
    try:
        parts = Parts(settings, database, Keys.of(keyring), journal, clock)
        yield join(parts, lambda parts: [NullChannel()])
    finally:
        await database.close()


def filing(number: int, at: datetime) -> File:
    return File(
        receipt=receipts.new(),
        text=words.sentence(number),
        category="forms",
        also=(),
        kind=None,
        unit=None,
        unit_level=None,
        place=None,
        when=None,
        counts=(),
        urgent=False,
        signpost=None,
        pictures=(),
        follow="here",
        lang="zh",
        at=at,
    )


async def add(app: App, cases: int, at: datetime) -> None:
    """File so many reports, each from a chat of its own."""
    casework, database = app.casework, app.parts.database

    async def one(number: int) -> None:
        draft = Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )
        to = Address(NullChannel.name, secrets.token_hex(16))
        while True:
            try:
                return await database.commit(
                    await casework.reporters.act(filing(number, at), draft, to)
                )
            # two drew the same number for the search index: drawn again, as the hotline
            # does
            except Stale:
                continue

    for start in range(0, cases, TOGETHER):
        await asyncio.gather(*map(one, range(start, min(cases, start + TOGETHER))))


async def ours(path: Path, items: int) -> Took:
    """Raises: Unexpected, unless each item rang once and every report's push lies in
    the outbox.
    """
    clock = Turned()
    async with opened(path, clock) as app:
        begun, cases = time.perf_counter(), items // EACH
        start = clock.at
        await add(app, cases, start)
        added, before = time.perf_counter(), resident()
        async with watched() as late:
            rang = 0
            for step in STEPS:
                clock.at = start + step
                rang += await app.rounds.run(clock.at)
        fired = time.perf_counter()
        [row] = await app.parts.database.all("SELECT count(*) FROM outbox")
        if (rang, row[0]) != (
            items,
            2 * cases,
        ):  # the end of the time, and a week later
            raise Unexpected(
                f"{items} items were expected to ring, {rang} did; {row[0]} messages"
            )
    return Took(added - begun, fired - added, tuple(late), resident() - before)


class Unexpected(Exception):
    """Something else than what is said was measured: mend the benchmark."""


# ── APScheduler ───────────────────────────────────────────────────────────────────────

fired: set[int] = set()


async def fire(number: int) -> None:
    """What a stored job does: nothing but being counted."""
    fired.add(number)


def scheduler_on(path: Path) -> AsyncIOScheduler:
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    stores = {"default": SQLAlchemyJobStore(url=f"sqlite:///{path / 'jobs.db'}")}
    return AsyncIOScheduler(jobstores=stores, timezone=UTC)


async def theirs(path: Path, items: int) -> Took:
    scheduler, due = scheduler_on(path), datetime.now(UTC)
    scheduler.start(paused=True)
    fired.clear()
    begun = time.perf_counter()
    for number in range(items):
        scheduler.add_job(
            fire, "date", run_date=due, args=(number,), misfire_grace_time=None
        )
    added, before = time.perf_counter(), resident()
    async with watched() as late:
        scheduler.resume()
        while len(fired) < items:
            await asyncio.sleep(TICK)
    done = time.perf_counter()
    await asyncio.sleep(TICK)  # the last ones are noted
    scheduler.shutdown()
    return Took(added - begun, done - added, tuple(late), resident() - before)


# ── the loop ──────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Seconds by which a sleep of TICK ended late, again and again."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append(time.perf_counter() - begun - TICK)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield late
    finally:
        await asyncio.sleep(TICK)  # a loop that was held up to the end has to tell it
        watching.cancel()


async def idle() -> tuple[float, ...]:
    async with watched() as late:
        await asyncio.sleep(IDLE)
    return tuple(late)


def per_mille(late: Sequence[float]) -> float:
    """The 99.9th percentile, in milliseconds: of fewer than a thousand looks
    the worst.
    """
    return sorted(late)[ceil(0.999 * len(late)) - 1] * 1000


def resident() -> float:
    """MiB of this process."""
    return Server("", 0, os.getpid(), 0).memory() / MIB


# ── a start with all of it pending ────────────────────────────────────────────────────


async def starts(items: int) -> tuple[float, float, float]:
    """Seconds until `jianfu serve` answers with so many pending; its resident MiB, and
    with none pending.
    """
    with folder() as path:
        async with opened(path, Turned()) as app:
            await add(app, 1, app.parts.now())
        async with serving(path) as server:
            bare = server.memory() / MIB
    with folder() as path:
        clock = Turned()
        async with opened(path, clock) as app:
            await add(app, items // EACH, clock.at)
        async with serving(path) as server:
            await asyncio.sleep(IDLE)  # it has looked
            return server.took, server.memory() / MIB, bare


async def _measured(items: int, rounds: int) -> Result:
    us: list[Took] = []
    them: list[Took] = []
    calm: list[float] = []
    for number in range(rounds):
        progress(f"followups：第 {number + 1}/{rounds} 回，{items:,} 项")
        for take, into in ((ours, us), (theirs, them)):
            with folder() as path:
                into.append(await take(path, items))
        calm.append(per_mille(await idle()))
    progress("followups：启动")
    took, full, bare = await starts(items)

    def each(seconds: Sequence[float]) -> tuple[float, ...]:
        return tuple(one / items * 1e6 for one in seconds)

    both, other = (
        [items / (one.add + one.fire) for one in us],
        [items / (one.add + one.fire) for one in them],
    )
    return Result(
        "followups",
        HOW,
        (
            Figure("add", "添加一项", "微秒", each([one.add for one in us]), bar=True),
            Figure(
                "add_apscheduler",
                "  APScheduler",
                "微秒",
                each([one.add for one in them]),
                bar=True,
            ),
            Figure(
                "fire", "触发一项", "微秒", each([one.fire for one in us]), bar=True
            ),
            Figure(
                "fire_apscheduler",
                "  APScheduler",
                "微秒",
                each([one.fire for one in them]),
                bar=True,
            ),
            ratio("faster", both, other, FLOOR),
            Figure(
                "late",
                "触发时循环迟到 p99.9",
                "毫秒",
                tuple(per_mille(one.late) for one in us),
            ),
            Figure(
                "late_apscheduler",
                "  APScheduler",
                "毫秒",
                tuple(per_mille(one.late) for one in them),
            ),
            Figure("late_idle", "  空闲的循环", "毫秒", tuple(calm)),
            Figure("grew", "触发后内存增加", "MiB", tuple(one.grew for one in us)),
            Figure(
                "grew_apscheduler",
                "  APScheduler",
                "MiB",
                tuple(one.grew for one in them),
            ),
            Figure(
                "start", f"{items:,} 项待办时启动", "秒", (took,), ceiling=STARTS_WITHIN
            ),
            Figure("memory", "  常驻内存", "MiB", (full,)),
            Figure("memory_none", "  没有待办时", "MiB", (bare,)),
        ),
    )


def measure(quick: bool) -> Result:
    """Raises: OperatorError, without SQLAlchemy."""
    if find_spec("sqlalchemy") is None:
        raise OperatorError(MISSING)
    return run(_measured(2000, 3) if quick else _measured(100_000, 3))
