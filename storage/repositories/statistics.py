"""What reports count: cases by state and time, figures of units.

Month figures by category are in `counts`; weeks are counted from the rows themselves.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.categories import RETALIATION
from storage.port import Reader

# what exists for supervisors alone is in no figure and in no list that others read
FOR_ALL = f"category <> '{RETALIATION}'"
IN_STATES = f"state IN (SELECT value FROM json_each(:states)) AND {FOR_ALL}"
COUNT_CASES_BY_STATE = f"""
SELECT state, count(*)
FROM cases
WHERE {FOR_ALL}
GROUP BY state
ORDER BY state
"""
SELECT_OVERDUE_CASES = f"""
SELECT id, alias, state, opened_hour, due_at
FROM cases
WHERE due_at <= :now AND {IN_STATES}
ORDER BY due_at, alias
"""
SELECT_CASES_DUE_SOON = f"""
SELECT id, alias, state, opened_hour, due_at
FROM cases
WHERE due_at > :now AND due_at <= :until AND {IN_STATES}
ORDER BY due_at, alias
"""
SELECT_OLDEST_CASES = f"""
SELECT id, alias, state, opened_hour, due_at
FROM cases
WHERE {IN_STATES}
ORDER BY opened_hour, alias
LIMIT :most
"""
COUNT_FILED = f"""
SELECT opened_hour, category, 'filed', count(*)
FROM cases
WHERE {IN_STATES} AND opened_hour >= :first AND opened_hour < :after
GROUP BY opened_hour, category
"""
# Nothing happened to a case after `changed_at`, except within its hour, to which a
# reporter's doing is rounded down: so only cases changed since need their steps read.
COUNT_STEPS_TAKEN = f"""
SELECT steps.at, category, kind, count(*)
FROM cases JOIN steps ON steps.case_id = cases.id
WHERE changed_at >= :first - 3600
  AND steps.at >= :first AND steps.at < :after
  AND report_id IS NULL AND {FOR_ALL}
  AND kind IN (SELECT value FROM json_each(:kinds))
GROUP BY steps.at, category, kind
"""
SELECT_UNIT_COUNTS = """
SELECT month, unit_id, what, n
FROM unit_counts
WHERE month BETWEEN :first AND :last
ORDER BY month, unit_id, what
"""


@dataclass(frozen=True, slots=True)
class StandingCase:
    """A case on the way.

    opened: the hour; due: of its next running clock; seconds since 1970 UTC.
    """

    id: bytes
    alias: str
    state: str
    opened: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Happening:
    """How many cases of a category this is true of at a time: filed, accepted, …

    at: seconds since 1970 UTC; n: how many.
    """

    at: int
    category: str
    what: str
    n: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A figure of one unit in one month.

    month: YYYY-MM in local time; what: due, in_time, called_back, solved, … as
    casework counts them.
    """

    month: str
    unit_id: bytes
    what: str
    n: int


class Statistics:
    """Reads only. Times are seconds since 1970 UTC, spans half open."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_state(self) -> dict[str, int]:
        rows = await self._reader.all(COUNT_CASES_BY_STATE)
        return {state: count for state, count in rows}

    async def overdue(self, now: int, states: Iterable[str]) -> list[StandingCase]:
        """Cases in these states whose clock has run out, the longest first."""
        rows = await self._reader.all(
            SELECT_OVERDUE_CASES, now=now, states=_json_list(states)
        )
        return [StandingCase(*row) for row in rows]

    async def due(
        self, now: int, until: int, states: Iterable[str]
    ) -> list[StandingCase]:
        """Cases in these states whose clock runs out after `now`, up to `until`."""
        rows = await self._reader.all(
            SELECT_CASES_DUE_SOON, now=now, until=until, states=_json_list(states)
        )
        return [StandingCase(*row) for row in rows]

    async def oldest(self, states: Iterable[str], most: int) -> list[StandingCase]:
        rows = await self._reader.all(
            SELECT_OLDEST_CASES, states=_json_list(states), most=most
        )
        return [StandingCase(*row) for row in rows]

    async def happenings(
        self, first: int, after: int, states: Iterable[str], kinds: Iterable[str]
    ) -> list[Happening]:
        """What was filed in [first, after), and which public steps were taken.

        Args:
            states: all that there are.
            kinds: of the steps to count.
        """
        filed = await self._reader.all(
            COUNT_FILED, first=first, after=after, states=_json_list(states)
        )
        steps = await self._reader.all(
            COUNT_STEPS_TAKEN, first=first, after=after, kinds=_json_list(kinds)
        )
        return [Happening(*row) for row in [*filed, *steps]]

    async def units(self, first: str, last: str) -> list[UnitCount]:
        """Figures of the months from `first` to `last`, both included (YYYY-MM)."""
        rows = await self._reader.all(SELECT_UNIT_COUNTS, first=first, last=last)
        return [UnitCount(*row) for row in rows]


def _json_list(words: Iterable[str]) -> str:
    return json.dumps([*words])
