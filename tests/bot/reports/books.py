"""A database with figures of two years in it, written as casework writes them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from bot.hours import seconds
from bot.people.directory import NewUnit
from bot.program import Program
from storage.repositories.counts import Counts
from storage.repositories.rungs import RungRow, Rungs
from storage.repositories.unit_counts import UnitCounts
from tests.bot.line import Line

CATEGORIES = {
    "forms": 40,
    "meetings": 22,
    "fingertip": 31,
    "documents": 12,
    "signage": 3,
    "secondment": 6,
}
UNITS: Mapping[str, Mapping[str, int]] = {
    "文新街道": dict(
        due=60,
        in_time=50,
        called_back=40,
        solved=20,
        unsolved=12,
        satisfied=15,
        unsatisfied=12,
    ),
    "北苑街道": dict(
        due=50,
        in_time=44,
        called_back=32,
        solved=9,
        unsolved=13,
        satisfied=8,
        unsatisfied=9,
    ),
    "区城管局": dict(
        due=34,
        in_time=16,
        called_back=22,
        solved=9,
        unsolved=5,
        satisfied=8,
        unsatisfied=6,
    ),
    "区民政局": dict(due=3, in_time=3, called_back=2, solved=2, satisfied=2),
    "=HYPERLINK(0)": dict(
        due=40,
        in_time=20,
        called_back=30,
        solved=8,
        unsolved=10,
        satisfied=6,
        unsatisfied=8,
    ),
}
OF_THE_MONTH = ("due", "in_time")  # the others are told by the month of the closing


async def keep_books(app: Program, last: date, months: int = 13) -> None:
    """Figures of so many months up to that of `last`, each a little higher, and a rung
    of the ladder.
    """
    for back in range(months):
        month = (last.replace(day=15) - timedelta(days=30.4 * back)).replace(day=15)
        at = seconds(datetime(month.year, month.month, 15, tzinfo=UTC))
        writes = []
        for category, n in CATEGORIES.items():
            for what, share in (
                ("filed", 1.0),
                ("accepted", 0.9),
                ("closed", 0.7),
                ("declined", 0.1),
            ):
                writes.append(
                    Counts.add(at, category, what, round(n * share * (1 - back / 30)))
                )
        await app.resources.database.commit(writes)
    for name, counts in UNITS.items():
        unit = await app.register.add(NewUnit(name, "subdistrict"))
        id = bytes.fromhex(unit.id)
        before = last.replace(day=1) - timedelta(days=1)
        for what, n in counts.items():
            month = last if what in OF_THE_MONTH else before
            write = UnitCounts.add(f"{month:%Y-%m}", id, what, n)
            await app.resources.database.commit([write])


async def propose(line: Line, unit: str, chat: str) -> None:
    """A rung for a unit, on a case that somebody files now."""
    await line.says("同一份台账每周报五次", chat=chat)
    await line.presses("send", chat=chat)
    rows = await line.app.resources.database.all(
        "SELECT id FROM cases WHERE id NOT IN (SELECT case_id FROM rungs)"
    )
    found = await line.app.register.find(unit)
    assert found is not None
    row = RungRow(
        id=secrets.token_bytes(16),
        unit_id=bytes.fromhex(found.id),
        case_id=rows[0][0],
        round=0,
        at=seconds(line.at),
    )
    await line.app.resources.database.commit([Rungs.add(row)])
