"""Writes batches of turns in one transaction each, and knows when writing must stop."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from storage.connection import primary_code, storage_error
from storage.encrypted import SQLiteConnection
from storage.identity import Guard
from storage.port import Audit, Broken, Displaced, Refusing, StorageError, Writes
from storage.repositories.audit import AuditChain
from storage.repositories.store import COUNT_TURNS

log = logging.getLogger(__name__)

PROBE_WRITING = (  # 256 KiB written and deleted: room for what a turn may need
    "INSERT OR REPLACE INTO leases VALUES ('probe', zeroblob(262144), 0)",
    "DELETE FROM leases WHERE name = 'probe'",
)


class Writer:
    """Owns the writing connection. All methods run on one thread.

    refusing: the last batch found the disk full, read-only or locked; the next one
    tries a probe first. displaced: the name of what is gone or another, of all that
    `guards` look at; nothing is acknowledged meanwhile. acknowledged: turns that were,
    since the database was made; None until this process wrote one.
    """

    def __init__(
        self, connection: SQLiteConnection, guards: Sequence[Guard] = ()
    ) -> None:
        self.connection = connection
        self.refusing = False
        self.displaced: str | None = None
        self.acknowledged: int | None = None
        self._guards = guards
        self._cursor = connection.cursor()
        self._chain = AuditChain(self._cursor)

    def write_all(self, turns: list[Writes]) -> list[StorageError | None]:
        """Write each turn whole or not at all; its answer is its error, or None."""
        if self._is_displaced():
            self.refusing = True
            return [Displaced(str(self.displaced)) for _ in turns]
        if self.refusing:
            self.refusing = not self._can_write()
            if not self.refusing:
                log.warning("writing succeeds again")
        if self.refusing:
            return [Refusing("refuse mode") for _ in turns]
        try:
            return self._write_together(turns)
        except sqlite3.Error as error:
            # SQLite has dropped the transaction: nothing of any turn is there
            self._roll_back()
            busy = primary_code(error) == sqlite3.SQLITE_BUSY
            if busy or len(turns) == 1:
                return [self._failed(error) for _ in turns]
        return self._write_singly(turns)

    def checkpoint(self) -> bool:
        """Move the WAL into the database and cut it to nothing.

        False when somebody was reading. Where the log itself was taken away, what it
        held is in the database afterwards.
        """
        if self._is_displaced():
            self.refusing = True
        answer = self._cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        was_busy = answer[0] != 0
        return not was_busy

    def fold(self) -> bool:
        """The same as far as it goes without waiting for anybody who reads."""
        (patience,) = self._cursor.execute("PRAGMA busy_timeout").fetchone()
        self._cursor.execute("PRAGMA busy_timeout = 0")
        try:
            return self.checkpoint()
        finally:
            self._cursor.execute(f"PRAGMA busy_timeout = {patience}")

    def _is_displaced(self) -> bool:
        """Look again whether all is there that the store stands on; a change is logged,
        by the file's name alone.
        """
        before = self.displaced
        looked = (guard() for guard in self._guards)
        self.displaced = next(filter(None, looked), None)
        if self.displaced is not None and before is None:
            log.error(
                "%s is gone, or another has taken its place: nothing is taken in until"
                " it is put back, or jianfu serve is started again",
                self.displaced,
            )
            self._save_log()
        if self.displaced is None and before is not None:
            log.warning("%s is back", before)
        return self.displaced is not None

    def _save_log(self) -> None:
        """Where it is the log alone that was taken away, this process still has it."""
        with suppress(sqlite3.Error):
            self._cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _write_singly(self, turns: list[Writes]) -> list[StorageError | None]:
        """Find out whose fault it was.

        A small turn may also find the room that a big one did not.
        """
        answers: list[StorageError | None] = []
        for turn in turns:
            try:
                answers += self._write_together([turn])
            except sqlite3.Error as error:
                self._roll_back()
                answers.append(self._failed(error))
                if primary_code(error) == sqlite3.SQLITE_BUSY:
                    # each of the others would wait as long again
                    unwritten = turns[len(answers) :]
                    return answers + [self._failed(error) for _ in unwritten]
        return answers

    def _write_together(self, turns: list[Writes]) -> list[StorageError | None]:
        """One transaction for all, without savepoints, which cost a fifth.

        Where a turn must be taken back, all begin again, with savepoints.
        """
        self._cursor.execute("BEGIN IMMEDIATE")
        answers: list[StorageError | None] = []
        for turn in turns:
            changes_before = self.connection.total_changes
            answer = self._write_turn(turn)
            answers.append(answer)
            left_something = self.connection.total_changes != changes_before
            if answer is not None and left_something:
                self._cursor.execute("ROLLBACK")
                self._cursor.execute("BEGIN IMMEDIATE")
                answers = [self._write_with_savepoint(turn) for turn in turns]
                break
        counted = self._count(answers.count(None))
        self._cursor.execute("COMMIT")
        self.acknowledged = counted or self.acknowledged
        return answers

    def _count(self, written: int) -> int | None:
        """Turns that are acknowledged once this transaction is."""
        if not written:
            return None
        row = self._cursor.execute(COUNT_TURNS, (written,)).fetchone()
        return int(row[0]) if row else None

    def _write_with_savepoint(self, turn: Writes) -> StorageError | None:
        self._cursor.execute("SAVEPOINT turn")
        answer = self._write_turn(turn)
        if answer is not None:
            self._cursor.execute("ROLLBACK TO turn")
        self._cursor.execute("RELEASE turn")
        return answer

    def _write_turn(self, turn: Writes) -> StorageError | None:
        """Execute a turn's statements until one fails, then its audit lines.

        Raises: sqlite3.Error, when nothing of the whole batch may stand.
        """
        cursor = self._cursor
        audit_lines: list[Audit] = []
        position = 0
        try:
            for position, write in enumerate(turn):
                if isinstance(write, Audit):
                    audit_lines.append(write)
                    continue
                sql, params, guard = write
                cursor.execute(sql, params)
                if guard is not None and cursor.rowcount != guard.count:
                    return guard.error(f"statement {position}")
            for line in audit_lines:
                self._chain.add(line)
        except sqlite3.Error as error:
            answer = storage_error(error, position)
            transaction_is_gone = not self.connection.in_transaction
            if transaction_is_gone or isinstance(answer, Refusing):
                raise
            return answer
        except Exception as error:  # a value that cannot be bound, a turn that is none
            return Broken(f"statement {position}: {type(error).__name__}")
        return None

    def _failed(self, error: sqlite3.Error) -> StorageError:
        answer = storage_error(error)
        if isinstance(answer, Refusing) and not self.refusing:
            log.error("writing fails, nothing is taken in for now: %s", answer)
            self.refusing = True
        return answer

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def _can_write(self) -> bool:
        try:
            for sql in PROBE_WRITING:
                self._cursor.execute(sql)
        except sqlite3.Error:
            self._roll_back()
            return False
        return True
