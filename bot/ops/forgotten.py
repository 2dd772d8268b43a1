"""Shred journal and database brought to say the same: after a crash, after a restore,
after a loss.
"""

from __future__ import annotations

from datetime import datetime

from anonymizer.shred import ShredJournal
from bot.cases.casework import Casework
from bot.cases.reporters import Draft
from dialogs.words import Forget
from storage.sqlite import SQLiteDatabase

# filed, or kept back until a day
SELECT_WHOLE_REPORTS = """
SELECT id FROM reports WHERE wrapped_key IS NOT NULL
UNION ALL
SELECT id FROM holds WHERE wrapped_key IS NOT NULL
"""
SELECT_SHREDDED_REPORTS = """
SELECT id FROM reports WHERE wrapped_key IS NULL
UNION ALL
SELECT id FROM holds WHERE wrapped_key IS NULL
"""
NOBODY = Draft(bytes(16), bytes(32), bytes(16))  # forgetting seals nothing


async def forget_again(
    database: SQLiteDatabase, casework: Casework, journal: ShredJournal, at: datetime
) -> int:
    """Forget every report that the journal has and the database still opens; gives
    their number.

    Raises: KeyringError, if the journal cannot be read; StorageError.
    """
    ids = journal.among([row["id"] for row in await database.all(SELECT_WHOLE_REPORTS)])
    for (
        id
    ) in ids:  # one after the other: forgetting one may move another's link to its chat
        await database.commit(
            await casework.reporters.act(Forget(id.hex(), at), NOBODY, None)
        )
    if ids:
        await database.tidy()
    return len(ids)


async def unknown_to(journal: ShredJournal, database: SQLiteDatabase) -> list[bytes]:
    """Reports shredded in the database that the journal lacks: then it is not the
    newest one.
    """
    ids = [row["id"] for row in await database.all(SELECT_SHREDDED_REPORTS)]
    known = set(journal.among(ids))
    return [id for id in ids if id not in known]
