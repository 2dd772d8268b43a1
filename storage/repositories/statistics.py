"""What reports count: cases by state and time, month figures of units, what the ladder
proposes.

Month figures by category are in `counts`; weeks are counted from the rows themselves.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from storage.port import Reader

BY_STATE = "SELECT state, count(*) FROM cases GROUP BY state ORDER BY state"
OF_STATES = "state IN (SELECT value FROM json_each(:states))"
STANDING = "SELECT id, alias, state, opened_hour, due_at FROM cases WHERE "
OVERDUE = f"{STANDING} due_at <= :now AND {OF_STATES} ORDER BY due_at, alias"
DUE = (
    f"{STANDING} due_at > :now AND due_at <= :until AND {OF_STATES} ORDER BY due_at,"
    " alias"
)
OLDEST = f"{STANDING} {OF_STATES} ORDER BY opened_hour, alias LIMIT :most"
FILED = f"""SELECT opened_hour, category, 'filed', count(*) FROM cases
WHERE {OF_STATES} AND opened_hour >= :first AND opened_hour < :after GROUP BY
    opened_hour, category"""
# Nothing happened to a case after `changed_at`, except within its hour, to which a
# reporter's doing is rounded down: so only cases changed since need their steps read.
MOVED = """SELECT steps.at, category, kind, count(*) FROM cases JOIN steps ON
    steps.case_id = cases.id
WHERE changed_at >= :first - 3600 AND steps.at >= :first AND steps.at < :after AND
    report_id IS NULL
AND kind IN (SELECT value FROM json_each(:kinds)) GROUP BY steps.at, category, kind"""
UNITS = """SELECT month, unit_id, what, n FROM unit_counts WHERE month BETWEEN :first
    AND :last
ORDER BY month, unit_id, what"""
RUNGS = """SELECT unit_id, rung, at, decision FROM rungs
WHERE at >= :first AND at < :after OR decision IS NULL AND at < :after ORDER BY at,
    id"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case on the way. opened: the hour; due: of its next running clock; seconds
    since 1970 UTC.
    """

    id: bytes
    alias: str
    state: str
    opened: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Happening:
    """`n` cases of a category of which at `at` (seconds since 1970 UTC) this is true:
    filed, accepted, …
    """

    at: int
    category: str
    what: str
    n: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """month: YYYY-MM in local time; what: due, in_time, called_back, solved, … as
    casework counts them.
    """

    month: str
    unit_id: bytes
    what: str
    n: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A rung of the ladder. decision: taken, waived, None while it is only proposed."""

    unit_id: bytes
    rung: str
    at: int
    decision: str | None


class Statistics:
    """Reads only. Times are seconds since 1970 UTC, spans half open."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_state(self) -> dict[str, int]:
        return {row[0]: row[1] for row in await self._reader.all(BY_STATE)}

    async def overdue(self, now: int, states: Iterable[str]) -> list[Standing]:
        """Cases in these states whose clock has run out, the longest first."""
        return [
            Standing(*row)
            for row in await self._reader.all(OVERDUE, now=now, states=_list(states))
        ]

    async def due(self, now: int, until: int, states: Iterable[str]) -> list[Standing]:
        """Cases in these states whose clock runs out after `now`, up to `until`."""
        rows = await self._reader.all(DUE, now=now, until=until, states=_list(states))
        return [Standing(*row) for row in rows]

    async def oldest(self, states: Iterable[str], most: int) -> list[Standing]:
        return [
            Standing(*row)
            for row in await self._reader.all(OLDEST, states=_list(states), most=most)
        ]

    async def happenings(
        self, first: int, after: int, states: Iterable[str], kinds: Iterable[str]
    ) -> list[Happening]:
        """What was filed in [first, after), and which of these public steps were taken;
        states: all.
        """
        filed = await self._reader.all(
            FILED, first=first, after=after, states=_list(states)
        )
        moved = await self._reader.all(
            MOVED, first=first, after=after, kinds=_list(kinds)
        )
        return [Happening(*row) for row in [*filed, *moved]]

    async def units(self, first: str, last: str) -> list[UnitCount]:
        """Figures of the months from `first` to `last`, both included (YYYY-MM)."""
        return [
            UnitCount(*row)
            for row in await self._reader.all(UNITS, first=first, last=last)
        ]

    async def rungs(self, first: int, after: int) -> list[Proposed]:
        """Proposed within [first, after), or before and still not decided; oldest
        first.
        """
        return [
            Proposed(*row)
            for row in await self._reader.all(RUNGS, first=first, after=after)
        ]


def _list(words: Iterable[str]) -> str:
    return json.dumps([*words])
