"""How fast storage is, beside a bare sqlite3 loop that writes the same rows.

    python -m tests.bench.writer [--turns 6400] [--rounds 7] [--chats 1,16,64]
    python -m tests.bench.writer --aiosqlite

A turn loads its talk, then writes four rows: talk moved on, inbox mark, message into
the outbox, the message before it out of the outbox. The bare loop reads nothing and
commits 64 turns at a time. Rounds are paired (bare, ours, bare, ours …) in new files;
figures are medians with the spread.

With --aiosqlite: what look-ups and turns would cost through aiosqlite.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import aiosqlite

from storage.connection import connect, create
from storage.migrate import migrate
from storage.port import Write
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox, OutboxRow
from storage.repositories.talks import SELECT_TALK, TalkRow, Talks
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

SEALED = os.urandom(1024)  # a talk as sealed: two blocks of 512 bytes
MESSAGE = os.urandom(512)


def turn(pseudonym: bytes, was: int, before: bytes, message: bytes) -> list[Write]:
    """What a turn writes.

    Args:
        was: version of the talk, 0 for none.
        before: id of the message that goes out of the outbox.
        message: id of the one that comes in.
    """
    return [
        Talks.save(TalkRow(pseudonym, was + 1, 3600, SEALED), was),
        Inbox.mark(os.urandom(32), 20_000),
        Outbox.put(OutboxRow(message, "web", pseudonym, 0, 0, MESSAGE)),
        Outbox.done(before),
    ]


def bare(path: Path, turns: int, chats: int = 64) -> float:
    """Turns per second of a plain loop on a plain connection: no reads, no guards."""
    create(path)
    connection = connect(path, KEYS)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection)
    talks = [os.urandom(16) for _ in range(chats)]
    for pseudonym in talks:
        first = Talks.save(TalkRow(pseudonym, 1, 3600, SEALED), 0)
        connection.execute(first.sql, first.params)
    messages = [[os.urandom(16) for _ in talks] for _ in range(turns // chats + 1)]
    batches: list[list[Write]] = []
    for was, (before, now) in enumerate(pairwise(messages), start=1):
        batch: list[Write] = []
        for pseudonym, sent, message in zip(talks, before, now, strict=True):
            batch += turn(pseudonym, was, sent, message)
        batches.append(batch)
    cursor = connection.cursor()
    begin = time.perf_counter()
    for batch in batches:
        cursor.execute("BEGIN IMMEDIATE")
        for sql, params, _ in batch:
            cursor.execute(sql, params)
        cursor.execute("COMMIT")
    took = time.perf_counter() - begin
    connection.close()
    return turns / took


async def chat(database: SQLiteDatabase, pseudonym: bytes, turns: int) -> None:
    talks = Talks(database)
    before = os.urandom(16)
    for _ in range(turns):
        talk = await talks.load(pseudonym)
        was = talk.version if talk else 0
        message = os.urandom(16)
        await database.commit(turn(pseudonym, was, before, message))
        before = message


async def door(path: Path, turns: int, chats: int) -> float:
    """Turns per second of so many chats at once, each waiting for its own answer."""
    database = await SQLiteDatabase.open(path, KEYS)
    everybody = [os.urandom(16) for _ in range(chats)]
    await asyncio.gather(*(chat(database, pseudonym, 1) for pseudonym in everybody))
    begin = time.perf_counter()
    await asyncio.gather(
        *(chat(database, pseudonym, turns // chats) for pseudonym in everybody)
    )
    took = time.perf_counter() - begin
    await database.close()
    return turns // chats * chats / took


async def through_aiosqlite(folder: Path, turns: int, chats: int) -> None:
    """Print look-ups and turns with and without aiosqlite's hops to its thread."""
    path = folder / "aiosqlite.sqlite3"
    database = await SQLiteDatabase.open(path, KEYS)
    everybody = [os.urandom(16) for _ in range(turns)]
    for pseudonym in everybody:
        row = TalkRow(pseudonym, 1, 3600, SEALED)
        await database.commit([Talks.save(row, 0)])
    for name, look_up in (("on the spot", database.one), ("aiosqlite", database.all)):
        begin = time.perf_counter()
        for pseudonym in everybody:
            await look_up(SELECT_TALK, pseudonym=pseudonym)
        microseconds = (time.perf_counter() - begin) * 1e6 / turns
        print(f"look-up, {name}: {microseconds:.0f} µs")
    through_queue = await _turns_per_second(database.commit, turns, chats)
    print(f"turns, our queue, {chats} chats: {through_queue:,.0f}/s")
    connection = await aiosqlite.connect(path, isolation_level=None)
    await connection.execute("PRAGMA synchronous = FULL")
    one_at_a_time = asyncio.Lock()

    async def commit(writes: list[Write]) -> None:
        async with one_at_a_time:
            await connection.execute("BEGIN IMMEDIATE")
            for sql, params, _ in writes:
                await connection.execute(sql, params)
            await connection.execute("COMMIT")

    through_hops = await _turns_per_second(commit, turns, chats)
    print(f"turns, aiosqlite, {chats} chats: {through_hops:,.0f}/s")
    await connection.close()
    await database.close()


async def _turns_per_second(
    commit: Callable[[list[Write]], Awaitable[None]], turns: int, chats: int
) -> float:
    async def one_chat() -> None:
        pseudonym = os.urandom(16)
        for was in range(turns // chats):
            await commit(turn(pseudonym, was, os.urandom(16), os.urandom(16)))

    begin = time.perf_counter()
    await asyncio.gather(*(one_chat() for _ in range(chats)))
    return turns // chats * chats / (time.perf_counter() - begin)


def spread(figures: list[float]) -> str:
    return (
        f"{statistics.median(figures):10,.0f} ({min(figures):,.0f} … "
        f"{max(figures):,.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=6400)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--chats", default="1,16,64")
    parser.add_argument(
        "--folder", type=Path, help="where the files are made; a disk, not memory"
    )
    parser.add_argument(
        "--aiosqlite", action="store_true", help="compare with aiosqlite instead"
    )
    given = parser.parse_args()
    if given.aiosqlite:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            asyncio.run(through_aiosqlite(Path(folder), turns=1280, chats=64))
        return
    print(
        f"turns/s, median (least … most) of {given.rounds} paired rounds;"
        f" SQLite {sqlite3.sqlite_version}"
    )
    for chats in map(int, given.chats.split(",")):
        turns = given.turns if chats > 1 else given.turns // 8
        plain: list[float] = []
        ours: list[float] = []
        for _ in range(given.rounds):
            with tempfile.TemporaryDirectory(dir=given.folder) as folder:
                plain.append(bare(Path(folder) / "bare.sqlite3", given.turns))
                ours.append(
                    asyncio.run(door(Path(folder) / "door.sqlite3", turns, chats))
                )
        ratios = [one / other for one, other in zip(ours, plain, strict=True)]
        print(
            f"{chats:3} chats  bare {spread(plain)}  door {spread(ours)}  "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} … "
            f"{max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
