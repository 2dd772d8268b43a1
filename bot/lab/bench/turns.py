"""Durable turns a second, beside a bare SQLite loop that writes the very same rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from secrets import token_bytes
from typing import Any

from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, counted, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import (
    MeasuredProgram,
    MeasuredReporter,
    Recorder,
    opened,
)
from storage.connection import create, set_up
from storage.encrypted import PageKey, SQLiteConnection
from storage.migrate import migrate
from storage.port import Audit, Write
from storage.repositories.audit import INSERT_AUDIT_LINE
from storage.repositories.inbox import INSERT_INBOX_MARK

JOURNEY_TURNS = 12  # see `journey`
MOST_CHATS = 64  # at once; the bare loop writes as many turns in one commit
LEAST_RATIO = 0.35
AUDIT_LINES = 'SELECT seq, at, kind, about, "by", content, hash FROM audit ORDER BY seq'

Statement = tuple[str, Any]


# ── ours ──────────────────────────────────────────────────────────────────────────────


async def journey(reporter: MeasuredReporter, number: int) -> None:
    """The twelve turns: a sentence, unit, place, when, a mask lifted, sent, and looked
    up by its receipt.
    """
    await reporter.says(words.sentence(number), "preview")
    await reporter.presses("unit", "unit")
    await reporter.says("幸福路街道办事处", "preview")
    await reporter.presses("place", "place")
    await reporter.presses("none", "preview")
    await reporter.presses("when", "when")
    await reporter.presses("is:week", "preview")
    await reporter.presses("masks", "masks")
    await reporter.presses("mask:0", "masks")
    await reporter.presses("done", "preview")
    filed = await reporter.presses("send", "filed")
    await reporter.says(filed.params["receipt"], "story")


async def journeys(program: MeasuredProgram, chats: int, each: int) -> float:
    """So many chats at once, each `each` journeys one after the other. Returns: turns a
    second.
    """
    numbers = count()

    async def chat() -> None:
        for _ in range(each):
            await journey(MeasuredReporter(program), next(numbers))

    await chat()  # whatever is read once is read
    await program.app.sender.idle()
    begin = time.perf_counter()
    await asyncio.gather(*(chat() for _ in range(chats)))
    await program.app.sender.idle()
    took = time.perf_counter() - begin
    return chats * each * JOURNEY_TURNS / took


async def ours(path: Path, chats: int, each: int) -> float:
    async with opened(path) as program:
        return await journeys(program, chats, each)


# ── the bare loop ─────────────────────────────────────────────────────────────────────


async def recorded(path: Path, each: int) -> list[list[Statement]]:
    """What 64 chats write, statement by statement, cut into commits of 64 turns."""
    async with opened(path, Recorder) as program:
        chats = (_chat(program, each, number) for number in range(MOST_CHATS))
        await asyncio.gather(*chats)
        await program.app.sender.idle()
        recorder = program.database
        assert isinstance(recorder, Recorder)
        written = list(recorder.commits)
        lines = await recorder.all(AUDIT_LINES)
    return _batches(written, map(tuple, lines))


async def _chat(program: MeasuredProgram, each: int, number: int) -> None:
    for nth in range(each):
        await journey(MeasuredReporter(program), number * each + nth)


def _batches(
    commits: Sequence[Sequence[Write | Audit]], lines: Iterator[Any]
) -> list[list[Statement]]:
    """lines: of the audit, in the order in which they were written."""
    batches: list[list[Statement]] = [[]]
    heard = 0
    for writes in commits:
        heard += _hears(writes)
        is_full = _hears(writes) and heard % MOST_CHATS == 1
        if is_full and batches[-1]:
            batches.append([])
        batches[-1] += [_statement(write, lines) for write in writes]
    return batches


def _hears(writes: Sequence[Write | Audit]) -> bool:
    """Whether an update is taken in by them: its mark is the first thing written."""
    first = writes[0] if writes else None
    return isinstance(first, Write) and first.sql == INSERT_INBOX_MARK


def _statement(write: Write | Audit, lines: Iterator[Any]) -> Statement:
    """An audit line is written as it came to stand in the chain."""
    if isinstance(write, Audit):
        return INSERT_AUDIT_LINE, next(lines)
    return write.sql, write.params


def bare(
    path: Path, batches: list[list[Statement]], turns: int, key: PageKey | None = None
) -> float:
    """Turns a second of a plain loop on a bare connection with our settings: no reads,
    no guards. key: of the pages; None: they are not encrypted.
    """
    create(path)
    connection = set_up(SQLiteConnection(path, key))
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


# ── side by side ──────────────────────────────────────────────────────────────────────


def measure(quick: bool) -> tuple[Figure, ...]:
    rounds = 3 if quick else 7
    each = 2 if quick else 8
    with folder() as path:
        batches = run(recorded(path, each))
    figures: list[Figure] = []
    for chats in (1, 16, MOST_CHATS):
        figures += _beside(batches, chats, each, rounds)
    return tuple(figures)


def _beside(
    batches: list[list[Statement]], chats: int, each: int, rounds: int
) -> list[Figure]:
    """So many chats and the bare loop in turn. each: journeys of one of 64 chats."""
    bare_speeds: list[float] = []
    encrypted_speeds: list[float] = []
    our_speeds: list[float] = []
    turns = MOST_CHATS * each * JOURNEY_TURNS
    fewer = max(1, each * 16 // chats)
    our_each = each if chats == MOST_CHATS else fewer  # so that a round takes as long
    for _ in counted(f"turns：{chats} 个对话", rounds):
        with folder() as path:
            bare_speeds.append(bare(path / "bare.sqlite3", batches, turns))
        with folder() as path:
            encrypted = bare(path / "bare.sqlite3", batches, turns, token_bytes(32))
            encrypted_speeds.append(encrypted)
        with folder() as path:
            our_speeds.append(run(ours(path, chats, our_each)))
    floor = LEAST_RATIO if chats == MOST_CHATS else None
    return [
        _speed(f"turns_{chats}", f"{chats} 个对话", our_speeds),
        _speed(f"bare_beside_{chats}", "  同场的裸 SQLite", bare_speeds),
        _speed(f"encrypted_beside_{chats}", "  同场按页加密的", encrypted_speeds),
        ratio(f"encryption_{chats}", encrypted_speeds, bare_speeds),
        ratio(f"ratio_{chats}", our_speeds, bare_speeds, floor),
    ]


def _speed(name: str, label: str, speeds: list[float]) -> Figure:
    return Figure(name, label, "轮/秒", tuple(speeds), bar=True)


TURNS_BENCHMARK = Benchmark(
    name="turns",
    description=(
        "一轮＝收到一条已解码的消息，到回复落盘；固定的12轮对话（首轮含理解和遮挡），"
        "网络为空；"
        "对照＝裸 SQLite 循环写同样的行，64轮一次提交"
    ),
    measure=measure,
)
