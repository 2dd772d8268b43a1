"""The audit chain: every line carries the hash of all before it.

So nothing is changed or cut out unseen. Cutting off the *end*, or making the chain anew
from some line on, leaves a whole chain: to notice that, its heads are kept elsewhere
(`storage/repositories/heads.py`).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from storage.encrypted import SQLiteCursor
from storage.port import Audit, Reader
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line as stored. hash: 32 bytes."""

    seq: int
    at: int
    kind: str
    about: bytes | None
    by: bytes | None
    content: str
    hash: bytes


AUDIT_COLUMNS = Columns(AuditRow)
VERIFY_PAGE = 1000  # lines read at a time
GENESIS_HASH = bytes(32)  # what stands before the first line
SELECT_LAST_HASH = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
INSERT_AUDIT_LINE = f"""
INSERT INTO audit ({AUDIT_COLUMNS.names})
VALUES ({AUDIT_COLUMNS.placeholders})
"""
SELECT_AUDIT_LINES = f"SELECT {AUDIT_COLUMNS.names} FROM audit ORDER BY seq"
SELECT_AUDIT_PAGE = f"""
SELECT {AUDIT_COLUMNS.names}
FROM audit
WHERE seq > :seq
ORDER BY seq
LIMIT :most
"""
SELECT_NEWEST_AUDIT_LINES = f"""
SELECT {AUDIT_COLUMNS.names}
FROM audit
ORDER BY seq DESC
LIMIT :most
"""


def line_hash(previous: bytes, seq: int, line: Audit) -> bytes:
    """The hash that a line carries.

    It is SHA-256 of the previous hash (32 bytes) and the line as a JSON array, in which
    ids are in hex.
    """
    fields = [
        seq,
        line.at,
        line.kind,
        _hex(line.about),
        _hex(line.by),
        line.content,
    ]
    canonical = json.dumps(fields, ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()


def _hex(id: bytes | None) -> str | None:
    if id is None:
        return None
    return id.hex()


def first_break(rows: Iterable[AuditRow], last: AuditRow | None = None) -> int | None:
    """The first seq that does not follow from the line before it; None: all do.

    Args:
        last: the line before the first of `rows`; None: there is none.
    """
    seq = last.seq if last else 0
    previous = last.hash if last else GENESIS_HASH
    for row in rows:
        line = Audit(row.at, row.kind, row.about, row.by, row.content)
        if row.seq != seq + 1 or row.hash != line_hash(previous, row.seq, line):
            return seq + 1
        seq = row.seq
        previous = row.hash
    return None


class AuditChain:
    """Adds lines inside the writer's transaction.

    Other processes write too, so the end of the chain is read each time.
    """

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def add(self, line: Audit) -> None:
        last = self._cursor.execute(SELECT_LAST_HASH).fetchone()
        last_seq, last_hash = last or (0, GENESIS_HASH)
        seq = last_seq + 1
        hash = line_hash(last_hash, seq, line)
        self._cursor.execute(INSERT_AUDIT_LINE, (seq, *line, hash))


class AuditLog:
    """Reading the chain; it is written by putting `Audit` values into a turn."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def tail(self, most: int = 100) -> list[AuditRow]:
        """The newest lines, oldest of them first."""
        newest_first = await self._reader.all(SELECT_NEWEST_AUDIT_LINES, most=most)
        return [AuditRow(*row) for row in reversed(newest_first)]

    async def verify(self) -> int | None:
        """None when the chain is whole, else the first seq that does not fit.

        A line that is missing does not fit either.
        """
        last: AuditRow | None = None
        async for rows in self.pages():
            broken = first_break(rows, last)
            if broken is not None:
                return broken
            last = rows[-1]
        return None

    async def pages(self) -> AsyncIterator[list[AuditRow]]:
        """All lines in order, some at a time."""
        seq = 0
        while page := await self._reader.all(
            SELECT_AUDIT_PAGE, seq=seq, most=VERIFY_PAGE
        ):
            rows = [AuditRow(*row) for row in page]
            yield rows
            seq = rows[-1].seq
