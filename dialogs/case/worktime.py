"""Time as the rules count it: Chinese working days, calendar days, hours. Pure.

The day on which something starts is never counted. Results are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Protocol

from dialogs.case.allowance import Allowance
from dialogs.case.rules import Rules

ONE_DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


class Calendar(Protocol):
    """Which days are worked."""

    def works(self, day: date) -> bool:
        """Whether a day is worked, make-up days (调休) included."""

    def knows(self, year: int) -> bool:
        """Whether it has been announced how this year's holidays are moved (调休); if
        not, a due time in it may still change.
        """

    def named(self, day: date) -> str:
        """The Chinese name of the holiday that a day belongs to, or is worked for; ""
        for none.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """By what time is counted. Made once and told apart by identity, since results are
    remembered by it.
    """

    rules: Rules
    calendar: Calendar
    zone: tzinfo


class _Weekdays:
    def works(self, day: date) -> bool:
        return day.weekday() < 5

    def knows(self, year: int) -> bool:
        return True

    def named(self, day: date) -> str:
        return ""


def weekday_calendar() -> Calendar:
    """Monday to Friday, whatever the year; it knows of no holiday, and none is open."""
    return _Weekdays()


@lru_cache(maxsize=8192)
def add(start: datetime, allowance: Allowance, terms: Terms) -> datetime:
    """When an allowance that starts at `start` is used up, in UTC.

    n W: 24:00 local of the n-th working day after the start's day; 0 W: of that day, or
    of the next working day where it is none. n D: 24:00 of the n-th day after it,
    worked or not. n h: n hours later. n C: n days later at the same local time; if a
    change of clocks skips or repeats that, the later counts.
    """
    number = allowance.number
    first_day = day_of(start, terms)
    match allowance.unit:
        case "h":
            return start.astimezone(UTC) + timedelta(hours=number)
        case "C":
            later = _local(start, terms) + timedelta(days=number)
            return _instant(later, terms.zone)
        case "D":
            last_day = first_day + timedelta(days=number)
            return end_of(last_day, terms.zone)
        case "W":
            last_day = _workday(first_day, number, terms.calendar)
            return end_of(last_day, terms.zone)


def after(due: datetime, allowance: Allowance, terms: Terms) -> datetime:
    """So much later than a due time: 24:00 belongs to the day that it ends."""
    by_days = allowance.unit in ("D", "W")
    return add(due - TICK if by_days else due, allowance, terms)


def _workday(day: date, number: int, calendar: Calendar) -> date:
    """The so manieth working day after `day`; for 0 itself, or the next where it is
    none.
    """
    if number == 0 and not calendar.works(day):
        number = 1
    while number > 0:
        day += ONE_DAY
        if calendar.works(day):
            number -= 1
    return day


def back(day: date, number: int, calendar: Calendar) -> date:
    """The last working day after which, up to and with `day`, so many are worked."""
    works = calendar.works
    while number or not works(day):
        number -= works(day)
        day -= ONE_DAY
    return day


def workdays(after: date, until: date, calendar: Calendar) -> int:
    """How many days are worked in (after, until]."""
    number = (until - after).days
    days = (after + timedelta(days=n) for n in range(1, number + 1))
    return sum(map(calendar.works, days))


def day_of(at: datetime, terms: Terms) -> date:
    """The local day."""
    return at.astimezone(terms.zone).date()


def end_of(day: date, zone: tzinfo) -> datetime:
    """24:00 local, in UTC. Where clocks skip midnight, the moment at which they do."""
    return datetime.combine(day + ONE_DAY, time(), zone).astimezone(UTC)


def shifted(
    due: datetime, since: datetime, until: datetime, allowance: Allowance, terms: Terms
) -> datetime:
    """The due time after a pause [since, until), since < due: what remained then
    remains now, never less.

    The day on which a pause begins is used, the day on which it ends is not counted,
    like any start; only when it begins on the due day itself, that day remains. On one
    and the same day nothing changes.
    allowance: what the clock started with; its unit says what is kept: working days,
    days or hours.
    """
    first_day = day_of(since, terms)
    last_day = day_of(until, terms)
    match allowance.unit:
        case "h":
            return due + (until - since)
        case "C":
            paused = _local(until, terms) - _local(since, terms)
            later = _instant(_local(due, terms) + paused, terms.zone)
        case "D":
            paused = last_day - first_day
            later = _instant(_local(due, terms) + paused, terms.zone)
        case "W" if first_day == last_day:
            return due
        case "W":
            due_day = day_of(due - TICK, terms)
            left = max(1, workdays(first_day, due_day, terms.calendar))
            later = end_of(_workday(last_day, left, terms.calendar), terms.zone)
    return max(due, later)


def _local(at: datetime, terms: Terms) -> datetime:
    return at.astimezone(terms.zone).replace(tzinfo=None)


def _instant(local: datetime, zone: tzinfo) -> datetime:
    """The later of the two that a change of clocks may leave."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return max(first, second)
