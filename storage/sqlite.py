"""`Database` on an SQLite file: one connection writes, one looks up, two scan."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from typing import cast

import aiosqlite

from storage.commit_queue import CommitQueue
from storage.connection import PageKeys, connect_to_read, storage_error
from storage.encrypted import SQLiteConnection
from storage.identity import Guard, OpenedFiles
from storage.opening import OpenedConnections, open_connections
from storage.port import Refusing, Row, SqlValue, StorageError, Writes
from storage.repositories.store import SELECT_STORE
from storage.writer import Writer

SCANNER_QUEUE = 64  # requests that aiosqlite fetches at a time
SECONDS_BETWEEN_TRIALS = 1
SECONDS_BETWEEN_WITNESSES = 1
# Is told outside of the database how many turns were acknowledged. May block.
Witness = Callable[[int], None]

log = logging.getLogger(__name__)


class SQLiteDatabase:
    """`Database` on a file. Open it inside a running loop, close it there too."""

    def __init__(
        self,
        path: Path,
        keys: PageKeys,
        writer: Writer,
        lookups: SQLiteConnection,
        scanners: list[aiosqlite.Connection],
    ) -> None:
        self._path = path
        self._keys = keys
        self._writer = writer
        self._lookups = lookups
        self._queries_under_way = dict.fromkeys(scanners, 0)
        self._loop = asyncio.get_running_loop()
        self._queue = CommitQueue(writer.write_all)
        self._trial: asyncio.TimerHandle | None = None
        self._witness: Witness | None = None
        self._witnessed: int | None = None
        self._witness_due: asyncio.TimerHandle | None = None
        self._witnessing: asyncio.Task[bool] | None = None

    @classmethod
    async def open(
        cls,
        path: Path,
        keys: PageKeys,
        patience: float = 5.0,
        guards: Sequence[Guard] = (),
    ) -> "SQLiteDatabase":
        """Open a file, creating, encrypting and migrating it as needed.

        Args:
            keys: of its pages, the newest first.
            patience: seconds to wait for another process's lock.
            guards: asked, with the files themselves, before a turn is acknowledged.
        Raises: TooNew, Refusing (locked, read-only, full), Locked (no key fits), Broken
            (not a database).
        """
        given_up = Event()
        connecting = partial(open_connections, path, keys, patience, given_up)
        opening = asyncio.create_task(cls._open(path, keys, guards, connecting))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            given_up.set()
            await asyncio.wait([opening])
            if not opening.cancelled() and opening.exception() is None:
                await opening.result().close()
            raise

    @classmethod
    async def _open(
        cls,
        path: Path,
        keys: PageKeys,
        guards: Sequence[Guard],
        connecting: Callable[[], OpenedConnections],
    ) -> "SQLiteDatabase":
        """Told to stop half way, it closes what it has opened: a scanner's thread that
        is left behind would keep the process from ever ending.
        """
        connections = await asyncio.to_thread(connecting)
        scanners: list[aiosqlite.Connection] = []
        try:
            for connection in connections.scanning:
                hand_over = partial(_same, connection)
                scanner = aiosqlite.Connection(hand_over, SCANNER_QUEUE)
                scanners.append(await scanner)
        except BaseException:
            for scanner in scanners:
                scanner.stop()
            connections.close()
            raise
        files = OpenedFiles(path)
        writer = Writer(connections.writing, [files.displaced, *guards])
        return cls(path, keys, writer, connections.lookups, scanners)

    @property
    def refusing(self) -> bool:
        return self._writer.refusing

    @property
    def displaced(self) -> str | None:
        return self._writer.displaced

    def tell(self, witness: Witness) -> None:
        """Tell this one how many turns were acknowledged: a second after a commit at
        the latest, no more often, and at the end.
        """
        self._witness = witness

    async def all(self, sql: str, **params: SqlValue) -> list[Row]:
        """Rows as committed now, own commits included.

        Raises: Broken, Refusing.
        """
        under_way = self._queries_under_way
        scanner = min(under_way, key=under_way.__getitem__)
        under_way[scanner] += 1
        try:
            rows = await scanner.execute_fetchall(sql, params)
        except sqlite3.Error as error:
            raise storage_error(error) from None
        except ValueError:  # aiosqlite's word for a connection that was closed
            raise Refusing("closed") from None
        finally:
            under_way[scanner] -= 1
        return cast(list[Row], rows)

    async def one(self, sql: str, **params: SqlValue) -> Row | None:
        """The first row, or None; for look-ups by a key.

        Done on the spot, since the hop to a thread would cost five times that. What
        scans or carries megabytes asks for `all`.

        Raises: Broken, Refusing.
        """
        try:
            row = self._lookups.execute(sql, params).fetchone()
        except sqlite3.Error as error:
            raise storage_error(error) from None
        return cast(Row | None, row)

    async def commit(self, writes: Writes) -> None:
        """Write a turn whole or not at all; it is on the disk when this returns.

        Cancelling the caller does not take the turn back.

        Raises: Stale, Seen, Refusing, Broken.
        """
        if self._writer.refusing:
            self._try_later()
            raise Refusing("refuse mode")
        try:
            await self._queue.put(writes)
        except Refusing:
            self._try_later()
            raise
        self._witness_soon()

    async def prove(self) -> None:
        """Write a little and read it back, past every cache of ours.

        Raises: StorageError, if either cannot be done.
        """
        await self.commit(())
        try:
            await asyncio.to_thread(_read_anew, self._path, self._keys)
        except sqlite3.Error as error:
            raise storage_error(error) from None

    async def commit_each(self, turns: Sequence[Writes]) -> list[StorageError | None]:
        """Hand many turns over at once; a fraction of the cost of as many tasks."""
        if self._writer.refusing:
            self._try_later()
            return [Refusing("refuse mode") for _ in turns]
        asked = [self._queue.put(writes) for writes in turns]
        answers: list[StorageError | None] = []
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if answer is None or isinstance(answer, StorageError):
                answers.append(answer)
            else:
                raise answer
        if any(isinstance(answer, Refusing) for answer in answers):
            self._try_later()
        self._witness_soon()
        return answers

    async def checkpoint(self) -> bool:
        """Empty the WAL, where deleted text lives on; False: try again.

        Due every hour, and after every shredding.
        """
        return await self._queue.run(self._writer.checkpoint)

    async def fold(self) -> bool:
        """The same, as far as it goes without waiting for who reads.

        Due every minute: what is in the database is not lost with its log.
        """
        return await self._queue.run(self._writer.fold)

    async def tidy(self) -> bool:
        """After shredding: nothing of it is left in the WAL; False: try again.

        In the database itself it was overwritten when it was deleted.
        """
        return await self.checkpoint()

    async def close(self) -> None:
        """Finish what waits, then let go of the file.

        Told to stop meanwhile, it still goes to its end: a scanner's thread that is
        left behind would keep the process from ever ending.
        """
        closing = asyncio.create_task(self._close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait([closing])
            raise

    async def _close(self) -> None:
        if self._queue.closed:
            return
        # Their threads are told at once, whatever happens to this task.
        ending = [scanner.stop() for scanner in self._queries_under_way]
        await self._queue.close()
        if self._trial:
            self._trial.cancel()
        if self._witness_due:
            self._witness_due.cancel()
        if self._witnessing:
            await asyncio.wait([self._witnessing])
        await asyncio.to_thread(self._bear_witness)
        for ended in filter(None, ending):
            await ended
        self._lookups.close()
        self._writer.connection.close()

    def _witness_soon(self) -> None:
        is_under_way = self._witness_due or self._witnessing
        if self._witness and not is_under_way and not self._queue.closed:
            self._witness_due = self._loop.call_later(
                SECONDS_BETWEEN_WITNESSES, self._witness_now
            )

    def _witness_now(self) -> None:
        self._witness_due = None
        self._witnessing = self._loop.create_task(asyncio.to_thread(self._bear_witness))
        self._witnessing.add_done_callback(self._witness_told)

    def _witness_told(self, witnessing: "asyncio.Task[bool]") -> None:
        self._witnessing = None
        was_told = not witnessing.cancelled() and witnessing.result()
        if was_told and self._writer.acknowledged != self._witnessed:
            self._witness_soon()  # more was acknowledged meanwhile

    def _bear_witness(self) -> bool:
        """False: it could not be told."""
        acknowledged = self._writer.acknowledged
        if self._witness is None or acknowledged is None:
            return True
        if acknowledged == self._witnessed:
            return True
        try:
            self._witness(acknowledged)
        except Exception as error:  # turns go on; what watches over them does not
            log.error("the witness of turns: %s", type(error).__name__)
            return False
        self._witnessed = acknowledged
        return True

    def _try_later(self) -> None:
        """See every second whether refuse mode may end."""
        if not self._trial and not self._queue.closed:
            self._trial = self._loop.call_later(SECONDS_BETWEEN_TRIALS, self._try_now)

    def _try_now(self) -> None:
        self._trial = None
        empty_turn = self._queue.put(())
        empty_turn.add_done_callback(self._tried)

    def _tried(self, empty_turn: "asyncio.Future[None]") -> None:
        if empty_turn.exception():
            self._try_later()


def _read_anew(path: Path, keys: PageKeys) -> None:
    """Read by a connection of its own, which has nothing at hand. Blocks.

    Raises: sqlite3.Error.
    """
    with closing(connect_to_read(path, keys, patience=0)) as connection:
        connection.execute(SELECT_STORE).fetchone()


def _same(connection: SQLiteConnection) -> sqlite3.Connection:
    """aiosqlite wants to open it by itself; what it calls of sqlite3's is there."""
    return cast(sqlite3.Connection, connection)
