"""Yesterday's database opens today, and looks like one made today."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import check
from storage.connection import create
from storage.encrypted import SQLiteConnection
from storage.migrate import TooNew, migrate, migrations, statements, version
from storage.port import Broken
from storage.repositories.cases import Cases
from storage.sqlite import SQLiteDatabase
from tests.looking import all_laid_open, look_with
from tests.storage.rows import KEYS
from tests.storage.yesterday import schema, tables

RELEASED = sorted((Path(__file__).parents[1] / "data").glob("schema_*.sql"))


def fresh() -> SQLiteConnection:
    connection = SQLiteConnection(":memory:")
    migrate(connection)
    return connection


def test_every_schema_is_kept_as_it_was_released() -> None:
    """A released schema needs its file in tests/data (see tests/storage/yesterday.py),
    the newest too.
    """
    numbers = [int(path.stem.removeprefix("schema_")) for path in RELEASED]
    assert list(migrations()) == list(range(1, numbers[-1] + 1))
    assert set(numbers) <= set(migrations())


def test_cases_from_before_the_clocks_get_theirs() -> None:
    """Where they stand; and one ring each has everything counted that is owed."""
    states = {
        "filed": ("accept", "1 C"),
        "accepted": ("assign", "1 W"),
        "returned": ("assign", "1 W"),
        "assigned": ("answer", "15 W"),
        "rectifying": ("rectify", "30 W"),
        "answered": None,
        "closed": None,
        "merged": None,
    }
    with closing(SQLiteConnection(":memory:")) as connection:
        for statement in statements(migrations()[1]):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        for number, state in enumerate(states):
            values = (bytes([number]) * 16, 1, f"case {number}", state, 7200, 9000, b"")
            connection.execute(
                """INSERT INTO cases (id, version, alias, state, category, urgent,
    opened_hour, changed_at,
                sealed) VALUES (?, ?, ?, ?, 'forms', 0, ?, ?, ?)""",
                values,
            )
        connection.execute("UPDATE cases SET due_at = 99 WHERE state = 'rectifying'")
        migrate(connection)
        sql = (
            "SELECT state, clock, kind, at, allowance, until FROM clocks JOIN cases "
            "ON id = case_id"
        )
        rows = {row[0]: row[1:] for row in connection.execute(sql)}
        owed = connection.execute(
            "SELECT count(*), max(due_at) FROM followups"
        ).fetchone()
    assert rows == {
        state: (known[0], "start", 10800 if state == "filed" else 9000, known[1], None)
        for state, known in states.items()
        if known
    } | {"rectifying": ("rectify", "start", 9000, None, 99)}
    assert owed == (len(states) - 1, 0)


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
async def test_yesterday_s_database_becomes_today_s(released: Path, path: Path) -> None:
    """Same schema as a fresh one, every row still there, and it works."""
    create(path)
    with closing(SQLiteConnection(path)) as yesterday:
        yesterday.executescript(released.read_text("utf-8"))
        before = {
            table: yesterday.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables(yesterday)
        }
        assert set(before.values()) == {1}
    database = await SQLiteDatabase.open(path, KEYS)
    assert len(await Cases(database).list()) == 1
    await database.close()
    with closing(look_with(KEYS, path)) as today, closing(fresh()) as new:
        assert schema(today) == schema(new)
        assert version(today) == version(new) == max(migrations())
        for table, rows in before.items():
            assert (
                today.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == rows
            ), table


async def test_the_index_of_before_is_overwritten(path: Path) -> None:
    """Its tokens gave their words back; they are left neither in the database nor in
    its log, and nobody has to wait for a sweep.
    """
    token = "q7xk2mzv"
    schema_before = path_of("schema_0009")
    create(path)
    left = path.with_name("left")
    left.mkdir()
    with closing(SQLiteConnection(path)) as yesterday:
        yesterday.executescript(schema_before.read_text("utf-8"))
        yesterday.execute("PRAGMA journal_mode = WAL").fetchone()
        index = "INSERT INTO search (rowid, tokens) VALUES (?, ?)"
        for number in range(2, 300):
            yesterday.execute(index, (number, f"{token} r{number}xy{number}"))
        yesterday.execute("PRAGMA wal_checkpoint").fetchone()
        yesterday.execute(index, (300, token))
        for ending in ("", "-wal"):  # as a kill leaves them
            shutil.copy(f"{path}{ending}", left)
    assert token.encode()[1:] in on_disk(left / path.name)
    database = await SQLiteDatabase.open(left / path.name, KEYS)
    assert token.encode()[1:] not in on_disk(left / path.name)
    await database.close()


def on_disk(path: Path) -> bytes:
    return all_laid_open(path.parent, KEYS)


def path_of(schema: str) -> Path:
    return next(file for file in RELEASED if file.stem == schema)


async def test_a_reference_that_a_migration_breaks_is_noticed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not looked after while a table is made anew. One that was broken before
    stops nothing.
    """
    first = """
    CREATE TABLE cases (id BLOB PRIMARY KEY) STRICT;
    CREATE TABLE steps (case_id BLOB REFERENCES cases (id)) STRICT;
    """
    monkeypatch.setattr(
        "storage.migrate.migrations", lambda: {1: first, 2: "SELECT 1;"}
    )
    create(path)
    with closing(SQLiteConnection(path)) as connection:
        migrate(connection)
        connection.execute("INSERT INTO steps VALUES (x'01')")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA foreign_keys = ON")
        assert migrate(connection) == 2
        known = {1: first, 2: "SELECT 1;", 3: "INSERT INTO steps VALUES (x'02');"}
        monkeypatch.setattr("storage.migrate.migrations", lambda: known)
        with pytest.raises(Broken, match="migration 3"):
            migrate(connection)
        assert version(connection) == 2
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


async def test_a_newer_database_is_left_alone(path: Path) -> None:
    """An older program refuses it and names the remedy."""
    await (await SQLiteDatabase.open(path, KEYS)).close()
    with closing(look_with(KEYS, path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(
        TooNew, match=r"schema 999, this program knows \d+: install the newer program"
    ):
        await SQLiteDatabase.open(path, KEYS)
    with closing(look_with(KEYS, path)) as connection:
        assert version(connection) == 999


def test_a_migration_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is a transaction of its own: the good one before it stands, the bad one
    does not exist.
    """
    good, bad = (
        "CREATE TABLE one (a TEXT) STRICT;",
        "CREATE TABLE two (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);",
    )
    monkeypatch.setattr("storage.migrate.migrations", lambda: {1: good, 2: bad})
    with closing(SQLiteConnection(":memory:")) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection)
        assert version(connection) == 1
        assert tables(connection) == ["one"]


def test_scripts_are_cut_at_the_right_places() -> None:
    """Semicolons in comments, strings and triggers are no ends; the last one may be
    missing.
    """
    script = """-- first; not here
CREATE TABLE a (b TEXT DEFAULT ';'); CREATE TABLE c (d TEXT);
CREATE TRIGGER e AFTER INSERT ON a BEGIN
  DELETE FROM c;
END;
CREATE TABLE f (g TEXT) -- the end
"""
    with closing(SQLiteConnection(":memory:")) as connection:
        for statement in statements(script):
            connection.execute(statement)
        assert sorted(schema(connection)) == ["a", "c", "e", "f"]


async def test_the_database_passes_its_own_check(path: Path) -> None:
    await (await SQLiteDatabase.open(path, KEYS)).close()
    assert check(path, KEYS) == []
