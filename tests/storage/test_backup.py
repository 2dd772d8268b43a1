"""A copy taken while the hotline serves, and what `check` finds."""

import asyncio
import stat
from pathlib import Path

import pytest

from storage.backup import check, online_copy
from storage.port import Audit, Broken, Write
from storage.repositories.inbox import Inbox
from storage.repositories.talks import Talks
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS, new, talk


async def test_a_copy_of_a_busy_database_is_one_moment_of_it(
    database: SQLiteDatabase, tmp_path: Path, path: Path
) -> None:
    """No turn by half, everything acknowledged before, and a single private file."""
    before = [new() for _ in range(50)]
    await asyncio.gather(*(database.commit(turn(who)) for who in before))

    async def busy() -> None:
        while True:
            await database.commit(turn(new()))

    chats = [asyncio.ensure_future(busy()) for _ in range(8)]
    target = tmp_path / "copies" / "copy.sqlite3"
    await asyncio.to_thread(online_copy, path, target, KEYS)
    for chat in chats:
        chat.cancel()
    await asyncio.gather(*chats, return_exceptions=True)
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert check(target, KEYS) == []
    copy = await SQLiteDatabase.open(target, KEYS)
    talks, marks = [
        {row[0] for row in await copy.all(sql)}
        for sql in ("SELECT pseudonym FROM talks", "SELECT mark FROM inbox")
    ]
    await copy.close()
    assert set(before) <= talks == marks


def turn(who: bytes) -> list[Write | Audit]:
    return [
        Inbox.mark(who, 1),
        Talks.save(talk(who), was=0),
        Audit(1, "turn", who, None, "{}"),
    ]


async def test_a_copy_overwrites_nothing(database: SQLiteDatabase, path: Path) -> None:
    """The target must be new; a source that is no database leaves no target."""
    with pytest.raises(FileExistsError):
        online_copy(path, path, KEYS)
    letter = path.with_name("letter")
    letter.write_text("Dear Sir or Madam, " * 300)
    with pytest.raises(Broken):
        online_copy(letter, path.with_name("copy"), KEYS)
    assert not path.with_name("copy").exists()


async def test_check_tells_damage_and_orphans(tmp_path: Path) -> None:
    """A page overwritten on the disk is found; so is a file that is no database."""
    path = tmp_path / "hotline.sqlite3"
    database = await SQLiteDatabase.open(path, KEYS)
    await asyncio.gather(*(database.commit(turn(new())) for _ in range(2000)))
    await database.close()
    assert check(path, KEYS) == []
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:middle] + bytes(8192) + whole[middle + 8192 :])
    assert check(path, KEYS) != []
    path.write_bytes(b"Dear Sir or Madam, " * 300)
    assert check(path, KEYS) == [
        "not readable as a database: statement 0: SQLITE_NOTADB"
    ]
