"""Gives a file another page key: one that everybody can read is encrypted, one that is
encrypted already gets the newest key.

All that is in it goes into a new file, which takes the name when it is whole and on the
disk; only then the old one is overwritten and removed. Whoever is stopped on the way
leaves either the old or the new file under the name, and the next call does the rest.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from storage.connection import PageKeys, connect, create, is_busy
from storage.encrypted import CIPHER, FileHead, SQLiteConnection, key_text
from storage.port import Broken

NEW = "-new"  # encrypted from its first byte
# second names that the old file and its log keep until they are overwritten
OLD = "-old"
OLD_LOG = "-old-wal"
CHUNK = 1 << 20
SECONDS_BETWEEN_TRIALS = 0.02
SELECT_TABLES = "SELECT name FROM sqlite_master WHERE rootpage > 0 AND type = 'table'"


def is_plain(path: Path) -> bool:
    """Whether everybody can read this database. Raises: sqlite3.Error."""
    return FileHead(path).is_plain


def leftovers(path: Path) -> list[Path]:
    """What a conversion that was stopped has left beside a file."""
    beside = [_beside(path, ending) for ending in (NEW, OLD, OLD_LOG)]
    return [file for file in beside if file.exists()]


def encrypt(path: Path, keys: PageKeys, patience: float = 5.0) -> bool:
    """Encrypt a file that everybody can read, under the newest key.

    Blocks. It needs as much room again, and nobody else may have the file open; of
    several processes that come at once one does it and the others wait.

    Args:
        patience: seconds to wait for who has it open.
    Returns: whether it was to be done.
    Raises: sqlite3.Error, OSError, Broken; then the file is as before.
    """
    return _convert(path, keys, patience, is_plain)


def renew(path: Path, keys: PageKeys, patience: float = 5.0) -> bool:
    """The same for every file that is not under the newest key."""

    def is_under_another(path: Path) -> bool:
        head = FileHead(path)
        return not head.is_empty and not head.is_of(keys[0])

    return _convert(path, keys, patience, is_under_another)


def _convert(
    path: Path, keys: PageKeys, patience: float, is_due: Callable[[Path], bool]
) -> bool:
    _remove_old(path)
    if not is_due(path):
        return False
    with _locked(path) as file:
        # else another process has done it meanwhile
        if _is_named(file, path):
            _exchange(path, keys, patience)
    _remove_old(path)
    return True


def _exchange(path: Path, keys: PageKeys, patience: float) -> None:
    """A copy under the newest key takes its place."""
    new = _beside(path, NEW)
    new.unlink(missing_ok=True)
    with closing(connect(path, keys, patience)) as source:
        _occupy(source, path, patience)
        try:
            _copy(source, new, keys)
            _make_alike(path, new)
            os.link(path, _beside(path, OLD))
            _sync_folder(path)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
        _sync_folder(path)


def _occupy(source: SQLiteConnection, path: Path, patience: float) -> None:
    """Nobody else can open the file, and all of its log is in it.

    Raises: sqlite3.OperationalError (busy).
    """
    log = _beside(path, "-wal")
    if log.exists():
        os.link(log, _beside(path, OLD_LOG))
    deadline = time.monotonic() + patience
    source.execute("PRAGMA locking_mode = EXCLUSIVE")
    while True:
        try:
            # no journal's file: it would hold what can be read, and its name is that
            # of the new file's journal
            source.execute("PRAGMA journal_mode = MEMORY")
            source.execute("BEGIN EXCLUSIVE")
            source.execute("COMMIT")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                _beside(path, OLD_LOG).unlink(missing_ok=True)
                raise
            time.sleep(SECONDS_BETWEEN_TRIALS)


def _copy(source: SQLiteConnection, new: Path, keys: PageKeys) -> None:
    """Raises: sqlite3.Error, OSError, Broken."""
    create(new)
    key = key_text(keys[0])
    target = f"{new.absolute().as_uri()}?cipher={CIPHER}&key={key}"
    try:
        source.execute("VACUUM INTO ?", (target,))
    except sqlite3.Error as error:
        error.args = ("the copy failed",)  # its own words quote the key
        raise
    with new.open("rb") as file:
        os.fsync(file.fileno())
    with closing(connect(new, keys)) as copy:
        pages = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
        if pages != ["ok"] or _counted(copy) != _counted(source):
            raise Broken("the copy is not what was copied")


def _counted(connection: SQLiteConnection) -> dict[str, int]:
    """Rows of each table, and the schema's version."""
    tables = [row[0] for row in connection.execute(SELECT_TABLES)]
    counts: dict[str, int] = {}
    for table in tables:
        count = connection.execute(f'SELECT count(*) FROM "{table}"')
        (counts[table],) = count.fetchone()
    (counts[""],) = connection.execute("PRAGMA user_version").fetchone()
    return counts


def _make_alike(path: Path, new: Path) -> None:
    """The new file belongs to whom the old one does."""
    old = path.stat()
    if (old.st_uid, old.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        os.chown(new, old.st_uid, old.st_gid)


def _remove_old(path: Path) -> None:
    """Overwrite and remove what has been exchanged; where it was not, take back the
    second names. Raises: OSError.
    """
    _remove(_beside(path, OLD), path)
    _remove(_beside(path, OLD_LOG), _beside(path, "-wal"))


def _remove(old: Path, name: Path) -> None:
    if not old.exists():
        return
    with _locked(old) as file:
        if not _is_named(file, name):
            _overwrite(file)
    old.unlink(missing_ok=True)
    _sync_folder(old)


def _overwrite(file: BinaryIO) -> None:
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(bytes(min(left, CHUNK)))
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Of all processes that convert a file only one is inside. No connection of this
    process may be open on the file: its locks would be gone.
    """
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _is_named(file: BinaryIO, name: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(name))
    except FileNotFoundError:
        return False


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _sync_folder(path: Path) -> None:
    """Names that were given last through a power failure."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
