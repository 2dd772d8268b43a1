"""What a weekly or monthly report is made from: exact numbers, which leave only through
`tables`.

Weeks are counted from the cases and their steps, months from the rollup. Categories,
rates and units are those of the last whole month: two states of one month, subtracted,
or weeks taken from a month, would show a few people's answers. What reporters answered
is told by the month in which their cases were closed, once the month after it is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

from bot.people.directory import Directory
from bot.reports.cells import SMALLEST_SHOWN
from bot.reports.standings import standings_of
from dialogs.case.ladder import LadderRule
from dialogs.case.life import State
from dialogs.understand import CATEGORIES
from scheduler.periods import Period, period
from storage.port import Database
from storage.repositories.counts import Counts
from storage.repositories.rungs import Rungs
from storage.repositories.statistics import Statistics

WHATS = ("filed", "accepted", "declined", "closed", "reopened", "merged")
TREND_WEEKS = 8  # that the trend shows, this one included
TREND_MONTHS = 13
QUARTER = 3  # months, where one has too few to place a unit
MONDAY = 0
SAME_WEEKDAY_A_YEAR_AGO = timedelta(days=364)
CategoryTally = Mapping[tuple[str, str], int]  # (category, what) → how many


UnitTally = Mapping[str, Mapping[str, int]]  # unit's name → {what → n}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """All units of the register, and others that had a case; by name.

    month: YYYY-MM, whose due cases are told; closed: the month before, about whose
    closed cases reporters were asked; quarters: of each the three months up to it.
    """

    month: str
    closed: str
    units: UnitTally
    asked: UnitTally
    quarter: UnitTally
    asked_quarter: UnitTally


@dataclass(frozen=True, slots=True)
class Kinds:
    """Categories of one whole month, and of the same month a year before, where the
    line was open.
    """

    month: Period
    tally: CategoryTally
    year_ago: tuple[Period, CategoryTally] | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A rung of the ladder. at: of the finding, seconds since 1970 UTC; decision:
    taken, waived, None while it is only proposed.
    """

    unit_id: bytes
    rung: str
    at: int
    decision: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """trend: this period and those before, oldest first; year_ago: None where the line
    was not open yet; kept_back: (month, what) whose total the weeks' reports would use
    to give a small week away.
    """

    period: Period
    trend: Sequence[tuple[Period, CategoryTally]]
    year_ago: tuple[Period, CategoryTally] | None
    kinds: Kinds
    units: UnitFigures
    kept_back: Set[tuple[Period, str]]
    proposed: Sequence[tuple[str, Proposed]]  # (unit's name, rung)


def by_category(tally: CategoryTally, what: str) -> list[int]:
    return [tally.get((category, what), 0) for category in CATEGORIES]


class Bookkeeper:
    """Counts. directory: of the units; ladder: how findings are counted for it."""

    def __init__(
        self,
        database: Database,
        directory: Callable[[], Awaitable[Directory]],
        ladder: LadderRule,
    ) -> None:
        self._ladder = ladder
        self._rungs = Rungs(database)
        self._counts = Counts(database)
        self._statistics = Statistics(database)
        self._directory = directory

    async def figures(self, of: Period) -> Figures:
        """Of a week or a month that is over."""
        names = {unit.id: unit.name for unit in await self._directory()}
        many = TREND_WEEKS if of.name == "week" else TREND_MONTHS
        shown = _with_those_before(of, many)
        tallies = await self._tallies(shown)
        trend = list(zip(shown, tallies, strict=True))
        month = _whole_month(of)
        proposed = [
            (_called(one.unit_id, names), one) for one in await self._proposed(of)
        ]
        year_ago = await self._year_ago(of, trend)
        kinds = await self._kinds(month)
        months = {one for one, _ in trend if one.name == "month"}
        months.add(month)
        for before in (year_ago, kinds.year_ago):
            if before is not None and before[0].name == "month":
                months.add(before[0])
        return Figures(
            period=of,
            trend=trend,
            year_ago=year_ago,
            kinds=kinds,
            units=await self._units(month, names),
            kept_back=await self._kept_back(months),
            proposed=proposed,
        )

    async def _kinds(self, month: Period) -> Kinds:
        [tally] = await self._months([month])
        year_ago = await self._year_ago(month, [(month, tally)])
        return Kinds(month, tally, year_ago)

    async def _kept_back(self, months: Iterable[Period]) -> set[tuple[Period, str]]:
        """Months at whose end weeks and months have come out even, with a small week
        among them: the sums of both would tell it.
        """
        found = set()
        for month in months:
            weeks = _weeks_until(month)
            if not weeks:
                continue
            tallies = await self._tallies(weeks)
            for what in WHATS:
                totals = [sum(by_category(tally, what)) for tally in tallies]
                if min(totals) < SMALLEST_SHOWN:
                    found.add((month, what))
        return found

    async def _proposed(self, of: Period) -> list[Proposed]:
        """Of findings of this period, and of those before about which nothing is
        decided. Oldest first.
        """
        first, after = of.span
        rows = await self._rungs.all()
        known = standings_of(rows, self._ladder, of.zone)
        found: list[Proposed] = []
        for row in rows:
            if row.id not in known or row.at >= after:
                continue
            rung = row.rung or known[row.id].proposed
            is_new = row.at >= first
            if rung is not None and (is_new or row.decision is None):
                found.append(Proposed(row.unit_id, rung, row.at, row.decision))
        return found

    async def _year_ago(
        self, of: Period, trend: Sequence[tuple[Period, CategoryTally]]
    ) -> tuple[Period, CategoryTally] | None:
        """None where there is no number of it."""
        then = _year_before(of)
        known = dict(trend)
        if then not in known:
            [known[then]] = await self._tallies([then])
        return (then, known[then]) if known[then] else None

    async def _tallies(self, periods: Sequence[Period]) -> list[CategoryTally]:
        """Of periods that follow each other, the oldest first."""
        if periods[0].name == "month":
            return await self._months(periods)
        states = [state.value for state in State]
        begins, _ = periods[0].span
        _, ends = periods[-1].span
        tallies: list[Counter[tuple[str, str]]] = [Counter() for _ in periods]
        for one in await self._statistics.happenings(begins, ends, states, WHATS[1:]):
            place = next(i for i, span in enumerate(periods) if one.at < span.span[1])
            tallies[place][one.category, one.what] += one.n
        return [*tallies]

    async def _months(self, periods: Sequence[Period]) -> list[CategoryTally]:
        tallies: dict[str, dict[tuple[str, str], int]] = {
            period.label: {} for period in periods
        }
        for one in await self._counts.between(periods[0].label, periods[-1].label):
            tallies[one.month][one.category, one.what] = one.n
        return [*tallies.values()]

    async def _units(self, month: Period, names: Mapping[str, str]) -> UnitFigures:
        closed = _previous(month)
        units = await self._between(_months_back(month, 1), month, names)
        asked = await self._between(_months_back(closed, 1), closed, names)
        quarter = await self._between(_months_back(month, QUARTER), month, names)
        asked_quarter = await self._between(
            _months_back(closed, QUARTER), closed, names
        )
        everybody = sorted({*names.values(), *units, *asked, *quarter, *asked_quarter})

        def whole(tally: UnitTally) -> UnitTally:
            return {name: tally.get(name, {}) for name in everybody}

        return UnitFigures(
            month=month.label,
            closed=closed.label,
            units=whole(units),
            asked=whole(asked),
            quarter=whole(quarter),
            asked_quarter=whole(asked_quarter),
        )

    async def _between(
        self, first: Period, last: Period, names: Mapping[str, str]
    ) -> UnitTally:
        """Both months and those between them, added up."""
        units: dict[str, Counter[str]] = {}
        for one in await self._statistics.units(first.label, last.label):
            counts = units.setdefault(_called(one.unit_id, names), Counter())
            counts[one.what] += one.n
        return units


def _called(id: bytes, names: Mapping[str, str]) -> str:
    return names.get(id.hex(), "（名册外单位）")


def _with_those_before(of: Period, many: int) -> list[Period]:
    """So many in all, oldest first."""
    found = [of]
    while len(found) < many:
        found.insert(0, _previous(found[0]))
    return found


def _whole_month(of: Period) -> Period:
    """It; of a week the month that was over when the week ended."""
    if of.name == "month":
        return of
    return _previous(period("month", of.after, of.zone))


def _months_back(month: Period, many: int) -> Period:
    """The first of so many months of which `month` is the last."""
    for _ in range(many - 1):
        month = _previous(month)
    return month


def _weeks_until(month: Period) -> list[Period]:
    """The weeks since weeks and months last began on one day, where they do so again
    after this month; else none.
    """
    if month.after.weekday() != MONDAY:
        return []
    first = month
    while first.first.weekday() != MONDAY:
        first = _previous(first)
    number = (month.after - first.first).days // 7
    mondays = [first.first + timedelta(weeks=week) for week in range(number)]
    return [period("week", monday, month.zone) for monday in mondays]


def _previous(of: Period) -> Period:
    return period(of.name, of.first - timedelta(days=1), of.zone)


def _year_before(of: Period) -> Period:
    """The same month of the year before; of a week the one 52 weeks earlier."""
    then = of.first - SAME_WEEKDAY_A_YEAR_AGO
    if of.name == "month":
        then = of.first.replace(year=of.first.year - 1)
    return period(of.name, then, of.zone)
