"""Who answers at which hours, of the hotline and of each unit: the roster. Pure.

What is urgent is sent to a unit at any hour; its time begins when somebody there is on
duty, so that no limit falls before anybody could act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from typing import Protocol

HOTLINE_DUTY = "专线"
ANY_UNIT = "承办单位"  # the hours of units that the roster does not name
A_DAY = 24 * 60  # minutes
LOOKED_AHEAD = 400  # days: a roster of one holiday comes round within a year
ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
SHIFT = re.compile(
    r"(\S+?)(?: +(\S+))? +(\d{1,2})(?::(\d{2}))? ?[-–] ?(\d{1,2})(?::(\d{2}))?"
)
WEEKDAY = re.compile(rf"周([{WEEKDAYS}])(?:至周([{WEEKDAYS}]))?")
DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:至(\d{4}-\d{2}-\d{2}))?")


class DayNames(Protocol):
    """What a roster asks of a calendar."""

    def works(self, day: date) -> bool:
        """Whether a day is worked, make-up days (调休) included."""

    def named(self, day: date) -> str:
        """The name of the holiday that a day belongs to; "" for none."""


class Width(IntEnum):
    """How narrowly a shift says its days: on a day, the narrowest of those that name it
    hold, and no other.
    """

    EVERY_DAY = 0
    KIND = 1  # working days, days of rest, days of the week
    HOLIDAY = 2
    DATED = 3


WORKING, RESTING, HOLIDAYS = "工作日", "休息日", "节假日"
KINDS = {WORKING: Width.KIND, RESTING: Width.KIND, HOLIDAYS: Width.HOLIDAY}


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's hours. who: a name or a telephone; first, until: minutes after
    midnight; one that ends before it begins goes on past midnight; days: on which it
    begins, as it is written, "" for every day.
    """

    who: str
    first: int
    until: int
    days: str = ""

    @property
    def hours(self) -> str:
        """08:00–22:00, 工作日 08:00–22:00"""
        clock = f"{_clock(self.first)}–{_clock(self.until)}"
        return f"{self.days} {clock}" if self.days else clock

    @property
    def width(self) -> Width:
        if not self.days:
            return Width.EVERY_DAY
        if DATES.fullmatch(self.days):
            return Width.DATED
        return KINDS.get(self.days, Width.KIND)

    def is_of(self, day: date, calendar: DayNames) -> bool:
        """Whether it begins on this day, if nothing narrower does."""
        match self.days:
            case "":
                return True
            case "工作日":
                return calendar.works(day)
            case "休息日":
                return not calendar.works(day)
            case "节假日":
                return not calendar.works(day) and bool(calendar.named(day))
        return _says(self.days, day)

    def goes_past_midnight(self) -> bool:
        return self.first >= self.until


def shift_of(written: str) -> Shift | None:
    """`王芳 8-22`, `王芳 工作日 8-18`, `李明 周六至周日 9-17`, `值班室 节假日 0-24`,
    `赵云 2026-10-01至2026-10-07 22:00-8:30`; None for what is neither.
    """
    found = SHIFT.fullmatch(written.strip())
    if found is None:
        return None
    who, days, first_hour, first_minute, last_hour, last_minute = found.groups()
    first = int(first_hour) * 60 + int(first_minute or 0)
    until = int(last_hour) * 60 + int(last_minute or 0)
    if first >= A_DAY or until > A_DAY or first == until:
        return None
    if days is not None and not _is_days(days):
        return None
    return Shift(who, first, until, days or "")


def shifts(roster: Mapping[str, Sequence[Shift]], unit: str | None) -> Sequence[Shift]:
    """Of a unit by its name, else those that hold for any."""
    return roster.get(unit or "") or roster[ANY_UNIT]


def of_day(found: Sequence[Shift], day: date, calendar: DayNames) -> list[Shift]:
    """Those that begin on this day: a holiday's own people, where it has some, in place
    of those of every day.
    """
    fitting = [shift for shift in found if shift.is_of(day, calendar)]
    narrowest = max((shift.width for shift in fitting), default=Width.EVERY_DAY)
    return [shift for shift in fitting if shift.width is narrowest]


def on_duty(
    found: Sequence[Shift], at: datetime, calendar: DayNames, zone: tzinfo
) -> list[Shift]:
    """Those who are reached then, be it since the evening before."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    since_yesterday = [
        shift
        for shift in of_day(found, local.date() - ONE_DAY, calendar)
        if shift.goes_past_midnight() and minute < shift.until
    ]
    today = [
        shift
        for shift in of_day(found, local.date(), calendar)
        if shift.first <= minute
        and (shift.goes_past_midnight() or minute < shift.until)
    ]
    return list(dict.fromkeys((*since_yesterday, *today)))


def acts_from(
    found: Sequence[Shift], at: datetime, calendar: DayNames, zone: tzinfo
) -> datetime:
    """When somebody is on duty: now, or when the next shift begins; now, where the
    roster names nobody within a year. UTC.
    """
    if on_duty(found, at, calendar, zone):
        return at
    begins = _begins(found, at, calendar, zone)
    return next((begin for begin in begins if begin > at), at)


def _begins(
    found: Sequence[Shift], at: datetime, calendar: DayNames, zone: tzinfo
) -> Iterator[datetime]:
    today = at.astimezone(zone).date()
    for number in range(LOOKED_AHEAD):
        day = today + timedelta(days=number)
        midnight = datetime.combine(day, time(), zone)
        firsts = sorted(shift.first for shift in of_day(found, day, calendar))
        for first in firsts:
            yield (midnight + timedelta(minutes=first)).astimezone(UTC)


def kind_of(day: date, calendar: DayNames) -> str:
    """What the calendar says of a day: 工作日, 休息日, or the holiday's name."""
    if calendar.works(day):
        return WORKING
    return calendar.named(day) or RESTING


def _is_days(written: str) -> bool:
    if written in KINDS or WEEKDAY.fullmatch(written):
        return True
    span = _span(written)
    return span is not None and span[0] <= span[1]


def _says(written: str, day: date) -> bool:
    """Of days of the week, or of dates."""
    span = _span(written)
    if span is not None:
        return span[0] <= day <= span[1]
    found = WEEKDAY.fullmatch(written)
    assert found is not None  # it was read so
    first = WEEKDAYS.index(found[1])
    last = WEEKDAYS.index(found[2] or found[1])
    number = day.weekday()
    if first <= last:
        return first <= number <= last
    return number >= first or number <= last


def _span(written: str) -> tuple[date, date] | None:
    """The first and the last day; None for what are no dates."""
    found = DATES.fullmatch(written)
    if found is None:
        return None
    try:
        first = date.fromisoformat(found[1])
        return first, date.fromisoformat(found[2] or found[1])
    except ValueError:
        return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
