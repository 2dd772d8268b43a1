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

from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.app import database_file, join, open_keyring, shred_file
from bot.keys import Keys, page_keys
from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark, Unexpected
from bot.lab.bench.figures import Figure, counted, progress, ratio
from bot.lab.bench.filing import file_report, filing
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import NullChannel, settings_in
from bot.lab.bench.server import resident, serving
from bot.program import Program
from bot.resources import Resources
from bot.settings import OperatorError
from bot.sizes import MIB
from storage.sqlite import SQLiteDatabase

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

# Of a case that was just filed one of each kind rings: staff hear, warning, end of the
# time, a week.
FIRST_RINGS = (
    timedelta(minutes=21),
    timedelta(hours=21),
    timedelta(hours=26),
    timedelta(days=9),
)
PUSHES = 2  # of these: at the end of the time, and after a week
REPORTS_AT_ONCE = 256
LOOK_AT_LOOP = 0.005  # seconds between two looks
IDLE_SECONDS = 3.0  # that an idle loop is looked at
LEAST_SPEEDUP = 20.0
MOST_START_SECONDS = 2.0
MISSING = "对照要用 SQLAlchemy，它不随程序安装：先运行 pip install sqlalchemy"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds to add and to fire. late: seconds that the loop was late while firing,
    look by look.

    grew: bytes of this process that firing took and did not give back.
    """

    add: float
    fire: float
    late: tuple[float, ...]
    grew: int


# ── ours ──────────────────────────────────────────────────────────────────────────────


class HandClock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@asynccontextmanager
async def opened(path: Path, clock: HandClock) -> AsyncIterator[Program]:
    """The program in a folder in which `jianfu serve` can go on."""
    settings = settings_in(path)
    keyring = open_keyring(settings, create=True)
    journal = ShredJournal(shred_file(settings.keyring), keyring)
    database = await SQLiteDatabase.open(database_file(settings), page_keys(keyring))
    try:
        parts = Resources(settings, database, Keys.of(keyring), journal, clock)
        yield join(parts, lambda parts: [NullChannel()])
    finally:
        await database.close()


async def add(app: Program, cases: int, at: datetime) -> None:
    """File so many reports, each from a chat of its own."""

    async def file(number: int) -> None:
        chat = Address(NullChannel.name, secrets.token_hex(16))
        await file_report(app, filing(words.sentence(number), at, "here"), chat)

    for start in range(0, cases, REPORTS_AT_ONCE):
        numbers = range(start, min(cases, start + REPORTS_AT_ONCE))
        await asyncio.gather(*map(file, numbers))


async def ours(path: Path, items: int) -> Took:
    """Raises: Unexpected, unless each item rang once and every report's push lies in
    the outbox.
    """
    clock = HandClock()
    cases = items // len(FIRST_RINGS)
    async with opened(path, clock) as app:
        begun = time.perf_counter()
        start = clock.at
        await add(app, cases, start)
        added = time.perf_counter()
        before = _memory()
        async with watched() as late:
            rang = 0
            for after in FIRST_RINGS:
                clock.at = start + after
                rang += await app.rounds.run(clock.at)
        fired = time.perf_counter()
        [row] = await app.resources.database.all("SELECT count(*) FROM outbox")
    pushed = row[0]
    if rang != items or pushed != PUSHES * cases:
        raise Unexpected(
            f"{items} items were expected to ring, {rang} did; {pushed} messages"
        )
    return Took(added - begun, fired - added, tuple(late), _memory() - before)


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
    scheduler = scheduler_on(path)
    due = datetime.now(UTC)
    scheduler.start(paused=True)
    fired.clear()
    begun = time.perf_counter()
    for number in range(items):
        scheduler.add_job(
            fire, "date", run_date=due, args=(number,), misfire_grace_time=None
        )
    added = time.perf_counter()
    before = _memory()
    async with watched() as late:
        scheduler.resume()
        while len(fired) < items:
            await asyncio.sleep(LOOK_AT_LOOP)
    done = time.perf_counter()
    await asyncio.sleep(LOOK_AT_LOOP)  # the last ones are noted
    scheduler.shutdown()
    return Took(added - begun, done - added, tuple(late), _memory() - before)


# ── the loop ──────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Seconds by which a sleep of LOOK_AT_LOOP ended late, again and again."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(LOOK_AT_LOOP)
            late.append(time.perf_counter() - begun - LOOK_AT_LOOP)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield late
    finally:
        # a loop that was held up to the end has to tell it
        await asyncio.sleep(LOOK_AT_LOOP)
        watching.cancel()


async def idle() -> tuple[float, ...]:
    async with watched() as late:
        await asyncio.sleep(IDLE_SECONDS)
    return tuple(late)


def per_mille(late: Sequence[float]) -> float:
    """The 99.9th percentile, in milliseconds: of fewer than a thousand looks
    the worst.
    """
    return sorted(late)[ceil(0.999 * len(late)) - 1] * 1000


def _memory() -> int:
    """Bytes of this process."""
    return resident(os.getpid())


# ── a start with all of it pending ────────────────────────────────────────────────────


async def starts(items: int) -> tuple[float, int, int]:
    """Seconds until `jianfu serve` answers with so many pending; its resident bytes,
    and with none pending.
    """
    with folder() as path:
        async with opened(path, HandClock()) as app:
            await add(app, 1, app.resources.now())
        async with serving(path) as server:
            bare = server.memory()
    with folder() as path:
        clock = HandClock()
        async with opened(path, clock) as app:
            await add(app, items // len(FIRST_RINGS), clock.at)
        async with serving(path) as server:
            await asyncio.sleep(IDLE_SECONDS)  # it has looked
            return server.took, server.memory(), bare


# ── side by side ──────────────────────────────────────────────────────────────────────


async def _measured(items: int, rounds: int) -> tuple[Figure, ...]:
    us: list[Took] = []
    them: list[Took] = []
    calm: list[float] = []
    for _ in counted(f"followups：{items:,} 项", rounds):
        with folder() as path:
            us.append(await ours(path, items))
        with folder() as path:
            them.append(await theirs(path, items))
        calm.append(per_mille(await idle()))
    progress("followups：启动")
    started = await starts(items)
    return (
        *_speed_figures(us, them, items),
        *_loop_figures(us, them, calm),
        *_start_figures(items, *started),
    )


def _speed_figures(
    us: Sequence[Took], them: Sequence[Took], items: int
) -> tuple[Figure, ...]:
    """Microseconds an item, and how many times faster."""

    def each(name: str, label: str, seconds: Sequence[float]) -> Figure:
        values = tuple(one / items * 1e6 for one in seconds)
        return Figure(name, label, "微秒", values, bar=True)

    ours = [items / (took.add + took.fire) for took in us]
    theirs = [items / (took.add + took.fire) for took in them]
    return (
        each("add", "添加一项", [took.add for took in us]),
        each("add_apscheduler", "  APScheduler", [took.add for took in them]),
        each("fire", "触发一项", [took.fire for took in us]),
        each("fire_apscheduler", "  APScheduler", [took.fire for took in them]),
        ratio("faster", ours, theirs, LEAST_SPEEDUP),
    )


def _loop_figures(
    us: Sequence[Took], them: Sequence[Took], calm: Sequence[float]
) -> tuple[Figure, ...]:
    """How late the loop was, and what memory it kept."""

    def late(name: str, label: str, all_took: Sequence[Took]) -> Figure:
        values = tuple(per_mille(took.late) for took in all_took)
        return Figure(name, label, "毫秒", values)

    def grew(name: str, label: str, all_took: Sequence[Took]) -> Figure:
        values = tuple(took.grew / MIB for took in all_took)
        return Figure(name, label, "MiB", values)

    return (
        late("late", "触发时循环迟到 p99.9", us),
        late("late_apscheduler", "  APScheduler", them),
        Figure("late_idle", "  空闲的循环", "毫秒", tuple(calm)),
        grew("grew", "触发后内存增加", us),
        grew("grew_apscheduler", "  APScheduler", them),
    )


def _start_figures(items: int, took: float, full: int, bare: int) -> tuple[Figure, ...]:
    label = f"{items:,} 项待办时启动"
    return (
        Figure("start", label, "秒", (took,), ceiling=MOST_START_SECONDS),
        Figure("memory", "  常驻内存", "MiB", (full / MIB,)),
        Figure("memory_none", "  没有待办时", "MiB", (bare / MIB,)),
    )


def measure(quick: bool) -> tuple[Figure, ...]:
    """Raises: OperatorError, without SQLAlchemy."""
    if find_spec("sqlalchemy") is None:
        raise OperatorError(MISSING)
    return run(_measured(items=2000 if quick else 100_000, rounds=3))


FOLLOWUP_BENCHMARK = Benchmark(
    name="followups",
    description=(
        "添加＝经工单入口提交新反映（封存、索引、审计都在内），每件带4项跟进；"
        "触发＝每项到期一次提交，推送写进发件箱；"
        "对照＝APScheduler 3，每项一个存下的作业（SQLAlchemyJobStore，SQLite，"
        "默认设置），作业什么也不做"
    ),
    measure=measure,
    self_sufficient=False,
)
