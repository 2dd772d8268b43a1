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
from bot.app import App, Parts, clock, database_file, join
from bot.channels.telegram.channel import TelegramChannel, close, make_bot
from bot.channels.telegram.intake import Intake, IntakeContext
from bot.channels.telegram.run import Telegram
from bot.keys import Keys
from bot.lab.bench.figures import Figure, Result, progress, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.telegram_rivals import (
    HOW_TO,
    Turn,
    missing,
    pickling,
    redis_server,
    remembering,
)
from bot.lab.bench.telegram_stub import StubRequest
from bot.lab.bench.telegram_talk import TOKEN, TURNS, Crowd, Player
from bot.lab.bench.world import settings_in
from bot.settings import Settings
from bot.settings import Telegram as Choice
from storage.sqlite import SQLiteDatabase

UNPACED = 1e9  # Telegram's own limits are not measured
STORED = (100, 1_000, 10_000)  # users in the pickle
TOGETHER = 64
HOW = (
    "一轮＝一条已到的更新，到回复送达（网络三方都换成本进程内的假网络）；"
    "同一段12轮对话，各回成对；"
    "“落盘”＝从解码好的更新到发件箱提交。PTB 每轮写一次 pickle（不 fsync），"
    "aiogram 用 Redis，appendfsync always"
)


@dataclass(slots=True)
class Ours:
    """What our turns took. committed: seconds from a decoded update to its commit."""

    app: App
    line: Bot
    intake: Intake
    committed: list[float] = field(default_factory=list)

    async def turn(self, player: Player) -> None:
        update = Update.de_json(player.next(), self.line)
        begin = time.perf_counter()
        await self.intake.take(update)
        self.committed.append(time.perf_counter() - begin)
        assert player.answered is not None
        await player.answered


@asynccontextmanager
async def joined(
    line: Bot, settings: Settings
) -> AsyncIterator[tuple[App, TelegramChannel, IntakeContext]]:
    """The whole program with Telegram as its messenger, without its pace; nothing
    rings.
    """
    database = await SQLiteDatabase.open(database_file(settings))
    keyring = Keyring.create(settings.keyring)
    keys, journal = (
        Keys.of(keyring),
        ShredJournal(settings.keyring.with_name("keyring.shredded"), keyring),
    )
    channel = TelegramChannel(line, database, keys, clock, speed=UNPACED)
    app = join(Parts(settings, database, keys, journal, clock), lambda parts: [channel])
    try:
        yield (
            app,
            channel,
            IntakeContext(app.hotline.hear, database, keys, settings, clock),
        )
        await app.sender.idle()
    finally:
        await database.close()


@asynccontextmanager
async def ours(path: Path, crowd: Crowd) -> AsyncIterator[Ours]:
    line = Bot(
        TOKEN, request=StubRequest(crowd), get_updates_request=StubRequest(crowd)
    )
    async with joined(line, settings_in(path)) as (app, channel, inside):
        intake = Intake(channel, inside)
        yield Ours(app, line, intake)
        await app.sender.idle()
        await intake.close()


async def timed(
    crowd: Crowd, turn: Turn, chats: int, each: int, idle: Callable[[], Awaitable[None]]
) -> float:
    """So many chats at once, `each` journeys one after the other. Returns: turns a
    second.
    """

    async def lane(journeys: int) -> None:
        for _ in range(journeys):
            player = crowd.player()
            for _ in range(TURNS):
                await turn(player)

    await lane(1)  # whatever is read once is read
    await idle()
    begin = time.perf_counter()
    await asyncio.gather(*(lane(each) for _ in range(chats)))
    await idle()
    return chats * each * TURNS / (time.perf_counter() - begin)


async def nothing() -> None:
    """Nothing is left to do when the last turn is over."""


async def of_ours(path: Path, chats: int, each: int) -> tuple[float, float]:
    """Returns: turns a second; and turns a second of one chat that would not wait for
    delivery.
    """
    crowd = Crowd()
    async with ours(path, crowd) as line:
        speed = await timed(crowd, line.turn, chats, each, line.app.sender.idle)
        return speed, 1 / statistics.fmean(line.committed[TURNS:])


Rival = Callable[[Crowd], AbstractAsyncContextManager[Turn]]


async def of_rival(rival: Rival, chats: int, each: int) -> float:
    crowd = Crowd()
    async with rival(crowd) as turn:
        return await timed(crowd, turn, chats, each, nothing)


async def with_redis(path: Path, chats: int, each: int) -> float:
    async with redis_server(path) as socket:
        return await of_rival(lambda crowd: remembering(socket, crowd), chats, each)


async def with_pickle(path: Path, users: int, chats: int, each: int) -> float:
    return await of_rival(lambda crowd: pickling(path, users, crowd), chats, each)


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
        choice = Choice(
            token=SecretStr(TOKEN),
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
        )
        settings = settings_in(path).model_copy(update={"telegram": choice})
        line = make_bot(choice)
        async with joined(line, settings) as (_, channel, inside):
            running = [asyncio.create_task(Telegram(channel, inside).run())]
            seconds = float(await server.stdout.readline())
            for job in running:
                job.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        await close(line)
        return chats * each * TURNS / seconds
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


# ── all of it ─────────────────────────────────────────────────────────────────────────


def measure(quick: bool) -> Result:
    lacks = missing()
    if lacks:
        print(HOW_TO.format(missing=lacks), file=sys.stderr)
    rounds, journeys = (3, 4) if quick else (7, 8)
    figures: list[Figure] = []
    for chats, each in ((1, journeys * 4), (TOGETHER, max(1, journeys // 4))):
        figures += _beside(chats, each, rounds, lacks is None)
    return Result("telegram", HOW, tuple(figures))


def _beside(chats: int, each: int, rounds: int, redis: bool) -> list[Figure]:
    """All that is measured with so many chats, round by round."""
    whole, committed, http, aiogram = [], [], [], []
    pickle: dict[int, list[float]] = {users: [] for users in STORED}
    for number in range(rounds):
        progress(f"telegram：{chats} 个对话，第 {number + 1}/{rounds} 回")
        with folder() as path:
            both = run(of_ours(path, chats, each))
            whole.append(both[0])
            committed.append(both[1])
        if redis:
            with folder() as path:
                aiogram.append(run(with_redis(path, chats, each)))
        for users in STORED:
            with folder() as path:
                pickle[users].append(
                    run(with_pickle(path, users, _at_once(chats, users), 1))
                )
        with folder() as path:
            http.append(run(over_http(path, chats, each)))
    goal = tuple(committed if chats == 1 else whole)
    unit, many = "轮/秒", f"{chats} 个对话"
    figures = [Figure(f"turns_{chats}", many, unit, tuple(whole), bar=True)]
    if chats == 1:
        figures.append(Figure("committed_1", f"{many}，到落盘", unit, goal, bar=True))
        figures.append(
            Figure(
                "update_ms_1",
                "  一条更新到落盘",
                "毫秒",
                tuple(1000 / one for one in goal),
            )
        )
    if redis:
        figures.append(
            Figure(
                f"aiogram_{chats}", "  aiogram+Redis", unit, tuple(aiogram), bar=True
            )
        )
        figures.append(
            ratio(f"ratio_aiogram_{chats}", goal, aiogram, 1.0 if chats == 1 else 4.0)
        )
    for users in STORED:
        name = f"  PTB+Pickle，{users:,}人，{_at_once(chats, users)}个对话"
        figures.append(
            Figure(
                f"pickle_{users}_{chats}", name, unit, tuple(pickle[users]), bar=True
            )
        )
        most = users == max(STORED)
        figures.append(
            ratio(
                f"ratio_pickle_{users}_{chats}",
                goal,
                pickle[users],
                100.0 if most else None,
            )
        )
    return [
        *figures,
        Figure(f"http_{chats}", f"{many}，经本机 HTTP", unit, tuple(http), bar=True),
    ]


def _at_once(chats: int, users: int) -> int:
    """Chats at once with pickle: a turn writes all users, none beside another, so fewer
    will do.
    """
    return min(chats, max(2, 6400 // users))
