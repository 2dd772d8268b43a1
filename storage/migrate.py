"""Bring a database to the newest schema: numbered SQL files, forward only.

Each file is applied in its own transaction.
"""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from storage.encrypted import SQLiteConnection
from storage.port import Broken


class TooNew(Broken):
    """The database was made by a newer program; the message names the remedy."""


def migrations() -> dict[int, str]:
    """All migrations of this program by number, 1, 2, 3…

    Once released, a file is never edited.
    """
    scripts: dict[int, str] = {}
    for file in files("storage").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            number = int(file.name.split("_")[0])
            scripts[number] = file.read_text("utf-8")
    return dict(sorted(scripts.items()))


def version(connection: SQLiteConnection) -> int:
    """Number of the last migration applied; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """Cut a script into its statements.

    `sqlite3.Connection.executescript` is no choice: it commits by itself.
    """
    *pieces, rest = script.split(";")
    statement = ""
    for piece in pieces:
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement + rest  # comments, or a statement without its semicolon


def migrate(connection: SQLiteConnection) -> int:
    """Apply what is missing and return the version reached.

    The connection must be in autocommit mode. Two processes may migrate at once: the
    second finds nothing left to do.

    Raises: TooNew.
    """
    known = migrations()
    newest = max(known)
    for number, script in known.items():
        if version(connection) < number:
            _apply(connection, number, script)
    reached = version(connection)
    if reached > newest:
        raise TooNew(
            f"the database has schema {reached}, this program knows {newest}: "
            f"install the newer program again, or restore a backup of schema {newest}"
        )
    return reached


def _apply(connection: SQLiteConnection, number: int, script: str) -> None:
    """Apply one migration, unless another process has done so meanwhile.

    A table that others refer to can only be made anew while nobody looks after
    references, so they are checked in the end.
    Source: SQLite, "Making Other Kinds Of Table Schema Changes".
    """
    (foreign_keys,) = connection.execute("PRAGMA foreign_keys").fetchone()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < number:
            broken_before = _broken_references(connection)
            for statement in statements(script):
                connection.execute(statement)
            if _broken_references(connection) > broken_before:
                raise Broken(f"migration {number}: a reference leads nowhere")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")


def _broken_references(connection: SQLiteConnection) -> int:
    return len(connection.execute("PRAGMA foreign_key_check").fetchall())
