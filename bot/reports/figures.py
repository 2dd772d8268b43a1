"""What a weekly or monthly report is made from: exact numbers, which leave only through
`tables`.

Weeks are counted from the cases and their steps, months from the rollup. Rates and
units are those of the last whole month: two states of one month, subtracted, would show
a few people's answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.people.register import Directory
from bot.reports.bulletins import Period, period
from dialogs.case.life import State
from dialogs.understand import CATEGORIES
from storage.port import Database
from storage.repositories.counts import Counts
from storage.repositories.statistics import Proposed, Statistics

WHATS = ("filed", "accepted", "declined", "closed", "reopened", "merged")
WEEKS, MONTHS = 8, 13  # that the trend shows, this one included
YEAR = timedelta(days=364)  # the same day of the week
Tally = Mapping[tuple[str, str], int]  # (category, what) → how many


@dataclass(frozen=True, slots=True)
class Month:
    """Units in one month. label: YYYY-MM; units: name → {what → n}, by name."""

    label: str
    units: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """trend: this period and those before, oldest first; year_ago: None where the line
    was not open yet.
    """

    period: Period
    trend: Sequence[tuple[Period, Tally]]
    year_ago: tuple[Period, Tally] | None
    month: Month
    proposed: Sequence[tuple[str, Proposed]]  # (unit's name, rung)


def by_category(tally: Tally, what: str) -> list[int]:
    return [tally.get((category, what), 0) for category in CATEGORIES]


class Bookkeeper:
    """Counts. directory: of the units."""

    def __init__(
        self, database: Database, directory: Callable[[], Awaitable[Directory]]
    ) -> None:
        self._counts, self._statistics, self._directory = (
            Counts(database),
            Statistics(database),
            directory,
        )

    async def figures(self, of: Period) -> Figures:
        """Of a week or a month that is over."""
        names = {unit.id: unit.name for unit in await self._directory()}
        before = _before(of, WEEKS if of.name == "week" else MONTHS)
        tallies = await self._tallies(before)
        month = (
            of if of.name == "month" else _previous(period("month", of.after, of.zone))
        )
        return Figures(
            of,
            list(zip(before, tallies, strict=True)),
            await self._year_ago(of, before, tallies),
            await self._month(month.label, names),
            [
                (_called(one.unit_id, names), one)
                for one in await self._statistics.rungs(*of.span)
            ],
        )

    async def _year_ago(
        self, of: Period, before: Sequence[Period], tallies: Sequence[Tally]
    ) -> tuple[Period, Tally] | None:
        then = _year_before(of)
        if then in before:
            found = (then, tallies[before.index(then)])
        else:
            [tally] = await self._tallies([then])
            found = (then, tally)
        return found if found[1] else None

    async def _tallies(self, periods: Sequence[Period]) -> list[Tally]:
        if periods[0].name == "month":
            return await self._months(periods)
        states = [state.value for state in State]
        first, after = periods[0].span[0], periods[-1].span[1]
        found = await self._statistics.happenings(first, after, states, WHATS[1:])
        tallies: list[Counter[tuple[str, str]]] = [Counter() for _ in periods]
        for one in found:
            place = next(i for i, span in enumerate(periods) if one.at < span.span[1])
            tallies[place][one.category, one.what] += one.n
        return [*tallies]

    async def _months(self, periods: Sequence[Period]) -> list[Tally]:
        counts = await self._counts.between(periods[0].label, periods[-1].label)
        return [
            {
                (one.category, one.what): one.n
                for one in counts
                if one.month == period.label
            }
            for period in periods
        ]

    async def _month(self, label: str, names: Mapping[str, str]) -> Month:
        units: dict[str, dict[str, int]] = {}
        for one in await self._statistics.units(label, label):
            units.setdefault(_called(one.unit_id, names), {})[one.what] = one.n
        return Month(label, dict(sorted(units.items())))


def _called(id: bytes, names: Mapping[str, str]) -> str:
    return names.get(id.hex(), "（名册外单位）")


def _before(of: Period, many: int) -> list[Period]:
    """It and those before it, oldest first."""
    found = [of]
    while len(found) < many:
        found.insert(0, _previous(found[0]))
    return found


def _previous(of: Period) -> Period:
    return period(of.name, of.first - timedelta(days=1), of.zone)


def _year_before(of: Period) -> Period:
    """The same month of the year before; of a week the one 52 weeks earlier."""
    then = (
        of.first - YEAR
        if of.name == "week"
        else of.first.replace(year=of.first.year - 1)
    )
    return period(of.name, then, of.zone)
