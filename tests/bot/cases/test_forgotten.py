"""Who was forgotten cannot be found again: the attacker has the receipt, the chat with
its old buttons, the database file with its log, and the keys.
"""

from __future__ import annotations

from pathlib import Path

from anonymizer import receipts
from dialogs.case.orders import Accept, Ask
from dialogs.words import Forget, Hold, Rate, Supplement
from tests.bot.counter import Counter
from tests.looking import all_laid_open

SELECT_TABLES = """
SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'
"""


async def cells(counter: Counter) -> set[bytes]:
    """All that stands in any table, as bytes."""
    found: set[bytes] = set()
    for (table,) in await counter.database.all(SELECT_TABLES):
        for row in await counter.database.all(f"SELECT * FROM {table}"):
            found |= {cell for cell in row if isinstance(cell, bytes)}
    return found


def on_the_disk(folder: Path) -> bytes:
    """Database and log as they lie there."""
    return all_laid_open(folder / "data")


async def test_no_value_of_a_forgotten_report_is_left(
    counter: Counter, tmp_path: Path
) -> None:
    """Its receipt's digest, the id that buttons hold, the stream of its messages; the
    control: before, each of them leads to the case.
    """
    receipt = await counter.files()
    report = await counter.report(receipt)
    name = await counter.alias()
    await counter.does(Supplement(report, "又来催了", (), counter.at))
    await counter.orders(name, Accept(), Ask("哪天要的？"))
    row = await counter.database.one("SELECT id, receipt, stream FROM reports")
    assert row is not None
    known = [bytes(value) for value in row]
    assert set(known) <= await cells(counter)
    assert all(value in on_the_disk(tmp_path) for value in known)
    await counter.does(Forget(report, counter.at))
    await counter.database.tidy()
    assert not set(known) & await cells(counter)
    assert not any(value in on_the_disk(tmp_path) for value in known)
    assert await counter.casework.stories.report_of(receipt) is None
    assert await counter.casework.stories.report_of(receipts.new()) is None


async def test_what_was_rated_still_counts(counter: Counter) -> None:
    """Figures stay, of nobody; the case tells that somebody was forgotten."""
    report = await counter.report(await counter.files())
    await counter.does(Rate(report, True, None, None, counter.at))
    await counter.does(Forget(report, counter.at))
    [rated] = await counter.database.all("SELECT report_id, solved FROM ratings")
    [left] = await counter.database.all("SELECT id FROM reports")
    assert (rated["solved"], rated["report_id"]) == (1, left["id"])
    assert left["id"] != bytes.fromhex(report)


async def test_a_report_kept_back_is_gone_altogether(counter: Counter) -> None:
    receipt = await counter.files(hold=Hold(counter.at.date(), "send"))
    report = await counter.report(receipt)
    await counter.does(Forget(report, counter.at))
    assert await counter.database.all("SELECT id FROM holds") == []
    assert await counter.casework.stories.report_of(receipt) is None
    assert counter.journal.has(bytes.fromhex(report)), "a backup may still hold it"
