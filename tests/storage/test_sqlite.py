"""What the SQLite database does beyond the port's contract: grouping, modes of files,
several processes.
"""

import asyncio
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.connection import connect
from storage.port import Broken, Refusing
from storage.repositories.inbox import Inbox
from storage.repositories.leases import Leases
from storage.repositories.talks import Talks
from storage.sqlite import SQLiteDatabase
from tests.looking import look_with
from tests.storage.rows import KEYS, new, talk


def transactions(path: Path) -> int:
    """Commits that stand in the WAL: frames whose "size after commit" is not zero."""
    wal = path.with_name(path.name + "-wal").read_bytes()
    frames = range(32, len(wal), 24 + 4096)
    return sum(
        int.from_bytes(wal[frame + 4 : frame + 8], "big") > 0 for frame in frames
    )


async def opened_again(database: SQLiteDatabase) -> None:
    """Refuse mode ends by itself within seconds."""
    async with asyncio.timeout(10):
        while database.refusing:
            await asyncio.sleep(0.05)


async def test_turns_that_wait_share_one_transaction(
    database: SQLiteDatabase, path: Path
) -> None:
    """64 turns at once cost one commit, hence one fsync."""
    await database.checkpoint()
    await asyncio.gather(*(database.commit([Inbox.mark(new(), 1)]) for _ in range(64)))
    assert transactions(path) == 1


async def test_reads_that_wait_are_all_answered(database: SQLiteDatabase) -> None:
    """Each asker gets its own answer, also when one of them asks nonsense."""
    everybody = [new() for _ in range(300)]
    await asyncio.gather(
        *(database.commit([Talks.save(talk(who), was=0)]) for who in everybody)
    )
    asked = [
        database.all("SELECT pseudonym FROM talks WHERE pseudonym = :who", who=who)
        for who in everybody
    ]
    nonsense = database.all("SELECT nothing FROM nowhere")
    answers = await asyncio.gather(nonsense, *asked, return_exceptions=True)
    assert isinstance(answers[0], Broken)
    assert [
        rows[0][0] for rows in answers[1:] if not isinstance(rows, BaseException)
    ] == everybody


async def test_a_slow_read_does_not_hold_up_the_others(
    database: SQLiteDatabase,
) -> None:
    """While one reader counts for seconds, look-ups, lists and commits go on."""
    counting = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE
    i < 3000000)
    SELECT count(*) FROM n"""
    slow = asyncio.ensure_future(database.all(counting))
    await asyncio.sleep(0.05)
    await database.commit([Inbox.mark(new(), 1)])
    assert len(await database.all("SELECT mark FROM inbox")) == 1
    assert not slow.done()
    assert (await slow)[0][0] == 3_000_000


async def test_only_the_owner_may_read_the_files(
    database: SQLiteDatabase, path: Path
) -> None:
    """0600, whatever the umask; WAL and index too."""
    await database.commit([Inbox.mark(new(), 1)])
    modes = {
        file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()
    }
    assert modes == {
        path.name: 0o600,
        f"{path.name}-wal": 0o600,
        f"{path.name}-shm": 0o600,
    }


async def test_the_folder_is_made_private(tmp_path: Path) -> None:
    """0700 for a folder that was not there."""
    database = await SQLiteDatabase.open(tmp_path / "data" / "hotline.sqlite3", KEYS)
    await database.close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


async def test_another_process_s_lock_is_waited_for(
    database: SQLiteDatabase, path: Path
) -> None:
    """A command in the terminal may write while the hotline serves."""
    other = connect(path, KEYS)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(database.commit([Inbox.mark(b"mark", 1)]))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    await waiting
    assert await Inbox(database).known(b"mark")


async def test_a_lock_that_stays_is_refused_until_it_goes(
    database: SQLiteDatabase, path: Path
) -> None:
    """Nothing is written, reads go on, and the door opens by itself."""
    other = connect(path, KEYS)
    other.execute("BEGIN IMMEDIATE")
    marks = [new() for _ in range(8)]
    answers = await asyncio.gather(
        *(database.commit([Inbox.mark(mark, 1)]) for mark in marks),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Refusing] * 8
    assert database.refusing
    assert not await Inbox(database).known(marks[0])
    other.execute("ROLLBACK")
    other.close()
    await opened_again(database)
    await database.commit([Inbox.mark(marks[0], 1)])
    assert len(await database.all("SELECT mark FROM inbox")) == 1


async def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    """A turn handed over before closing is written."""
    database = await SQLiteDatabase.open(tmp_path / "hotline.sqlite3", KEYS)
    waiting = [
        asyncio.ensure_future(database.commit([Inbox.mark(new(), 1)]))
        for _ in range(300)
    ]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*waiting)
    with pytest.raises(Refusing):
        await database.commit([Inbox.mark(new(), 1)])
    with pytest.raises(Refusing):
        await database.all("SELECT 1")
    with closing(look_with(KEYS, tmp_path / "hotline.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (300,)


async def test_what_is_no_database_is_told_apart_from_what_cannot_be_opened(
    tmp_path: Path,
) -> None:
    """Broken: mend the file; Refusing: mend the place."""
    (tmp_path / "letter").write_text("Dear Sir or Madam, " * 300)
    with pytest.raises(Broken):
        await SQLiteDatabase.open(tmp_path / "letter", KEYS)
    with pytest.raises(Refusing):
        await SQLiteDatabase.open(tmp_path / "letter" / "hotline.sqlite3", KEYS)


async def test_every_connection_is_set_up_alike(
    path: Path, database: SQLiteDatabase
) -> None:
    """The promises about deleted text and durability hang on these."""
    wanted = {
        "synchronous": 2,
        "secure_delete": 1,
        "trusted_schema": 0,
        "foreign_keys": 1,
        "journal_mode": "wal",
        "wal_autocheckpoint": 8000,
    }
    for name, value in wanted.items():
        asked = await database.all(f"PRAGMA {name}")
        looked = await database.one(f"PRAGMA {name}")
        assert asked[0][0] == value == (looked and looked[0]), name


async def test_a_lease_is_held_by_one_and_passes_on(database: SQLiteDatabase) -> None:
    """Prolonged by its holder, taken over when it has run out or was released."""
    leases = Leases(database)
    assert await leases.take("sender", b"one", now=0)
    assert await leases.take("sender", b"one", now=20)
    assert not await leases.take("sender", b"two", now=49)
    assert await leases.take("sender", b"two", now=50)
    await leases.release("sender", b"one")
    assert not await leases.take("sender", b"one", now=50)
    await leases.release("sender", b"two")
    assert await leases.take("sender", b"one", now=50)


RACE = """
import asyncio, sys
from pathlib import Path
from storage.repositories.leases import Leases
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

async def race():
    database = await SQLiteDatabase.open(Path(sys.argv[1]), KEYS)
    for now in range(0, 3000, 30):
        print(int(await Leases(database).take("sender", sys.argv[2].encode(), now)))
    await database.close()

asyncio.run(race())
"""


async def test_of_two_processes_one_takes_the_lease(
    path: Path, python: list[str]
) -> None:
    """Both try for the same hundred periods at once; no period has two holders."""
    racers = [
        await asyncio.create_subprocess_exec(
            *python, "-c", RACE, str(path), name, stdout=asyncio.subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    outcomes = [(await racer.communicate())[0].split() for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    holders = list(zip(*outcomes, strict=True))
    assert len(holders) == 100
    assert (b"1", b"1") not in holders
    assert sum(pair.count(b"1") for pair in holders) > 0
