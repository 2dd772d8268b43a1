"""How every SQLite connection of ours is opened, and what its errors mean to a caller.

Settings are the same for all: every file is encrypted by page, what is deleted is
overwritten (`secure_delete`), and a commit is on the disk when it returns
(`synchronous = FULL`).
"""

import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from storage.encrypted import FileHead, PageKey, SQLiteConnection
from storage.port import BadPage, Broken, Locked, Refusing, Stale, StorageError

SETTINGS = (
    "synchronous = FULL",
    "wal_autocheckpoint = 8000",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -8192",  # KiB, below zero
)
REFUSING_CODES = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
UNIQUE_VIOLATIONS = {
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_ROWID",
}
# at DEBUG, aiosqlite logs the parameters of every query
logging.getLogger("aiosqlite").setLevel(logging.WARNING)


PageKeys = Sequence[PageKey]  # of all versions of the keyring, the newest first


class NoKeyFits(sqlite3.DatabaseError):
    """The file is encrypted, and by none of the keys that were tried."""


def connect(path: Path, keys: PageKeys, patience: float = 5.0) -> SQLiteConnection:
    """Open an existing file, set up as every connection must be.

    A file is never made here: `create` does that, with the right mode. An empty one
    will be encrypted under the newest key; one that is not encrypted stays as it is
    (`storage.conversion` encrypts it).

    Args:
        patience: seconds to wait for a lock.
    Raises: NoKeyFits; sqlite3.Error.
    """
    head = FileHead(path)
    if head.is_plain:
        return set_up(SQLiteConnection(path, None, patience))
    for key in keys:
        if head.is_empty or head.is_of(key):
            return set_up(SQLiteConnection(path, key, patience))
    if head.seems_encrypted or not keys:
        # it may be the mark alone that is damaged
        return _connect_by_trial(path, keys, patience)
    return set_up(SQLiteConnection(path, keys[0], patience))  # fails: it is no database


def _connect_by_trial(path: Path, keys: PageKeys, patience: float) -> SQLiteConnection:
    """Raises: NoKeyFits; sqlite3.Error."""
    for key in keys:
        connection = SQLiteConnection(path, key, patience)
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.DatabaseError as error:
            connection.close()
            if primary_code(error) != sqlite3.SQLITE_NOTADB:
                raise
        else:
            return set_up(connection)
    raise NoKeyFits("no key fits")


def set_up(connection: SQLiteConnection) -> SQLiteConnection:
    """As every connection must be; it is closed where that fails."""
    try:
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path, keys: PageKeys, patience: float) -> SQLiteConnection:
    """A connection on which every attempt to write fails."""
    connection = connect(path, keys, patience)
    connection.execute("PRAGMA query_only = ON")
    return connection


def create(path: Path) -> None:
    """Make folder (0700) and file (0600) if they are missing.

    SQLite gives the WAL and its index the file's mode.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.close(descriptor)


def use_wal(connection: SQLiteConnection, patience: float) -> None:
    """Switch the file to WAL mode, waiting up to `patience` seconds for a lock.

    Two processes may create the file together, and here SQLite does not let the second
    one wait by itself.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def storage_error(error: sqlite3.Error, position: int = 0) -> StorageError:
    """What the caller shall do about an error of SQLite.

    SQLite's own words stay behind, since they may quote a value.

    Args:
        position: of the failed statement in its turn, from 0.
    """
    if isinstance(error, NoKeyFits):
        return Locked("no key of the keyring opens the file")
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name in UNIQUE_VIOLATIONS:
        return Stale("a unique value is taken")
    if primary_code(error) in REFUSING_CODES:
        return Refusing(name)
    if primary_code(error) == sqlite3.SQLITE_CORRUPT:
        return BadPage(f"statement {position}: {name}")
    return Broken(f"statement {position}: {name}")


def wait_for_locks(connection: SQLiteConnection, patience: float) -> None:
    """From now on, this many seconds at most."""
    connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process's lock was in the way."""
    return primary_code(error) == sqlite3.SQLITE_BUSY


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python itself objected."""
    extended = int(getattr(error, "sqlite_errorcode", 0))
    return extended & 0xFF
