"""Durable turns a second, beside a bare sqlite3 loop that writes the very same rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.world import Chat, Recorder, World, opened
from storage.connection import connect, create
from storage.migrate import migrate
from storage.port import Audit, Write
from storage.repositories.audit import INSERT_AUDIT_LINE
from storage.repositories.inbox import INSERT_INBOX_MARK

TURNS = 12  # of one journey, see `journey`
TOGETHER = 64  # turns in one commit of the bare loop
FLOOR = 0.35
HOW = (
    "一轮＝收到一条已解码的消息，到回复落盘；固定的12轮对话（首轮含理解和遮挡），"
    "网络为空；"
    "对照＝裸 sqlite3 循环写同样的行，64轮一次提交"
)

Statement = tuple[str, Any]


async def journey(chat: Chat, number: int) -> None:
    """The twelve turns: a sentence, unit, place, when, a mask lifted, sent, and looked
    up by its receipt.
    """
    await chat.says(words.sentence(number), "preview")
    await chat.presses("unit", "unit")
    await chat.says("幸福路街道办事处", "preview")
    await chat.presses("place", "place")
    await chat.presses("none", "preview")
    await chat.presses("when", "when")
    await chat.presses("is:week", "preview")
    await chat.presses("masks", "masks")
    await chat.presses("mask:0", "masks")
    await chat.presses("done", "preview")
    filed = await chat.presses("send", "filed")
    await chat.says(filed.params["receipt"], "story")


async def journeys(world: World, chats: int, each: int) -> float:
    """So many chats at once, each `each` journeys one after the other. Returns: turns a
    second.
    """
    numbers = count()

    async def lane() -> None:
        for _ in range(each):
            await journey(Chat(world), next(numbers))

    await lane()  # whatever is read once is read
    await world.app.sender.idle()
    begin = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(chats)))
    await world.app.sender.idle()
    return chats * each * TURNS / (time.perf_counter() - begin)


async def ours(path: Path, chats: int, each: int) -> float:
    async with opened(path) as world:
        return await journeys(world, chats, each)


async def recorded(path: Path, each: int) -> list[list[Statement]]:
    """What 64 chats write, statement by statement, cut into commits of 64 turns."""
    async with opened(path, Recorder) as world:
        await asyncio.gather(*(_lane(world, each, lane) for lane in range(TOGETHER)))
        await world.app.sender.idle()
        assert isinstance(world.database, Recorder)
        turns = world.database.turns
        lines = [tuple(row) for row in await world.database.all(AUDIT)]
    batches: list[list[Statement]] = [[]]
    heard, audited = 0, iter(lines)
    for turn in turns:
        if turn and isinstance(turn[0], Write) and turn[0].sql == INSERT_INBOX_MARK:
            heard += 1
            if heard % TOGETHER == 1 and batches[-1]:
                batches.append([])
        batches[-1] += [_statement(write, audited) for write in turn]
    return batches


async def _lane(world: World, each: int, lane: int) -> None:
    for number in range(each):
        await journey(Chat(world), lane * each + number)


AUDIT = 'SELECT seq, at, kind, about, "by", content, hash FROM audit ORDER BY seq'


def _statement(write: Write | Audit, lines: Iterator[Any]) -> Statement:
    """An audit line is written as it came to stand in the chain."""
    if isinstance(write, Audit):
        return INSERT_AUDIT_LINE, next(lines)
    return write.sql, write.params


def bare(path: Path, batches: list[list[Statement]], turns: int) -> float:
    """Turns a second of a plain loop on a plain connection with our settings: no reads,
    no guards.
    """
    create(path)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection)
    cursor = connection.cursor()
    begin = time.perf_counter()
    for batch in batches:
        cursor.execute("BEGIN IMMEDIATE")
        for sql, params in batch:
            cursor.execute(sql, params)
        cursor.execute("COMMIT")
    took = time.perf_counter() - begin
    connection.close()
    return turns / took


def measure(quick: bool) -> Result:
    rounds, each = (3, 2) if quick else (7, 8)
    figures: list[Figure] = []
    with folder() as path:
        batches = run(recorded(path, each))
    for chats in (1, 16, 64):
        plain, door = [], []
        for number in range(rounds):
            progress(f"turns：{chats} 个对话，第 {number + 1}/{rounds} 回")
            with folder() as path:
                plain.append(
                    bare(path / "bare.sqlite3", batches, TOGETHER * each * TURNS)
                )
            with folder() as path:
                door.append(
                    run(
                        ours(
                            path,
                            chats,
                            max(1, each * 16 // chats) if chats < 64 else each,
                        )
                    )
                )
        figures += [
            Figure(f"turns_{chats}", f"{chats} 个对话", "轮/秒", tuple(door), bar=True),
            Figure(
                f"bare_beside_{chats}",
                "  同场的裸 sqlite3",
                "轮/秒",
                tuple(plain),
                bar=True,
            ),
            ratio(f"ratio_{chats}", door, plain, FLOOR if chats == TOGETHER else None),
        ]
    return Result("turns", HOW, tuple(figures))
