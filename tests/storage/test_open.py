"""A program that is told to stop while it opens the database ends: nothing that was
half opened is left behind.
"""

import asyncio
import contextlib
import itertools
import sqlite3
import threading
from pathlib import Path

import pytest

from storage.connection import connect_to_read
from storage.port import StorageError
from storage.sqlite import SQLiteDatabase


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
    opening = asyncio.create_task(SQLiteDatabase.open(tmp_path / "data" / "it.db"))
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

    def connect(path: Path, patience: float) -> sqlite3.Connection:
        if next(connections) == scanner:
            raise sqlite3.OperationalError("disk I/O error")
        return connect_to_read(path, patience)

    monkeypatch.setattr("storage.sqlite.connect_to_read", connect)
    with pytest.raises(StorageError):
        await SQLiteDatabase.open(tmp_path / "data" / "it.db")
    assert left_behind(before) == []
