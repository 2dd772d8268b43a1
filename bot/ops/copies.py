"""Copies of the database, for as long as a backup or a restore needs them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType

from bot.ops.trouble import told
from bot.settings import OperatorError
from storage.connection import PageKeys, connect

WORK = ".work"  # inside the data folder; nothing else of ours has this name
SQLITE_LOCKS = (
    0x40000000,
    512,
)  # start and length of the bytes that every connection locks: SQLite's os.h


@contextmanager
def workspace(data_dir: Path) -> Iterator[Path]:
    """A folder (0700) for copies, empty at the start and gone at the end, also
    after SIGTERM or SIGHUP.

    What a killed run left behind goes first.
    Raises: OperatorError, if another run is at work or the folder cannot be made.
    """
    folder = data_dir / WORK
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise told("建不了目录", folder, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise OperatorError(
            f"另一个备份或恢复正在用 {folder}：请等它结束再试"
        ) from None
    before = {
        number: signal.signal(number, _stop)
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        _empty(folder)
        yield folder
    finally:
        _empty(folder)
        with suppress(OSError):  # somebody looks into it; an empty folder harms nobody
            folder.rmdir()
        os.close(lock)
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _empty(folder: Path) -> None:
    try:
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as error:
        raise told("清不掉副本", folder, error) from None


def in_use(path: Path) -> bool:
    """Whether another process has this database open, damaged or not: each keeps a lock
    on the file.
    """
    with path.open("r+b") as file:
        try:
            fcntl.lockf(
                file, fcntl.LOCK_EX | fcntl.LOCK_NB, SQLITE_LOCKS[1], SQLITE_LOCKS[0]
            )
        except BlockingIOError:
            return True
    return False


def fold(path: Path, keys: PageKeys) -> None:
    """Bring a database nobody uses to a single file, so that its name may be given to
    another.

    The log of a damaged one cannot be folded in; it is deleted, since it would spoil
    the next one.
    """
    with suppress(sqlite3.Error), closing(connect(path, keys)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
