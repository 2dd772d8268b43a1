"""How fast the door to storage is, beside a bare sqlite3 loop writing the same rows
with 64 turns a commit.

    python -m tests.bench.writer [--turns 6400] [--rounds 7] [--chats 1,16,64]

A turn loads its talk, then writes four rows: talk moved on, inbox mark, message into
the outbox, the message before it out of the outbox. The bare loop reads nothing. Rounds
are paired (bare, ours, bare, ours …) in new files; figures are medians with the spread.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from storage.connection import connect, create
from storage.migrate import migrate
from storage.port import Write
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox, OutboxRow
from storage.repositories.talks import TalkRow, Talks
from storage.sqlite import SQLiteDatabase

SEALED = os.urandom(1024)  # a talk as sealed: two blocks of 512 bytes
MESSAGE = os.urandom(512)


def turn(pseudonym: bytes, was: int, before: bytes, message: bytes) -> list[Write]:
    return [
        Talks.save(TalkRow(pseudonym, was + 1, 3600, SEALED), was),
        Inbox.mark(os.urandom(32), 20_000),
        Outbox.put(OutboxRow(message, "web", pseudonym, 0, 0, MESSAGE)),
        Outbox.done(before),
    ]


def bare(path: Path, turns: int, chats: int = 64) -> float:
    """Turns per second of a plain loop on a plain connection, 64 turns a commit, no
    reads, no guards.
    """
    create(path)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection)
    talks = [os.urandom(16) for _ in range(chats)]
    for pseudonym in talks:
        first = Talks.save(TalkRow(pseudonym, 1, 3600, SEALED), 0)
        connection.execute(first.sql, first.params)
    messages = [[os.urandom(16) for _ in talks] for _ in range(turns // chats + 1)]
    batches = [
        [
            write[:2]
            for one in zip(talks, [was] * chats, before, now, strict=True)
            for write in turn(*one)
        ]
        for was, (before, now) in enumerate(pairwise(messages), start=1)
    ]
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
    database = await SQLiteDatabase.open(path)
    everybody = [os.urandom(16) for _ in range(chats)]
    await asyncio.gather(*(chat(database, pseudonym, 1) for pseudonym in everybody))
    begin = time.perf_counter()
    await asyncio.gather(
        *(chat(database, pseudonym, turns // chats) for pseudonym in everybody)
    )
    took = time.perf_counter() - begin
    await database.close()
    return turns // chats * chats / took


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
    given = parser.parse_args()
    print(
        f"turns/s, median (least … most) of {given.rounds} paired rounds;"
        f" SQLite {sqlite3.sqlite_version}"
    )
    for chats in map(int, given.chats.split(",")):
        turns = given.turns if chats > 1 else given.turns // 8
        plain, ours = [], []
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
