"""Files that are gone, or in whose place others lie, take nothing in: a turn that would
be lost with the process is refused, and says which file it was.
"""

import asyncio
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

import storage.sqlite
from storage.port import Displaced
from storage.repositories.inbox import Inbox
from storage.repositories.store import Store
from storage.sqlite import SQLiteDatabase
from tests.looking import look_with
from tests.storage.rows import KEYS, new
from tests.storage.test_sqlite import opened_again


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
async def test_a_deleted_file_is_noticed_before_the_next_answer(
    database: SQLiteDatabase, path: Path, ending: str
) -> None:
    await database.commit([Inbox.mark(new(), 1)])
    gone = path.with_name(path.name + ending)
    gone.unlink()
    with pytest.raises(Displaced, match=gone.name):
        await database.commit([Inbox.mark(new(), 1)])
    assert database.refusing and database.displaced == gone.name


async def test_the_whole_folder_may_be_put_back(tmp_path: Path) -> None:
    """The very same files: then it goes on by itself."""
    database = await SQLiteDatabase.open(tmp_path / "data" / "it.db", KEYS)
    await database.commit([Inbox.mark(b"before", 1)])
    (tmp_path / "data").rename(tmp_path / "away")
    with pytest.raises(Displaced):
        await database.commit([Inbox.mark(b"meanwhile", 1)])
    (tmp_path / "away").rename(tmp_path / "data")
    await opened_again(database)
    await database.commit([Inbox.mark(b"after", 1)])
    marks = {row[0] for row in await database.all("SELECT mark FROM inbox")}
    await database.close()
    assert marks == {b"before", b"after"}


async def test_a_copy_in_its_place_is_another_file(
    database: SQLiteDatabase, path: Path
) -> None:
    shutil.copy(path, path.with_name("copy"))
    os.replace(path.with_name("copy"), path)
    with pytest.raises(Displaced):
        await database.commit([Inbox.mark(new(), 1)])


async def test_what_stood_in_a_deleted_log_is_saved(
    database: SQLiteDatabase, path: Path
) -> None:
    """This process still has it open: all that was acknowledged is in the database."""
    await database.commit([Inbox.mark(b"acknowledged", 1)])
    path.with_name(f"{path.name}-wal").unlink()
    with pytest.raises(Displaced):
        await database.commit([Inbox.mark(new(), 1)])
    shutil.copy(path, path.with_name("copy"))
    with closing(look_with(KEYS, path.with_name("copy"))) as connection:
        marks = connection.execute("SELECT mark FROM inbox").fetchall()
    assert marks == [(b"acknowledged",)]


async def test_an_own_guard_is_asked_too(path: Path) -> None:
    """What else the store stands on, as the keyring."""
    amiss: list[str] = []
    database = await SQLiteDatabase.open(
        path, KEYS, guards=[lambda: amiss[0] if amiss else None]
    )
    await database.commit([Inbox.mark(new(), 1)])
    amiss.append("keyring.json")
    with pytest.raises(Displaced, match=r"keyring\.json"):
        await database.commit([Inbox.mark(new(), 1)])
    amiss.clear()
    await opened_again(database)
    await database.close()


async def test_turns_are_counted_with_what_they_write(
    database: SQLiteDatabase, path: Path
) -> None:
    """Each that was acknowledged, once; a turn that failed is none."""
    before = (await Store(database).load()).turns
    turns = [database.commit([Inbox.mark(new(), 1)]) for _ in range(20)]
    await asyncio.gather(*turns)
    again = [Inbox.mark(b"twice", 1), Inbox.mark(b"twice", 1)]
    assert await database.commit_each([again]) != [None]
    assert (await Store(database).load()).turns == before + 20


async def test_a_witness_hears_of_it_within_a_second_and_at_the_end(
    database: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more often than once in that time, and the last number in any case."""
    monkeypatch.setattr(storage.sqlite, "SECONDS_BETWEEN_WITNESSES", 0.05)
    heard: list[int] = []
    database.tell(heard.append)
    for _ in range(5):
        await database.commit([Inbox.mark(new(), 1)])
    turns = (await Store(database).load()).turns
    async with asyncio.timeout(5):
        while turns not in heard:
            await asyncio.sleep(0.01)
    assert len(heard) <= 2
    await database.commit([Inbox.mark(new(), 1)])
    await database.close()
    assert heard[-1] == turns + 1


async def test_every_minute_the_log_is_folded_in_without_waiting(
    database: SQLiteDatabase, path: Path
) -> None:
    await database.commit([Inbox.mark(b"kept", 1)])
    assert await database.fold()
    shutil.copy(path, path.with_name("alone"))
    with closing(look_with(KEYS, path.with_name("alone"))) as alone:
        assert alone.execute("SELECT mark FROM inbox").fetchall() == [(b"kept",)]
