"""The audit chain: every line carries the hash of all before it; nothing is changed or
cut out unseen.

Cutting off the *end* leaves a whole chain: to notice that, keep the last hash somewhere
else as well.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from storage.port import Audit, Reader

START = b"\0" * 32  # what stands before the first line
LAST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
ADD = (
    'INSERT INTO audit (seq, at, kind, about, "by", content, hash) VALUES (?, ?, ?,'
    " ?, ?, ?, ?)"
)
EVERY = 'SELECT seq, at, kind, about, "by", content, hash FROM audit ORDER BY seq'
AFTER = (
    'SELECT seq, at, kind, about, "by", content, hash FROM audit WHERE seq > :seq '
    "ORDER BY seq LIMIT :most"
)
TAIL = (
    'SELECT seq, at, kind, about, "by", content, hash FROM audit ORDER BY seq DESC '
    "LIMIT :most"
)


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


def link(previous: bytes, seq: int, line: Audit) -> bytes:
    """SHA-256 of the previous hash (32 bytes) and the line as a JSON array,
    ids in hex.
    """
    about, by = (None if who is None else who.hex() for who in (line.about, line.by))
    canonical = json.dumps(
        [seq, line.at, line.kind, about, by, line.content], ensure_ascii=False
    )
    return hashlib.sha256(previous + canonical.encode()).digest()


def first_break(rows: Iterable[AuditRow], last: AuditRow | None = None) -> int | None:
    """The first seq that does not follow from the line before it (`last` before the
    first); None: all do.
    """
    seq, previous = (last.seq, last.hash) if last else (0, START)
    for row in rows:
        line = Audit(row.at, row.kind, row.about, row.by, row.content)
        if row.seq != seq + 1 or row.hash != link(previous, row.seq, line):
            return seq + 1
        seq, previous = row.seq, row.hash
    return None


class Chain:
    """Adds lines inside the writer's transaction. Other processes write too: the end is
    read each time.
    """

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def add(self, line: Audit) -> None:
        last = self._cursor.execute(LAST).fetchone()
        seq, previous = (last[0] + 1, last[1]) if last else (1, START)
        self._cursor.execute(ADD, (seq, *line, link(previous, seq, line)))


class AuditLog:
    """Reading the chain; it is written by putting `Audit` values into a turn."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def tail(self, most: int = 100) -> list[AuditRow]:
        """The newest lines, oldest of them first."""
        return [
            AuditRow(*row) for row in reversed(await self._reader.all(TAIL, most=most))
        ]

    async def verify(self) -> int | None:
        """None when the chain is whole, else the first seq that does not fit (or is
        missing).
        """
        last: AuditRow | None = None
        while page := await self._reader.all(
            AFTER, seq=last.seq if last else 0, most=1000
        ):
            rows = [AuditRow(*row) for row in page]
            broken = first_break(rows, last)
            if broken is not None:
                return broken
            last = rows[-1]
        return None
