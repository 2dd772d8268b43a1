"""A program that is told to stop while it opens the database ends: nothing that was
half opened is left behind.
"""

import asyncio
import contextlib
import itertools
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from storage.connection import PageKeys, connect_to_read
from storage.encrypted import SQLiteConnection
from storage.port import StorageError
from storage.sqlite import SQLiteDatabase
from tests.looking import look_with
from tests.storage.rows import KEYS


def left_behind(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads that would keep the process, beside those of the loop's own executor."""
    after = set(threading.enumerate()) - before
    own = [one for one in after if not one.name.startswith("asyncio_")]
    for thread in own:
        thread.join(5)
    return [one for one in own if one.is_alive()]


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 4, 6, 8, 12, 16, 24, 32, 64])
async def test_cancelled_while_opening_it_leaves_no_thread(
    tmp_path: Path, milliseconds: int
) -> None:
    """At whatever moment: before, between and after its connections."""
    before = set(threading.enumerate())
    opening = asyncio.create_task(
        SQLiteDatabase.open(tmp_path / "data" / "it.db", KEYS)
    )
    await asyncio.sleep(milliseconds / 1000)
    opening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        database = await opening
        await database.close()
    assert left_behind(before) == []


@pytest.mark.parametrize("scanner", [1, 2])
async def test_a_scanner_that_cannot_be_opened_leaves_none_before_it(
    tmp_path: Path, scanner: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-ups' connection comes first, then those that scan."""
    before = set(threading.enumerate())
    connections = itertools.count()

    def connect(path: Path, keys: PageKeys, patience: float) -> SQLiteConnection:
        if next(connections) == scanner:
            raise sqlite3.OperationalError("disk I/O error")
        return connect_to_read(path, keys, patience)

    monkeypatch.setattr("storage.opening.connect_to_read", connect)
    with pytest.raises(StorageError):
        await SQLiteDatabase.open(tmp_path / "data" / "it.db", KEYS)
    assert left_behind(before) == []


@pytest.mark.parametrize("turns", range(1, 12))
async def test_cancelled_while_closing_it_leaves_no_thread(
    tmp_path: Path, turns: int
) -> None:
    """Told to stop once its work is done, at whatever turn of the loop."""
    before = set(threading.enumerate())
    database = await SQLiteDatabase.open(tmp_path / "data" / "it.db", KEYS)
    closing = asyncio.create_task(database.close())
    for _ in range(turns):
        await asyncio.sleep(0)
    closing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await closing
    assert left_behind(before) == []


async def test_cancelled_while_another_holds_the_file_it_ends_at_once(
    tmp_path: Path,
) -> None:
    """Nothing interrupts SQLite in the middle of its wait for a lock."""
    path = tmp_path / "data" / "it.db"
    await (await SQLiteDatabase.open(path, KEYS)).close()
    with contextlib.closing(look_with(KEYS, path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        opening = asyncio.create_task(SQLiteDatabase.open(path, KEYS, patience=20))
        await asyncio.sleep(0.3)
        opening.cancel()
        before = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert time.monotonic() - before < 2
