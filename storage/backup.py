"""Copies of a database that is in use, and whether a file is whole. Sealing the copy is
the caller's.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.repositories.audit import EVERY, AuditRow, first_break
from storage.sqlite import connect, create, translate


def online_copy(source: Path, target: Path) -> None:
    """Copy one moment of `source`, in use or not, into the new file `target` (0600, a
    single file).

    Raises: FileExistsError; StorageError, and then there is no target. Blocks: call it
    on a thread.
    """
    if target.exists():
        raise FileExistsError(target)
    try:
        create(target)
        with (
            closing(connect(source)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise translate(error) from None


def check(path: Path) -> list[str]:
    """What is wrong with a database, a sentence each; empty: nothing. Blocks: call it
    on a thread.
    """
    try:
        with closing(connect(path)) as connection:
            return _check(connection)
    except sqlite3.Error as error:
        return [f"not readable as a database: {translate(error)}"]


def _check(connection: sqlite3.Connection) -> list[str]:
    pages = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    found = (
        []
        if pages == ["ok"]
        else [f"damaged: {len(pages)} findings of integrity_check"]
    )
    if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
        found.append(f"{len(orphans)} rows point to a row that is not there")
    broken = first_break(AuditRow(*row) for row in connection.execute(EVERY))
    if broken is not None:
        found.append(f"the audit chain does not fit at line {broken}")
    return found
