"""SQLite files encrypted by page, with the face of the standard library's sqlite3.

SQLite3 Multiple Ciphers seals each page, those in the log too, with AEGIS-256: a nonce
of its own each time it is written, and a tag, so that a damaged page fails alone. It
comes with apsw, which is no DB-API: what we and aiosqlite use of sqlite3 is put on top
of it here, and its errors are raised as sqlite3's.

A file must be opened by one SQLite only within a process, and by nothing else while it
is in use: whoever closes it drops the locks of the other one. So nothing of ours opens
files by the module sqlite3, and the head of a file is read through SQLite.
Source: https://utelle.github.io/SQLite3MultipleCiphers, https://rogerbinns.github.io/apsw
"""

import hmac
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self

import apsw

from storage.port import SqlValue

CIPHER = "aegis"
SQLITE_VERSION = apsw.sqlite_lib_version()
CACHED_STATEMENTS = 256
MARK_BYTES = 16
PLAIN_MARK = b"SQLite format 3\0"
# What stays readable behind the mark: pages of 4,096 bytes, the journal's mode (2
# bytes), then 64 bytes of each page for nonce and tag, and SQLite's fixed numbers.
READABLE_START = bytes((0x10, 0x00))
READABLE_END = bytes((64, 64, 32, 32))
HEAD_BYTES = MARK_BYTES + len(READABLE_START) + 2 + len(READABLE_END)
ERRORS: dict[int, type[sqlite3.Error]] = {
    apsw.SQLITE_INTERNAL: sqlite3.InternalError,
    apsw.SQLITE_NOTFOUND: sqlite3.InternalError,
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
    apsw.SQLITE_RANGE: sqlite3.InterfaceError,
}
ERROR_NAMES = {**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}

Parameters = Sequence[SqlValue] | Mapping[str, SqlValue]
PageKey = bytes  # 32, drawn evenly


class FileHead:
    """How a file begins: whether it is encrypted, and by which key."""

    def __init__(self, path: Path) -> None:
        """Raises: sqlite3.OperationalError, where it cannot be read."""
        flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
        try:
            file = apsw.VFSFile("unix", str(path), flags)
            try:
                self._bytes = file.xRead(HEAD_BYTES, 0)
            finally:
                file.xClose()
        except apsw.Error as error:
            raise as_sqlite3(error) from None

    @property
    def is_empty(self) -> bool:
        return not self._bytes

    @property
    def is_plain(self) -> bool:
        return self._bytes.startswith(PLAIN_MARK)

    @property
    def seems_encrypted(self) -> bool:
        """By us, with whatever key."""
        readable = self._bytes[MARK_BYTES:]
        return readable.startswith(READABLE_START) and readable.endswith(READABLE_END)

    def is_of(self, key: PageKey) -> bool:
        return self._bytes.startswith(mark_of(key))


def mark_of(key: PageKey) -> bytes:
    """The first bytes of a file that `key` encrypts; they tell nothing of the key.

    SQLite3 Multiple Ciphers has a salt there, which it needs for passwords only.
    """
    return hmac.digest(key, b"jianfu/1/page key", "sha256")[:MARK_BYTES]


def key_text(key: PageKey) -> str:
    """Key and mark as SQLite3 Multiple Ciphers reads them, without deriving any."""
    return f"raw:{key.hex()}{mark_of(key).hex()}"


class SQLiteRow(tuple[Any, ...]):
    """A row as read, by column name or position."""

    __slots__ = ()
    _positions: ClassVar[Mapping[str, int]] = {}

    def __getitem__(self, key: Any, /) -> Any:
        if isinstance(key, str):
            try:
                key = self._positions[key]
            except KeyError:
                raise IndexError(f"no such column: {key}") from None
        return tuple.__getitem__(self, key)

    def keys(self) -> list[str]:
        return list(self._positions)


@lru_cache(maxsize=1024)
def row_class(*names: str) -> type[SQLiteRow]:
    """Of the rows of one query. Of columns that share a name, it finds the first."""
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        positions.setdefault(name, position)
    return type("Row", (SQLiteRow,), {"__slots__": (), "_positions": positions})


class SQLiteCursor:
    """As sqlite3's: a statement is over once its last row is fetched."""

    __slots__ = ("_ahead", "_connection", "_cursor", "_row")

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._row: type[SQLiteRow] = SQLiteRow
        self._ahead: tuple[Any, ...] | None = None

    def execute(self, sql: str, parameters: Parameters = ()) -> Self:
        self._ahead = None
        try:
            self._cursor.execute(sql, parameters)
            self._ahead = self._cursor.fetchone()
            if self._ahead is not None:
                columns = self._cursor.get_description()
                self._row = row_class(*[name for name, _ in columns])
        except apsw.Error as error:
            raise as_sqlite3(error) from None
        except KeyError:
            raise sqlite3.ProgrammingError("a named parameter is missing") from None
        return self

    def fetchone(self) -> Any:
        """The next `SQLiteRow`, or None."""
        if self._ahead is None:
            return None
        row = self._row(self._ahead)
        try:
            self._ahead = self._cursor.fetchone()
        except apsw.Error as error:
            self._ahead = None
            raise as_sqlite3(error) from None
        return row

    def fetchall(self) -> list[SQLiteRow]:
        if self._ahead is None:
            return []
        first = self._row(self._ahead)
        self._ahead = None
        try:
            return [first, *map(self._row, self._cursor.fetchall())]
        except apsw.Error as error:
            raise as_sqlite3(error) from None

    def __iter__(self) -> Iterator[SQLiteRow]:
        return iter(self.fetchone, None)

    def close(self) -> None:
        self._ahead = None
        self._cursor.close(force=True)

    @property
    def rowcount(self) -> int:
        """Rows that the last INSERT, UPDATE or DELETE of the connection touched."""
        return self._connection.changes()


class SQLiteConnection:
    """In autocommit mode, for one thread at a time, whichever it is."""

    def __init__(
        self, filename: str | Path, key: PageKey | None = None, patience: float = 0.0
    ) -> None:
        """Open a file that exists, or ":memory:".

        A wrong key is found out by the first statement that reads.

        Args:
            key: None: the file is not encrypted.
            patience: seconds to wait for a lock.
        """
        # URI: where a copy under another key goes is told in one
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
        try:
            self._connection = apsw.Connection(
                str(filename), flags, statementcachesize=CACHED_STATEMENTS
            )
        except apsw.Error as error:
            raise as_sqlite3(error) from None
        try:
            self._connection.set_busy_timeout(round(patience * 1000))
            if key is not None:
                self._connection.pragma("cipher", CIPHER)
                self._connection.pragma("key", key_text(key))
        except apsw.Error as error:
            self._connection.close(force=True)
            raise as_sqlite3(error) from None

    def cursor(self) -> SQLiteCursor:
        try:
            return SQLiteCursor(self._connection)
        except apsw.Error as error:
            raise as_sqlite3(error) from None

    def execute(self, sql: str, parameters: Parameters = ()) -> SQLiteCursor:
        return self.cursor().execute(sql, parameters)

    def executescript(self, script: str) -> SQLiteCursor:
        """All its statements, one after the other; nothing is committed by itself."""
        return self.cursor().execute(script)

    def backup(self, target: "SQLiteConnection") -> None:
        """Copy all that is committed, as it is at one moment, into another file."""
        try:
            with target._connection.backup("main", self._connection, "main") as copying:
                copying.step()
        except apsw.Error as error:
            raise as_sqlite3(error) from None

    def interrupt(self) -> None:
        """Let a statement that is under way in another thread fail."""
        self._connection.interrupt()

    def close(self) -> None:
        try:
            self._connection.close(force=True)
        except apsw.Error as error:
            raise as_sqlite3(error) from None

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        return self._connection.total_changes()


def as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    """The same error as the standard library raises it, with SQLite's code and name."""
    extended = getattr(error, "extendedresult", None)
    if extended is None:  # apsw's own objection
        return sqlite3.ProgrammingError(str(error))
    primary = extended & 0xFF
    kind = ERRORS.get(primary, sqlite3.OperationalError)
    raised = kind(str(error))
    raised.sqlite_errorcode = extended
    raised.sqlite_errorname = str(ERROR_NAMES.get(extended) or ERROR_NAMES.get(primary))
    return raised
