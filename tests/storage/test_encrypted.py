"""Encrypted files behave as sqlite3's do, whoever has the key; without it they are
noise.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage.connection import NoKeyFits, connect, create
from storage.encrypted import FileHead, SQLiteConnection
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

OTHER = bytes(32)
ROWS = 2000
SCRIPT: tuple[tuple[str, Any], ...] = (
    ("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE) STRICT", ()),
    ("INSERT INTO words (word) VALUES (?), (?)", ("a", "b")),
    ("INSERT OR IGNORE INTO words (word) VALUES (?)", ("a",)),
    ("UPDATE words SET word = word || '!' WHERE id > ?", (0,)),
    ("INSERT INTO words (word) VALUES ('c') RETURNING id, word", ()),
    ("SELECT * FROM words WHERE id = :id", {"id": 1, "more": 2}),
    ("SELECT word, count(*) AS times FROM words GROUP BY 1", ()),
    ("BEGIN IMMEDIATE", ()),
    ("DELETE FROM words WHERE id = 2", ()),
    ("ROLLBACK", ()),
    ("INSERT INTO words (word) VALUES ('a!')", ()),
    ("INSERT INTO words (id) VALUES (1)", ()),
    ("SELECT nothing FROM nowhere", ()),
    ("SELECT ?", ()),
    ("SELECT :word", {}),
    ("COMMIT", ()),
    ("PRAGMA user_version", ()),
)
IS_CHANGE = ("INSERT", "UPDATE", "DELETE")


def told(connection: SQLiteConnection | sqlite3.Connection) -> list[object]:
    """All that a caller sees of the script."""
    seen: list[object] = []
    for sql, parameters in SCRIPT:
        try:
            cursor = connection.execute(sql, parameters)
            rows = cursor.fetchall()
            named = [tuple(zip(row.keys(), row, strict=True)) for row in rows]
            count = cursor.rowcount if sql.startswith(IS_CHANGE) else None
            seen.append((named, count))
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            name = getattr(error, "sqlite_errorname", None)
            seen.append((type(error), code, name))
        seen.append((connection.in_transaction, connection.total_changes))
    return seen


def test_a_caller_sees_what_sqlite3_shows(path: Path) -> None:
    """Rows by name and place, what was touched, transactions, errors with codes."""
    create(path)
    with (
        closing(SQLiteConnection(path, KEYS[0])) as ours,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as theirs,
    ):
        theirs.row_factory = sqlite3.Row
        assert told(ours) == told(theirs)


def test_a_statement_is_over_with_its_last_row(path: Path) -> None:
    """Else what was written could not be committed, and the log not be emptied."""
    create(path)
    with closing(connect(path, KEYS)) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.execute("BEGIN")
        cursor = connection.execute("INSERT INTO words VALUES ('a') RETURNING word")
        assert cursor.fetchone()["word"] == "a"
        connection.execute("COMMIT")
        assert cursor.fetchone() is None
        assert list(connection.execute("SELECT word FROM words")) == [("a",)]


@pytest.fixture
def filled(path: Path) -> Path:
    create(path)
    with closing(connect(path, KEYS)) as connection:
        connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
        connection.execute("BEGIN")
        for number in range(ROWS):
            values = (number, f"needle {number} " * 20)
            connection.execute("INSERT INTO words VALUES (?, ?)", values)
        connection.execute("COMMIT")
    return path


def test_without_the_key_it_is_noise(filled: Path) -> None:
    held = filled.read_bytes()
    assert b"needle" not in held and b"CREATE" not in held and b"SQLite" not in held
    with closing(sqlite3.connect(filled)) as thief, pytest.raises(sqlite3.Error):
        thief.execute("SELECT * FROM sqlite_schema")
    with pytest.raises(NoKeyFits):
        connect(filled, [OTHER])
    with pytest.raises(NoKeyFits):
        connect(filled, [])


def test_an_older_key_still_opens_it(filled: Path) -> None:
    with closing(connect(filled, [OTHER, KEYS[0]])) as connection:
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (ROWS,)


def _at(file: Path, place: int) -> None:
    """One bit there is another."""
    with file.open("r+b") as changed:
        changed.seek(place)
        (byte,) = changed.read(1)
        changed.seek(place)
        changed.write(bytes([byte ^ 1]))


def test_one_damaged_page_fails_alone(filled: Path) -> None:
    """What is on it cannot be read, and nothing false is; all else can."""
    _at(filled, filled.stat().st_size // 2)
    read: list[int] = []
    failed: list[str] = []
    with closing(connect(filled, KEYS)) as connection:
        for number in range(ROWS):
            select = "SELECT word FROM words WHERE id = ?"
            try:
                row = connection.execute(select, (number,)).fetchone()
            except sqlite3.DatabaseError as error:
                failed.append(error.sqlite_errorname)
            else:
                assert row["word"] == f"needle {number} " * 20
                read.append(number)
        assert set(failed) == {"SQLITE_CORRUPT"} and len(failed) < 30
        assert len(read) == ROWS - len(failed)
        connection.execute("INSERT INTO words VALUES (?, 'goes on')", (ROWS,))


def test_a_damaged_mark_alone_keeps_nobody_out(filled: Path) -> None:
    """The first bytes only tell which key it is."""
    _at(filled, 3)
    assert not FileHead(filled).is_of(KEYS[0])
    with closing(connect(filled, [OTHER, *KEYS])) as connection:
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (ROWS,)


def _locks(file: Path) -> list[str]:
    inode = f":{file.stat().st_ino} "
    held = Path("/proc/locks").read_text("ascii").splitlines()
    return [line for line in held if inode in line and f" {os.getpid()} " in line]


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs Linux")
async def test_looking_at_its_head_lets_go_of_no_lock(
    database: SQLiteDatabase, path: Path
) -> None:
    """As opening and closing the file would; the control does it."""
    held = _locks(path)
    assert held
    FileHead(path)
    assert _locks(path) == held
    path.open("rb").close()
    assert _locks(path) == []
