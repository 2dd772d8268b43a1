"""Turns a second over Telegram: ours, python-telegram-bot with pickle, aiogram with
Redis; and by HTTP.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from telegram import Bot, Update

import bot
from anonymizer.keyring import Keyring
from anonymizer.shred import ShredJournal
from bot.app import clock, database_file, join
from bot.channels.telegram.channel import TelegramChannel, close, make_bot
from bot.channels.telegram.hearing import IntakeContext
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.run import TelegramService
from bot.keys import Keys, page_keys
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, counted, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import settings_in
from bot.lab.bench.telegram_rivals import (
    INSTALL_RIVALS,
    TakeTurn,
    missing,
    pickling,
    redis_server,
    remembering,
)
from bot.lab.bench.telegram_stub import StubRequest
from bot.lab.bench.telegram_talk import BENCH_TOKEN, SCRIPT_TURNS, Crowd, Player
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings, Telegram
from storage.sqlite import SQLiteDatabase

UNPACED = 1e9  # Telegram's own limits are not measured
STORED_USERS = (100, 1_000, 10_000)  # in the pickle
MANY_CHATS = 64
LEAST_BESIDE_REDIS = {1: 1.0, MANY_CHATS: 4.0}  # by chats
LEAST_BESIDE_PICKLE = {max(STORED_USERS): 100.0}  # by users stored
TURNS_A_SECOND = "轮/秒"


@dataclass(slots=True)
class Ours:
    """What our turns took. committed: seconds from a decoded update to its commit."""

    app: Program
    line: Bot
    intake: Intake
    committed: list[float] = field(default_factory=list)

    async def turn(self, player: Player) -> None:
        update = Update.de_json(player.next(), self.line)
        begin = time.perf_counter()
        await self.intake.arrivals.take(update)
        self.committed.append(time.perf_counter() - begin)
        assert player.answered is not None
        await player.answered


@asynccontextmanager
async def joined(
    line: Bot, settings: Settings
) -> AsyncIterator[tuple[Program, TelegramChannel, IntakeContext]]:
    """The whole program with Telegram as its messenger, without its pace; nothing
    rings.
    """
    keyring = Keyring.create(settings.keyring)
    database = await SQLiteDatabase.open(database_file(settings), page_keys(keyring))
    keys = Keys.of(keyring)
    journal = ShredJournal(settings.keyring.with_name("keyring.shredded"), keyring)
    channel = TelegramChannel(line, database, keys, clock, speed=UNPACED)
    resources = Resources(settings, database, keys, journal, clock)
    app = join(resources, lambda resources: [channel])
    context = IntakeContext(
        hear=app.hotline.hear,
        database=database,
        keys=keys,
        settings=settings,
        now=clock,
    )
    try:
        yield app, channel, context
        await app.sender.idle()
    finally:
        await database.close()


@asynccontextmanager
async def ours(path: Path, crowd: Crowd) -> AsyncIterator[Ours]:
    request = StubRequest(crowd)
    line = Bot(BENCH_TOKEN, request=request, get_updates_request=StubRequest(crowd))
    async with joined(line, settings_in(path)) as (app, channel, context):
        intake = Intake(channel, context)
        yield Ours(app, line, intake)
        await app.sender.idle()
        await intake.close()


async def timed(
    crowd: Crowd,
    take_turn: TakeTurn,
    idle: Callable[[], Awaitable[None]],
    *,
    chats: int,
    each: int,
) -> float:
    """So many chats at once, `each` journeys one after the other; idle: waits until
    nothing is left to do. Returns: turns a second.
    """

    async def chat(journeys: int) -> None:
        for _ in range(journeys):
            player = crowd.player()
            for _ in range(SCRIPT_TURNS):
                await take_turn(player)

    await chat(1)  # whatever is read once is read
    await idle()
    begin = time.perf_counter()
    await asyncio.gather(*(chat(each) for _ in range(chats)))
    await idle()
    took = time.perf_counter() - begin
    return chats * each * SCRIPT_TURNS / took


async def nothing() -> None:
    """Nothing is left to do when the last turn is over."""


async def of_ours(path: Path, chats: int, each: int) -> tuple[float, float]:
    """Returns: turns a second; and turns a second of one chat that would not wait for
    delivery.
    """
    crowd = Crowd()
    async with ours(path, crowd) as line:
        idle = line.app.sender.idle
        speed = await timed(crowd, line.turn, idle, chats=chats, each=each)
        # without the first journey, which reads what is read once
        committed = line.committed[SCRIPT_TURNS:]
    return speed, 1 / statistics.fmean(committed)


Rival = Callable[[Crowd], AbstractAsyncContextManager[TakeTurn]]


async def of_rival(rival: Rival, chats: int, each: int) -> float:
    crowd = Crowd()
    async with rival(crowd) as take_turn:
        return await timed(crowd, take_turn, nothing, chats=chats, each=each)


async def with_redis(path: Path, chats: int, each: int) -> float:
    async with redis_server(path) as socket:
        return await of_rival(lambda crowd: remembering(socket, crowd), chats, each)


async def with_pickle(path: Path, users: int, chats: int) -> float:
    return await of_rival(lambda crowd: pickling(path, users, crowd), chats, 1)


# ── over HTTP ─────────────────────────────────────────────────────────────────────────


async def over_http(path: Path, chats: int, each: int) -> float:
    """The whole channel, polling a server of Telegram's kind in another process.
    Returns: turns a second.
    """
    module = ("-m", "bot.lab.bench.telegram_server", str(chats), str(each))
    where = {**os.environ, "PYTHONPATH": str(Path(bot.__file__).parent.parent)}
    server = await asyncio.create_subprocess_exec(
        sys.executable, *module, env=where, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        base = (await server.stdout.readline()).decode().strip()
        choice = Telegram(
            token=SecretStr(BENCH_TOKEN),
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
        )
        settings = settings_in(path).model_copy(update={"telegram": choice})
        line = make_bot(choice)
        async with joined(line, settings) as (app, channel, context):
            running = asyncio.create_task(TelegramService(channel, context).run())
            seconds = float(await server.stdout.readline())
            # The last answer is there; we have yet to read that it was taken. Whoever
            # closed the line before would send it again and again to nobody.
            await app.sender.idle()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await close(line)
        return chats * each * SCRIPT_TURNS / seconds
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


# ── side by side ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Speeds:
    """Turns a second of each side with so many chats, round by round.

    committed: of one chat, to the outbox row; whole: to delivery; aiogram: empty where
    it is not installed; pickled: by the users stored.
    """

    chats: int
    whole: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    aiogram: list[float] = field(default_factory=list)
    http: list[float] = field(default_factory=list)
    pickled: dict[int, list[float]] = field(
        default_factory=lambda: {users: [] for users in STORED_USERS}
    )

    @property
    def ours(self) -> list[float]:
        """What is set beside the rivals: of one chat to the commit, of many to
        delivery.
        """
        return self.committed if self.chats == 1 else self.whole


def measure(quick: bool) -> tuple[Figure, ...]:
    lacks = missing()
    if lacks:
        print(INSTALL_RIVALS.format(missing=lacks), file=sys.stderr)
    rounds = 3 if quick else 7
    journeys = 4 if quick else 8
    figures: list[Figure] = []
    for chats, each in ((1, journeys * 4), (MANY_CHATS, max(1, journeys // 4))):
        speeds = Speeds(chats)
        for _ in counted(f"telegram：{chats} 个对话", rounds):
            _round(speeds, each, redis=lacks is None)
        figures += _figures(speeds)
    return tuple(figures)


def _round(speeds: Speeds, each: int, *, redis: bool) -> None:
    """Every side once, in turn. each: journeys of a chat."""
    chats = speeds.chats
    with folder() as path:
        whole, committed = run(of_ours(path, chats, each))
        speeds.whole.append(whole)
        speeds.committed.append(committed)
    if redis:
        with folder() as path:
            speeds.aiogram.append(run(with_redis(path, chats, each)))
    for users, pickled in speeds.pickled.items():
        with folder() as path:
            pickled.append(run(with_pickle(path, users, _at_once(chats, users))))
    with folder() as path:
        speeds.http.append(run(over_http(path, chats, each)))


def _at_once(chats: int, users: int) -> int:
    """Chats at once with pickle: a turn writes all users, none beside another, so fewer
    will do.
    """
    return min(chats, max(2, 6400 // users))


def _figures(speeds: Speeds) -> list[Figure]:
    chats = speeds.chats
    label = f"{chats} 个对话"
    figures = [_speed(f"turns_{chats}", label, speeds.whole)]
    if chats == 1:
        milliseconds = tuple(1000 / speed for speed in speeds.committed)
        figures += [
            _speed("committed_1", f"{label}，到落盘", speeds.committed),
            Figure("update_ms_1", "  一条更新到落盘", "毫秒", milliseconds),
        ]
    if speeds.aiogram:
        floor = LEAST_BESIDE_REDIS[chats]
        figures += [
            _speed(f"aiogram_{chats}", "  aiogram+Redis", speeds.aiogram),
            ratio(f"ratio_aiogram_{chats}", speeds.ours, speeds.aiogram, floor),
        ]
    for users, pickled in speeds.pickled.items():
        name = f"pickle_{users}_{chats}"
        rival = f"  PTB+Pickle，{users:,}人，{_at_once(chats, users)}个对话"
        least = LEAST_BESIDE_PICKLE.get(users)
        figures += [
            _speed(name, rival, pickled),
            ratio(f"ratio_{name}", speeds.ours, pickled, least),
        ]
    return [*figures, _speed(f"http_{chats}", f"{label}，经本机 HTTP", speeds.http)]


def _speed(name: str, label: str, speeds: list[float]) -> Figure:
    return Figure(name, label, TURNS_A_SECOND, tuple(speeds), bar=True)


TELEGRAM_BENCHMARK = Benchmark(
    name="telegram",
    description=(
        "一轮＝一条已到的更新，到回复送达（网络三方都换成本进程内的假网络）；"
        "同一段12轮对话，各回成对；"
        "“落盘”＝从解码好的更新到发件箱提交。PTB 每轮写一次 pickle（不 fsync），"
        "aiogram 用 Redis，appendfsync always"
    ),
    measure=measure,
    self_sufficient=False,
)
