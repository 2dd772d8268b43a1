"""A file that everybody can read becomes one that nobody can without the key; whoever
stops it on the way loses nothing and leaves nothing readable.
"""

import itertools
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage import conversion
from storage.connection import connect
from storage.conversion import encrypt, is_plain, leftovers, renew
from storage.encrypted import SQLiteConnection
from tests.looking import look_with
from tests.storage.rows import KEYS

WORDS = [f"needle {number}" for number in range(500)]
NEWER = (bytes(32), *KEYS)
# whose calls change what lies on the disk
STEPS = ((os, "link"), (os, "fsync"), (os, "replace"), (os, "unlink"), (os, "chown"))


@pytest.fixture
def old(path: Path) -> Path:
    """As a program of yesterday left it when it was killed: the newest is in the log
    alone.
    """
    source = path.with_name("source")
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
        connection.execute("PRAGMA user_version = 7")
        half = len(WORDS) // 2
        insert = "INSERT INTO words (word) VALUES (?)"
        connection.execute("BEGIN")
        connection.executemany(insert, [(word,) for word in WORDS[:half]])
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("BEGIN")
        connection.executemany(insert, [(word,) for word in WORDS[half:]])
        connection.execute("COMMIT")
        for ending in ("", "-wal"):
            held = source.with_name(source.name + ending).read_bytes()
            path.with_name(path.name + ending).write_bytes(held)
            path.with_name(path.name + ending).chmod(0o600)
    for file in path.parent.glob("source*"):
        file.unlink()
    return path


def kept(path: Path) -> bool:
    """Everything is there, and can be written to."""
    with closing(look_with(NEWER, path)) as connection:
        rows = connection.execute("SELECT word FROM words ORDER BY id").fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("UPDATE words SET word = word")
    return [row["word"] for row in rows] == WORDS and version == (7,)


def readable(folder: Path) -> list[str]:
    files = [file for file in folder.iterdir() if b"needle" in file.read_bytes()]
    return [file.name for file in files]


def test_it_is_encrypted_with_its_log_and_nothing_readable_is_left(old: Path) -> None:
    assert len(readable(old.parent)) == 2, "the control: file and log can be read"
    assert encrypt(old, KEYS)
    assert readable(old.parent) == [] and not is_plain(old)
    assert [file.name for file in old.parent.iterdir()] == [old.name]
    assert old.stat().st_mode & 0o777 == 0o600
    assert kept(old)
    assert not encrypt(old, KEYS), "once is enough"


def test_the_old_bytes_are_overwritten_not_only_unlinked(old: Path) -> None:
    """Whoever holds the old files open sees them go, as a disk would be read."""
    held = [old.open("rb"), old.with_name(f"{old.name}-wal").open("rb")]
    encrypt(old, KEYS)
    for file in held:
        assert set(file.read()) == {0}
        file.close()


def test_a_newer_key_takes_its_place(old: Path) -> None:
    encrypt(old, KEYS)
    assert not renew(old, KEYS)
    assert renew(old, NEWER)
    assert kept(old)
    with closing(connect(old, NEWER[:1])) as connection:
        connection.execute("SELECT * FROM words")


def _in_a_fork(call: Callable[[], object]) -> int:
    """How it ended: 0, or the signal."""
    child = os.fork()
    if child == 0:
        try:
            call()
            os._exit(0)
        finally:
            os._exit(99)
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status)


def _killed_at(step: int, path: Path) -> Callable[[], object]:
    """Encrypts, and is killed before its so-manieth change of the disk."""

    def run() -> None:
        steps = itertools.count()

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def counting(*args: Any, **named: Any) -> Any:
                if next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*args, **named)

            return counting

        for module, name in STEPS:
            setattr(module, name, counted(getattr(module, name)))
        SQLiteConnection.execute = counted(SQLiteConnection.execute)  # type: ignore[method-assign]
        conversion._overwrite = counted(conversion._overwrite)
        encrypt(path, KEYS)

    return run


@pytest.mark.slow
def test_killed_at_any_step_it_is_finished_by_the_next(
    old: Path, tmp_path: Path
) -> None:
    """Nothing is lost, nothing readable stays behind; at every step there is."""
    files = {file.name: file.read_bytes() for file in old.parent.iterdir()}
    for step in itertools.count():
        folder = tmp_path / str(step)
        folder.mkdir()
        for name, held in files.items():
            (folder / name).write_bytes(held)
        path = folder / old.name
        ended = _in_a_fork(_killed_at(step, path))
        if ended == 0:
            break
        assert ended == -signal.SIGKILL, f"step {step}"
        encrypt(path, KEYS)
        assert kept(path) and readable(folder) == [], f"step {step}"
        if leftovers(path):
            renew(path, NEWER)
        assert leftovers(path) == [], f"step {step}"
    assert step > 30, "few steps were seen"


def test_of_two_at_once_one_does_it(old: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            encrypt(old, KEYS)
            os._exit(0)
        finally:
            os._exit(99)
    encrypt(old, KEYS)
    assert os.waitpid(child, 0)[1] == 0
    assert kept(old) and readable(old.parent) == []


HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("SELECT count(*) FROM words").fetchone()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_that_an_older_program_has_open_is_left_to_it(
    old: Path, python: list[str]
) -> None:
    """It would go on writing into a file that is no more."""
    pipe = subprocess.PIPE
    command = [*python, "-c", HOLDING, str(old)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as holding:
        assert holding.stdout is not None and holding.stdout.readline() == b"held\n"
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            encrypt(old, KEYS, patience=0.1)
        assert is_plain(old)
        holding.communicate()
    assert encrypt(old, KEYS) and kept(old)


def test_where_there_is_no_room_it_stays_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "create", full)
    with pytest.raises(OSError):
        encrypt(old, KEYS)
    monkeypatch.undo()
    assert is_plain(old) and kept(old)
    assert encrypt(old, KEYS)
