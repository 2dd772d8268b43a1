"""The connections of a database, opened together or not at all, by a thread that can be
told to give up.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from storage.connection import (
    PageKeys,
    connect,
    connect_to_read,
    create,
    is_busy,
    storage_error,
    use_wal,
    wait_for_locks,
)
from storage.conversion import encrypt
from storage.encrypted import SQLiteConnection
from storage.migrate import migrate, version
from storage.port import Refusing, StorageError

log = logging.getLogger(__name__)

# Nothing interrupts SQLite while it waits for a lock, so one wait is no longer.
SECONDS_OF_ONE_WAIT = 0.2
# connections for what scans: a slow search must not hold up the rest
SCANNERS = 2


@dataclass(frozen=True, slots=True)
class OpenedConnections:
    """One writes, on a migrated file; one looks up, the others scan."""

    writing: SQLiteConnection
    lookups: SQLiteConnection
    scanning: list[SQLiteConnection]

    def close(self) -> None:
        """May be called again."""
        for connection in (*self.scanning, self.lookups, self.writing):
            connection.close()


def open_connections(
    path: Path, keys: PageKeys, patience: float, given_up: Event
) -> OpenedConnections:
    """Create, encrypt and migrate the file as needed. Blocks.

    Args:
        patience: seconds to wait for another process's lock.
        given_up: set by whoever does not wait any more.
    Raises: StorageError; then nothing is left open.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _open_once(path, keys, patience)
        except sqlite3.Error as error:
            is_over = given_up.is_set() or time.monotonic() > deadline
            if is_over or not is_busy(error):
                raise storage_error(error) from None
        except OSError as error:
            raise Refusing(f"opening: {type(error).__name__}") from None


def _open_once(path: Path, keys: PageKeys, patience: float) -> OpenedConnections:
    """Raises: sqlite3.Error, StorageError, OSError."""
    wait = min(SECONDS_OF_ONE_WAIT, patience)
    create(path)
    opened: list[SQLiteConnection] = []
    if encrypt(path, keys, wait):
        log.warning("the database was encrypted by page")
    with _closed_on_failure(opened):
        writing = connect(path, keys, wait)
        opened.append(writing)
        use_wal(writing, wait)
        before = version(writing)
        if migrate(writing) != before:  # what it dropped is not left in the log
            writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for _ in range(1 + SCANNERS):
            opened.append(connect_to_read(path, keys, wait))
        for connection in opened:
            wait_for_locks(connection, patience)
    lookups, *scanning = opened[1:]
    return OpenedConnections(writing, lookups, scanning)


@contextmanager
def _closed_on_failure(opened: list[SQLiteConnection]) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, StorageError, OSError):
        for connection in opened:
            connection.close()
        raise
