"""`jianfu backup` and `jianfu restore`: nothing lost, nothing readable, nothing
forgotten brought back.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from storage.backup import check
from storage.port import Audit, Write
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media
from storage.sqlite import SQLiteDatabase
from tests.bot.command import Login, holds, stop
from tests.looking import all_laid_open, keys_of, laid_open, look_into
from tests.storage.rows import picture

LEDGER = "同一份网格台账每周要报五次"
CLOCK = "工作群里每天打卡三次还要截图"
HEAD = 42  # bytes before the first chunk of a backup
CHUNK = (1 << 20) + 16
SELECT_TURNS = "SELECT about FROM audit WHERE kind = 'turn'"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Login:
    login = Login(tmp_path_factory.mktemp("fresh"))
    login.does("init")
    return login


@pytest.fixture
def login(fresh: Login, tmp_path: Path) -> Login:
    shutil.copytree(fresh.folder, tmp_path, dirs_exist_ok=True)
    return Login(tmp_path)


def fill(login: Login, megabytes: int) -> None:
    """Pictures nobody can tell from real ones without the keys."""

    async def filled() -> None:
        database = await SQLiteDatabase.open(login.database, keys_of(login.keyring))
        for _ in range(megabytes):
            await database.commit(
                [Media.put(replace(picture(), sealed=secrets.token_bytes(1 << 20)))]
            )
        await database.close()

    asyncio.run(filled())


def test_a_restored_backup_serves_on(login: Login) -> None:
    """Receipts open, drafts go on, cases are there; files only the owner reads; doctor
    finds nothing.
    """
    receipt = login.files(LEDGER)
    login.chat(CLOCK)  # a draft, not sent
    login.does("backup", "hotline.backup")
    assert stat.S_IMODE((login.folder / "hotline.backup").stat().st_mode) == 0o600
    other = login.elsewhere("other")
    assert "工单1件、反映1件" in other.does("restore", "hotline.backup")
    assert stat.S_IMODE(other.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(other.database.stat().st_mode) == 0o600
    assert sorted(path.name for path in other.data.iterdir()) == ["jianfu.db"]
    assert other.does("doctor")
    assert other.texts() == [LEDGER]
    assert other.tells(receipt)
    assert "已送出" in other.chat("送出")  # the draft, from where it was
    assert other.texts() == sorted([LEDGER, CLOCK])
    assert login.texts() == [LEDGER]


def test_nothing_of_a_report_can_be_read_in_a_backup(login: Login) -> None:
    """Neither words nor receipt, in no usual writing; the control is found."""
    receipt = login.files(LEDGER)
    login.does("backup", "hotline.backup")
    for words in (LEDGER, "网格台账", receipt, receipt.replace("-", ""), "jianfu"):
        assert holds(login.folder, words) == [], words
    (login.folder / "control").write_text(LEDGER, "utf-16-le")
    assert holds(login.folder, "网格台账") == [login.folder / "control"]


async def test_a_backup_of_a_busy_database_is_one_moment_of_it(
    login: Login, tmp_path: Path
) -> None:
    """All that was acknowledged before is there, no turn by half, and others go on
    writing meanwhile.
    """
    database = await SQLiteDatabase.open(login.database, keys_of(login.keyring))
    before = [secrets.token_bytes(16) for _ in range(200)]
    later = 0
    await asyncio.gather(*(database.commit(turn(mark)) for mark in before))
    backup = asyncio.create_task(
        asyncio.to_thread(login.does, "backup", "hotline.backup")
    )
    while not backup.done():
        await database.commit(turn(secrets.token_bytes(16)))
        later += 1
    await backup
    await database.close()
    other = login.elsewhere("other")
    await asyncio.to_thread(other.does, "restore", "hotline.backup")
    marks = {row[0] for row in other.rows("SELECT mark FROM inbox")}
    assert set(before) <= marks
    assert marks == {row[0] for row in other.rows(SELECT_TURNS)}
    assert later > 10


def turn(mark: bytes) -> list[Write | Audit]:
    return [Inbox.mark(mark, 1), Audit(1, "turn", mark, None, "{}")]


# ── what was forgotten ────────────────────────────────────────────────────────────────


def test_what_was_forgotten_after_the_backup_stays_forgotten(login: Login) -> None:
    """The receipt opens nothing, the key is gone, words are found no more; the other
    report is untouched.
    """
    ledger, clock = login.files(LEDGER), login.files(CLOCK)
    login.does("backup", "hotline.backup")
    login.forgets(ledger)
    other = login.elsewhere("other")
    assert "要求删除的1件，已再次销毁" in other.does("restore", "hotline.backup")
    assert other.texts() == [CLOCK]
    assert (other.tells(ledger), other.tells(clock)) == (False, True)
    whole = (
        "wrapped_key IS NOT NULL, sealed IS NOT NULL, address IS NOT NULL,"
        " mine IS NOT NULL"
    )
    (gone,) = other.rows(f"SELECT {whole} FROM reports WHERE wrapped_key IS NULL")
    assert gone == (0, 0, 0, 0)
    assert other.rows("SELECT count(*) FROM cases") == [(2,)]
    assert other.does("doctor")


def test_the_forgotten_bytes_are_not_in_the_restored_file(login: Login) -> None:
    """Not even in free pages or logs: the sealed text and its wrapped key are looked
    for by their bytes.
    """
    ledger = login.files(LEDGER)
    ((key, sealed),) = login.rows("SELECT wrapped_key, sealed FROM reports")
    assert isinstance(key, bytes) and isinstance(sealed, bytes)
    login.does("backup", "hotline.backup")
    control = login.elsewhere("control")
    control.does("restore", "hotline.backup")
    assert key in laid_open(control.database)
    login.forgets(ledger)
    other = login.elsewhere("other")
    other.does("restore", "hotline.backup")
    written = all_laid_open(other.data)
    assert (
        key not in written
        and sealed[:64] not in written
        and sealed[-64:] not in written
    )


def test_without_the_newest_journal_nothing_is_restored_unasked(login: Login) -> None:
    """It is what keeps the forgotten forgotten: missing or older than the backup,
    restoring is refused.
    """
    ledger, clock = login.files(LEDGER), login.files(CLOCK)
    early = login.journal.read_bytes()
    login.forgets(ledger)
    login.does("backup", "hotline.backup")
    login.forgets(clock)
    other = login.elsewhere("other")
    login.journal.write_bytes(early)
    assert "不是最新" in other.refused("restore", "hotline.backup")
    login.journal.unlink()
    assert "没有销毁日志" in other.refused("restore", "hotline.backup")
    assert list(other.data.iterdir() if other.data.exists() else ()) == []
    other.does("restore", "hotline.backup", "--journal-lost")
    assert (other.tells(ledger), other.tells(clock)) == (
        False,
        True,
    )  # the second one: what a lost journal costs
    assert other.does("doctor")  # the journal knows again what the backup had forgotten


# ── what is refused, and leaves everything as it was ──────────────────────────────────

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "the mark at the front": lambda data: flipped(data, 3),
    "the format": lambda data: flipped(data, 6),
    "the key version": lambda data: flipped(data, 9),
    "the salt": lambda data: flipped(data, 30),
    "the first byte sealed": lambda data: flipped(data, HEAD),
    "the middle of the first chunk": lambda data: flipped(data, HEAD + CHUNK // 2),
    "the tag of the first chunk": lambda data: flipped(data, HEAD + CHUNK - 1),
    "the second chunk": lambda data: flipped(data, HEAD + CHUNK + 5),
    "the last byte": lambda data: flipped(data, len(data) - 1),
    "cut in the head": lambda data: data[:20],
    "cut after the head": lambda data: data[:HEAD],
    "cut between two chunks": lambda data: data[: HEAD + CHUNK],
    "cut in a chunk": lambda data: data[: HEAD + CHUNK + 1000],
    "cut by one byte": lambda data: data[:-1],
    "empty": lambda data: b"",
    "one byte more": lambda data: data + b"\0",
    "chunks exchanged": lambda data: (
        data[:HEAD]
        + data[HEAD + CHUNK : HEAD + 2 * CHUNK]
        + data[HEAD : HEAD + CHUNK]
        + data[HEAD + 2 * CHUNK :]
    ),
    "a database": lambda data: b"SQLite format 3\0" + data[16:],
}


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.fixture(scope="module")
def three_chunks(tmp_path_factory: pytest.TempPathFactory) -> Login:
    """A login with a backup of several chunks."""
    login = Login(tmp_path_factory.mktemp("chunks"))
    login.does("init")
    fill(login, 2)
    login.does("backup", "hotline.backup")
    assert (login.folder / "hotline.backup").stat().st_size > HEAD + 2 * CHUNK
    return login


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_backup_restores_nothing(
    three_chunks: Login, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """One line, and not a byte of it in the data folder."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(damage((three_chunks.folder / "hotline.backup").read_bytes()))
    other = three_chunks.elsewhere(str(tmp_path / "data"))
    line = other.refused("restore", damaged)
    assert "备份" in line and str(damaged) in line
    assert not other.data.exists() or list(other.data.iterdir()) == []


def test_another_keyring_opens_nothing(login: Login, tmp_path: Path) -> None:
    """Neither to restore, nor to back up what it cannot open: nobody could ever read
    that backup.
    """
    login.files(LEDGER)
    login.does("backup", "hotline.backup")
    Keyring.create(tmp_path / "keys" / "keyring.json")
    (tmp_path / "keys" / "keyring.shredded").touch(0o600)
    stranger = {"JIANFU_KEYRING": str(tmp_path / "keys" / "keyring.json")}
    assert "钥匙环" in login.elsewhere("other").refused(
        "restore", "hotline.backup", **stranger
    )
    assert "不配" in login.refused("backup", "second.backup", **stranger)
    assert not (login.folder / "second.backup").exists()


def test_after_rotation_old_backups_open_and_new_ones_need_the_new_keys(
    login: Login,
) -> None:
    """A copy of the keyring from before the rotation is told apart from a damaged
    backup.
    """
    receipt = login.files(LEDGER)
    login.does("backup", "old.backup")
    old = login.keyring.read_bytes()
    Keyring.load(login.keyring).rotate()
    login.does("backup", "new.backup")
    one, other = login.elsewhere("one"), login.elsewhere("two")
    one.does("restore", "old.backup")
    assert one.tells(receipt)
    login.keyring.write_bytes(old)
    assert "没有做这份备份时的那把钥匙" in other.refused("restore", "new.backup")


def test_a_backup_of_a_newer_program_waits_for_it(login: Login) -> None:
    login.change("PRAGMA user_version = 99")
    login.does("backup", "hotline.backup")
    assert "较新的程序" in login.elsewhere("other").refused("restore", "hotline.backup")


def test_nothing_is_overwritten_unasked(login: Login) -> None:
    """A backup only by --force, and by no flag what is no backup: the database, the
    keyring, a letter.
    """
    login.does("backup", "hotline.backup")
    first = (login.folder / "hotline.backup").read_bytes()
    assert "--force" in login.refused("backup", "hotline.backup")
    assert (login.folder / "hotline.backup").read_bytes() == first
    login.does("backup", "hotline.backup", "--force")
    assert (login.folder / "hotline.backup").read_bytes() != first
    (login.folder / "letter").write_text("Dear Sir")
    for path in (login.folder / "letter", login.database, login.keyring, login.journal):
        before = path.read_bytes()
        assert "换一个名字" in login.refused("backup", path, "--force")
        assert path.read_bytes() == before
    assert "目录" in login.refused("backup", login.folder)
    assert "目录" in login.refused(
        "backup", login.folder / "nowhere" / "hotline.backup"
    )
    assert "jianfu.db" in login.refused("restore", "hotline.backup")
    assert "没有这个文件" in login.elsewhere("other").refused("restore", "none.backup")
    assert "没有什么可备份" in login.elsewhere("empty").refused("backup", "b")


def test_restore_over_a_database_waits_until_nobody_uses_it(login: Login) -> None:
    """With --force an idle one is replaced, one in use is not."""
    login.does("backup", "hotline.backup")
    receipt = login.files(LEDGER)
    with closing(look_into(login.database, login.keyring)) as connection:
        connection.execute("SELECT count(*) FROM reports").fetchone()
        assert "正在使用" in login.refused("restore", "hotline.backup", "--force")
    assert login.tells(receipt)
    login.does("restore", "hotline.backup", "--force")
    assert login.texts() == []
    assert check(login.database, keys_of(login.keyring)) == []


@pytest.mark.parametrize("damage", ["head", "all"])
def test_a_damaged_database_with_its_log_is_replaced(login: Login, damage: str) -> None:
    """What a killed process left in the log is the old database's, and must not get
    into the new one.
    """
    receipt = login.files(LEDGER)
    login.does("backup", "hotline.backup")
    kept = login.folder / "kept"
    with closing(look_into(login.database, login.keyring)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE stray AS SELECT * FROM reports")
        shutil.copytree(login.data, kept)  # as a kill -9 leaves it
    shutil.rmtree(login.data)
    kept.rename(login.data)
    assert (login.data / "jianfu.db-wal").stat().st_size > 0
    whole = login.database.read_bytes()
    login.database.write_bytes(
        b"\0" * 4096 + whole[4096:] if damage == "head" else b"?" * len(whole)
    )
    login.does("restore", "hotline.backup", "--force")
    assert login.rows("SELECT name FROM sqlite_schema WHERE name = 'stray'") == []
    assert sorted(path.name for path in login.data.iterdir()) == ["jianfu.db"]
    assert login.tells(receipt)
    assert login.does("doctor")


def test_a_damaged_database_is_not_backed_up(login: Login) -> None:
    """The backup of yesterday is worth more than a broken one of today."""
    login.files(LEDGER)
    fill(login, 1)
    login.does("backup", "hotline.backup")
    yesterday = (login.folder / "hotline.backup").read_bytes()
    ((page,),) = login.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'reports'")
    whole = login.database.read_bytes()
    at = (int(str(page)) - 1) * 4096
    login.database.write_bytes(whole[:at] + b"\xff" * 4096 + whole[at + 4096 :])
    assert login.run("doctor").code == 1
    login.refused("backup", "hotline.backup", "--force")
    assert (login.folder / "hotline.backup").read_bytes() == yesterday
    assert sorted(path.name for path in login.data.iterdir()) == ["jianfu.db"]


# ── what a disk and a signal may do ───────────────────────────────────────────────────


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    folder = tmp_path / "small"
    folder.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", str(folder)]
    if (
        os.geteuid()
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def remounted(folder: Path, *options: str) -> None:
    subprocess.run(
        ["mount", "-o", f"remount,{','.join(options)}", str(folder)], check=True
    )


def test_a_full_or_read_only_disk_is_one_line_and_leaves_nothing(
    login: Login, small: Path
) -> None:
    """The backup, the copy it needs, the restored database; tried again with room, it
    works.
    """
    fill(login, 8)
    assert "磁盘满" in login.refused("backup", small / "b")
    assert list(small.iterdir()) == []
    login.does("backup", "hotline.backup")
    other = login.elsewhere(str(small))
    assert "磁盘满" in other.refused("restore", "hotline.backup")
    assert list(small.iterdir()) == []
    remounted(small, "ro")
    assert "只读" in login.refused("backup", small / "b")
    assert "只读" in other.refused("restore", "hotline.backup")
    remounted(small, "rw", "size=64m")
    other.does("restore", "hotline.backup")
    remounted(small, "size=12m")  # room for the database, not for a copy beside it
    assert "磁盘满" in other.refused("backup", "second.backup")
    assert sorted(path.name for path in small.iterdir()) == ["jianfu.db"]
    report = other.run("doctor")
    assert report.code == 1 and "MB 以上" in report.out


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL]
)
def test_interrupted_it_leaves_no_copy_and_no_half_backup(
    login: Login, number: signal.Signals
) -> None:
    """The copy lies where only the owner looks, and goes; after kill -9 the next run
    clears it away.
    """
    fill(login, 64)
    process, work = login.start("backup", "hotline.backup"), login.data / ".work"
    while not (work / "copy").exists():
        assert process.poll() is None, process.communicate()
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    ended = stop(process, number)
    assert ended.code == (-9 if number == signal.SIGKILL else 130), ended
    assert "Traceback" not in ended.err
    assert [path.name for path in login.folder.iterdir() if "backup" in path.name] == []
    assert (work / "copy").exists() == (number == signal.SIGKILL)
    if number == signal.SIGKILL:
        assert "副本" in login.run("doctor").out
    login.does("backup", "hotline.backup")
    assert sorted(path.name for path in login.data.iterdir()) == ["jianfu.db"]


@pytest.mark.slow
def test_two_backups_at_once_do_not_mix(login: Login) -> None:
    """The second one says so, and the first one is not disturbed."""
    fill(login, 64)
    first, work = login.start("backup", "first.backup"), login.data / ".work"
    while not (work / "copy").exists():
        assert first.poll() is None, first.communicate()
    first.send_signal(signal.SIGSTOP)
    assert "另一个备份" in login.refused("backup", "second.backup")
    ended = stop(first, signal.SIGCONT)
    assert ended.code == 0, ended
    login.elsewhere("other").does("restore", "first.backup")


@pytest.mark.slow
def test_a_restored_backup_is_served_and_backed_up_while_served(login: Login) -> None:
    """`jianfu serve` runs on it; meanwhile doctor sees it, a backup goes on, and no
    restore replaces it.
    """
    receipt = login.files(LEDGER)
    login.does("backup", "hotline.backup")
    other = login.elsewhere("other")
    other.does("restore", "hotline.backup")
    server = other.start("serve", JIANFU_WEB__PORT="0")
    try:
        until = time.monotonic() + 60
        while "jianfu serve 在运行" not in other.run("doctor").out:
            assert server.poll() is None and time.monotonic() < until, (
                server.communicate()
            )
        other.does("backup", "served.backup")
        assert "正在使用" in other.refused("restore", "served.backup", "--force")
        assert other.tells(receipt)
    finally:
        ended = stop(server, signal.SIGTERM)
    assert "Traceback" not in ended.err, ended
    third = login.elsewhere("third")
    third.does("restore", "served.backup")
    assert third.tells(receipt)
