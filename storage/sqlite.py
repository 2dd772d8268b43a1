"""The door on SQLite: turns that wait go to the disk together; what scans is read by
aiosqlite.
"""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast

import aiosqlite

from storage.migrate import migrate
from storage.port import Audit, Broken, Refusing, Row, Stale, StorageError, Value, Write
from storage.repositories.audit import Chain

Turn = Sequence[Write | Audit]

MOST = 256  # turns a transaction: more gains nothing and makes everybody wait
MERGE = 100  # pages of 4 KB a step: some 10 ms in which nobody else writes
SCANNERS = 2  # connections for what scans: a slow search must not hold up the rest
LATER = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
TAKEN = {
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_ROWID",
}
# of the search index: each merge adds one, and at 2,000 SQLite calls the index
# malformed
MOST_LEVELS = 500
STRUCTURE = "SELECT block FROM search_data WHERE id = 10"
ANEW = (  # all that is indexed, written down once more in one piece
    "CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search', 'instance')",
    "CREATE TEMP TABLE kept AS SELECT doc, group_concat(term, ' ') AS tokens FROM "
    "temp.terms GROUP BY doc",
    "DROP TABLE temp.terms",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "INSERT INTO search (rowid, tokens) SELECT doc, tokens FROM temp.kept",
    "DROP TABLE temp.kept",
)
PROBE = (
    "INSERT OR REPLACE INTO leases VALUES ('probe', zeroblob(262144), 0)",
    "DELETE FROM leases WHERE name = 'probe'",
)


logging.getLogger("aiosqlite").setLevel(
    logging.WARNING
)  # at DEBUG it logs every query's parameters


def connect(path: Path, patience: float = 5.0) -> sqlite3.Connection:
    """Open as every connection of ours must be, in autocommit mode. patience: seconds
    to wait for a lock.
    """
    # never makes a file: `create` does, with the right mode
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        connection.row_factory = sqlite3.Row
        for pragma in (
            "synchronous = FULL",
            "wal_autocheckpoint = 8000",
            "secure_delete = ON",
            "trusted_schema = OFF",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -8192",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create(path: Path) -> None:
    """Make folder (0700) and file (0600) if they are missing; WAL and index take the
    file's mode over.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def translate(error: sqlite3.Error, position: int = 0) -> StorageError:
    """What the caller shall do about it. SQLite's own words stay behind: they may quote
    a value.
    """
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if name in TAKEN:
        return Stale("a unique value is taken")
    if code(error) in LATER:
        return Refusing(name)
    return Broken(f"statement {position}: {name}")


def code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python itself objected."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


class Lane:
    """The writer's thread, and the turns that wait for it: all go over in one hop and
    come back in one.

    `work` runs on the thread and answers every turn, in order; a StorageError is raised
    to its asker.
    """

    def __init__(
        self, work: Callable[[list[Turn]], Sequence[StorageError | None]]
    ) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "storage")
        self._waiting: list[tuple[asyncio.Future[None], Turn]] = []
        self._busy = False
        self.closed = False

    def ask(self, turn: Turn) -> asyncio.Future[None]:
        if self.closed:
            raise Refusing("closed")
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((future, turn))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(
                self._go
            )  # not at once: who is ready in this round shall come along
        return future

    async def run(self, call: Callable[[], bool]) -> bool:
        """Something else on the same thread, between two batches."""
        if self.closed:
            raise Refusing("closed")
        try:
            return await self._loop.run_in_executor(self._thread, call)
        except sqlite3.Error as error:
            raise translate(error) from None

    async def close(self) -> None:
        """Let what waits finish, then end the thread."""
        self.closed = True
        await asyncio.gather(
            *(future for future, _ in self._waiting), return_exceptions=True
        )
        await asyncio.to_thread(self._thread.shutdown)

    def _go(self) -> None:
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._thread.submit(self._over, batch)

    def _over(self, batch: list[tuple[asyncio.Future[None], Turn]]) -> None:
        answers: Sequence[StorageError | None]
        try:
            answers = self._work([turn for _, turn in batch])
        except BaseException as error:  # whatever it is, nobody is left waiting
            answers = [Broken(type(error).__name__) for _ in batch]
        self._loop.call_soon_threadsafe(self._back, batch, answers)

    def _back(
        self,
        batch: list[tuple[asyncio.Future[None], Turn]],
        answers: Sequence[StorageError | None],
    ) -> None:
        for (future, _), answer in zip(batch, answers, strict=True):
            if future.done():  # its asker was cancelled
                continue
            if isinstance(answer, StorageError):
                future.set_exception(answer)
            else:
                future.set_result(None)
        if self._waiting:
            self._loop.call_soon(
                self._go
            )  # after those just woken, who may have more to say
        else:
            self._busy = False


class Writer:
    """Owns the writing connection. All methods run on one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.refusing = False
        self._cursor = connection.cursor()
        self._chain = Chain(self._cursor)

    def work(self, turns: list[Turn]) -> list[StorageError | None]:
        """Write all turns, each whole or not at all; the answer of a turn is its error
        or None.
        """
        if self.refusing:
            self.refusing = not self._probe()
        if self.refusing:
            return [Refusing("refuse mode") for _ in turns]
        try:
            return self._together(turns)
        except (
            sqlite3.Error
        ) as error:  # SQLite has dropped the transaction: nobody's turn is there
            self._undo()
            if len(turns) == 1 or code(error) == sqlite3.SQLITE_BUSY:
                return [self._refused(error) for _ in turns]
        return self._singly(turns)

    def _singly(self, turns: list[Turn]) -> list[StorageError | None]:
        """Find out whose fault it was; a small turn may find the room that a big one
        did not.
        """
        answers: list[StorageError | None] = []
        for turn in turns:
            try:
                answers += self._together([turn])
            except sqlite3.Error as error:
                self._undo()
                answers.append(self._refused(error))
                if code(error) == sqlite3.SQLITE_BUSY:  # each would wait as long again
                    return answers + [
                        self._refused(error) for _ in turns[len(answers) :]
                    ]
        return answers

    def _together(self, turns: list[Turn]) -> list[StorageError | None]:
        """Without savepoints first, they cost a fifth; with them once a turn has to be
        taken back.
        """
        begun = self._cursor.execute("BEGIN IMMEDIATE").connection
        answers: list[StorageError | None] = []
        for turn in turns:
            before = begun.total_changes
            answers.append(self._writes(turn))
            if answers[-1] is not None and begun.total_changes != before:
                self._cursor.execute("ROLLBACK")
                self._cursor.execute("BEGIN IMMEDIATE")
                answers = [self._saved(turn) for turn in turns]
                break
        self._cursor.execute("COMMIT")
        return answers

    def _saved(self, turn: Turn) -> StorageError | None:
        self._cursor.execute("SAVEPOINT turn")
        answer = self._writes(turn)
        if answer is not None:
            self._cursor.execute("ROLLBACK TO turn")
        self._cursor.execute("RELEASE turn")
        return answer

    def _writes(self, turn: Turn) -> StorageError | None:
        """All statements of a turn until one fails. Raises sqlite3.Error when nothing
        may stand.
        """
        cursor = self._cursor
        lines: list[Audit] = []
        position = 0
        try:
            for position, write in enumerate(turn):
                if isinstance(write, Audit):
                    lines.append(write)
                    continue
                sql, params, guard = write
                cursor.execute(sql, params)
                if guard is not None and cursor.rowcount != guard.count:
                    return guard.error(f"statement {position}")
            for line in lines:
                self._chain.add(line)
        except sqlite3.Error as error:
            answer = translate(error, position)
            if isinstance(answer, Refusing) or not self.connection.in_transaction:
                raise  # nothing of this batch can be trusted to stand
            return answer
        except Exception as error:  # a value that cannot be bound, a turn that is none
            return Broken(f"statement {position}: {type(error).__name__}")
        return None

    def _refused(self, error: sqlite3.Error) -> StorageError:
        answer = translate(error)
        self.refusing |= isinstance(answer, Refusing)
        return answer

    def _undo(self) -> None:
        if self.connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def _probe(self) -> bool:
        """Try to write and delete 256 KiB: room for what a turn may need."""
        try:
            for sql in PROBE:
                self._cursor.execute(sql)
        except sqlite3.Error:
            self._undo()
            return False
        return True

    def checkpoint(self) -> bool:
        """Move the WAL into the database and cut it to nothing; False when somebody was
        reading.
        """
        return bool(
            self._cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]
            == 0
        )

    def merge(self, pages: int) -> bool:
        """Bring the search index so many pages closer to one piece; False when it is.
        Below zero: begin.
        """
        before = self.connection.total_changes
        self._cursor.execute(
            "INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,)
        )
        return self.connection.total_changes - before > 1

    def flatten(self) -> bool:
        """Write the search index anew where merging has piled up too many levels, all
        but one empty.

        Measured with SQLite 3.40: they are never taken away, and at 2,000 nothing can
        be indexed any more.
        """
        if _levels(self._cursor.execute(STRUCTURE).fetchone()[0]) <= MOST_LEVELS:
            return False
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            for sql in ANEW:
                self._cursor.execute(sql)
            self._cursor.execute("COMMIT")
        except sqlite3.Error:
            self._undo()
            raise
        return True


def _levels(structure: bytes) -> int:
    """How many levels the index has: a varint after the cookie, and the version's mark
    where there is one.

    Source: SQLite, ext/fts5/fts5_index.c, "STRUCTURE RECORD".
    """
    number = 0
    for byte in structure[8 if structure[4:8] == b"\xff\x00\x00\x01" else 4 :]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number


class SQLiteDatabase:
    """`Database` on a file. Open it inside a running loop, close it there too."""

    def __init__(
        self,
        writer: Writer,
        looking: sqlite3.Connection,
        scanning: list[aiosqlite.Connection],
    ) -> None:
        self._writer, self._looking = writer, looking
        self._scanning = {
            connection: 0 for connection in scanning
        }  # queries under way on each
        self._loop = asyncio.get_running_loop()
        self._writing = Lane(writer.work)
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, path: Path, patience: float = 5.0) -> "SQLiteDatabase":
        """Open, creating and migrating as needed. patience: seconds to wait for another
        process's lock.

        Raises: TooNew, Refusing (locked, read-only, full), Broken (not a database).
        """
        writer, looking = await asyncio.to_thread(_open, path, patience)
        scanning = [
            aiosqlite.Connection(partial(_reader, path, patience), 64)
            for _ in range(SCANNERS)
        ]
        return cls(writer, looking, [await connection for connection in scanning])

    @property
    def refusing(self) -> bool:
        return self._writer.refusing

    async def all(self, sql: str, **params: Value) -> list[Row]:
        """Rows as committed now, own commits included. Raises Broken, Refusing."""
        connection = min(
            self._scanning, key=lambda connection: self._scanning[connection]
        )
        self._scanning[connection] += 1
        try:
            return cast(list[Row], await connection.execute_fetchall(sql, params))
        except sqlite3.Error as error:
            raise translate(error) from None
        except ValueError:  # aiosqlite's word for a connection that was closed
            raise Refusing("closed") from None
        finally:
            self._scanning[connection] -= 1

    async def one(self, sql: str, **params: Value) -> Row | None:
        """The first row, or None; for look-ups by a key. Done on the spot: the hop
        would cost ten times that.

        What scans or carries megabytes asks for `all`. Raises Broken, Refusing.
        """
        try:
            return cast(Row | None, self._looking.execute(sql, params).fetchone())
        except sqlite3.Error as error:
            raise translate(error) from None

    async def commit(self, writes: Turn) -> None:
        """Write a turn whole or not at all; on the disk when this returns.

        Raises: Stale, Seen, Refusing, Broken. Cancelling the caller does not take the
        turn back.
        """
        if self._writer.refusing:
            self._watch()
            raise Refusing("refuse mode")
        try:
            await self._writing.ask(writes)
        except Refusing:
            self._watch()
            raise

    async def commit_each(self, turns: Sequence[Turn]) -> list[StorageError | None]:
        """Hand many turns over in one go, which costs a fraction of as many tasks that
        commit.
        """
        if self._writer.refusing:
            self._watch()
            return [Refusing("refuse mode") for _ in turns]
        asked = [self._writing.ask(turn) for turn in turns]
        answers: list[StorageError | None] = []
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(
                answer, StorageError
            ):
                raise answer
            answers.append(answer)
        if any(isinstance(answer, Refusing) for answer in answers):
            self._watch()
        return answers

    async def checkpoint(self) -> bool:
        """Empty the WAL, where deleted text lives on; hourly, and after every
        shredding. False: try again.
        """
        return await self._writing.run(self._writer.checkpoint)

    async def tidy(self) -> bool:
        """After `Search.forget`: rewrite the index so that nothing forgotten is left in
        it, and checkpoint.

        Goes piece by piece between turns, but over the whole index: gather what is to
        be forgotten.
        """
        await self._writing.run(self._writer.flatten)
        pages = -MERGE
        while await self._writing.run(partial(self._writer.merge, pages)):
            pages = MERGE
        return await self.checkpoint()

    async def close(self) -> None:
        """Finish what waits, then let go of the file."""
        await self._writing.close()
        if self._timer:
            self._timer.cancel()
        for scanning in self._scanning:
            await scanning.close()
        for connection in (self._looking, self._writer.connection):
            connection.close()

    def _watch(self) -> None:
        """See every second whether refuse mode may end."""
        if not self._timer and not self._writing.closed:
            self._timer = self._loop.call_later(1, self._try)

    def _try(self) -> None:
        self._timer = None
        self._writing.ask(()).add_done_callback(self._tried)

    def _tried(self, trial: "asyncio.Future[None]") -> None:
        if trial.exception():
            self._watch()


def _use_wal(connection: sqlite3.Connection, until: float) -> None:
    """Two processes may create the file together; SQLite does not let the second one
    wait by itself.
    """
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _reader(path: Path, patience: float) -> sqlite3.Connection:
    connection = connect(path, patience)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open(path: Path, patience: float) -> tuple[Writer, sqlite3.Connection]:
    connections: list[sqlite3.Connection] = []
    try:
        create(path)
        connections.append(connect(path, patience))
        _use_wal(connections[0], time.monotonic() + patience)
        migrate(connections[0])
        connections.append(_reader(path, patience))
    except (sqlite3.Error, StorageError, OSError) as error:
        for connection in connections:
            connection.close()
        if isinstance(error, OSError):
            raise Refusing(f"opening: {type(error).__name__}") from None
        raise (
            translate(error) if isinstance(error, sqlite3.Error) else error
        ) from None
    return Writer(connections[0]), connections[1]
