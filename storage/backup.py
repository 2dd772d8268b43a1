"""Copies of a database that is in use, and whether a file is whole.

Sealing the copy is the caller's.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.connection import PageKeys, connect, create, storage_error
from storage.conversion import encrypt, is_plain
from storage.encrypted import SQLiteConnection
from storage.repositories.audit import SELECT_AUDIT_LINES, AuditRow, first_break


def online_copy(source: Path, target: Path, keys: PageKeys) -> None:
    """Copy one moment of `source`, in use or not, into the new file `target`.

    The target is a single file (0600), encrypted under the newest key. Blocks: call it
    on a thread.

    Raises: FileExistsError; StorageError, and then there is no target.
    """
    if target.exists():
        raise FileExistsError(target)
    try:
        create(target)
        plain = is_plain(source)  # its pages do not fit into encrypted ones
        with (
            closing(connect(source, keys)) as original,
            closing(SQLiteConnection(target, None if plain else keys[0])) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        if plain:
            encrypt(target, keys)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise storage_error(error) from None


def check(path: Path, keys: PageKeys) -> list[str]:
    """What is wrong with a database, a sentence each; empty: nothing.

    Blocks: call it on a thread.
    """
    try:
        with closing(connect(path, keys)) as connection:
            return _findings(connection)
    except sqlite3.Error as error:
        return [f"not readable as a database: {storage_error(error)}"]


def _findings(connection: SQLiteConnection) -> list[str]:
    findings: list[str] = []
    pages = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    if pages != ["ok"]:
        findings.append(f"damaged: {len(pages)} findings of integrity_check")
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        findings.append(f"{len(orphans)} rows point to a row that is not there")
    lines = connection.execute(SELECT_AUDIT_LINES)
    broken = first_break(AuditRow(*line) for line in lines)
    if broken is not None:
        findings.append(f"the audit chain does not fit at line {broken}")
    return findings
