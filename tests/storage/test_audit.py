"""The audit chain tells what was changed."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import check
from storage.connection import connect
from storage.port import Audit
from storage.repositories.audit import GENESIS_HASH, AuditLog, line_hash
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

LINES = [
    Audit(at, "claim", bytes([at]) * 16, b"staff 0123456789", '{"to": "accepted"}')
    for at in range(5)
]
TAMPERINGS = {
    "UPDATE audit SET content = '{}' WHERE seq = 3": 3,
    "UPDATE audit SET at = at + 1 WHERE seq = 1": 1,
    "UPDATE audit SET \"by\" = NULL WHERE seq = 5": 5,
    "UPDATE audit SET about = \"by\", \"by\" = about WHERE seq = 2": 2,
    "DELETE FROM audit WHERE seq = 2": 2,
    "DELETE FROM audit WHERE seq = 1": 1,
    "UPDATE audit SET seq = seq + 1 WHERE seq = 5": 5,
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_change_is_told_by_line(
    database: SQLiteDatabase, path: Path, tampering: str
) -> None:
    """Changed, swapped, cut out: the first line that does not fit is named, by the log
    and by `check`.
    """
    await database.commit(LINES)
    assert await AuditLog(database).verify() is None
    assert check(path, KEYS) == []
    with closing(connect(path, KEYS)) as thief:
        thief.execute(tampering)
    assert await AuditLog(database).verify() == TAMPERINGS[tampering]
    assert check(path, KEYS) == [
        f"the audit chain does not fit at line {TAMPERINGS[tampering]}"
    ]


async def test_the_chain_is_what_its_docstring_says(database: SQLiteDatabase) -> None:
    """Each hash follows from the one before; `tail` gives the newest lines in order."""
    await database.commit(LINES[:2])
    one, two = await AuditLog(database).tail()
    assert one.hash == line_hash(GENESIS_HASH, 1, LINES[0])
    assert two.hash == line_hash(one.hash, 2, LINES[1])
    assert await AuditLog(database).tail(1) == [two]


async def test_two_processes_add_to_one_chain(
    database: SQLiteDatabase, path: Path
) -> None:
    """Lines of another process are continued, not forked."""
    other = await SQLiteDatabase.open(path, KEYS)
    for _ in range(10):
        await asyncio.gather(database.commit(LINES), other.commit(LINES))
    await other.close()
    assert len(await AuditLog(database).tail(1000)) == 100
    assert await AuditLog(database).verify() is None
