"""Who answers at which hours, of the hotline and of each unit: the roster. Pure.

What is urgent is sent to a unit at any hour; its time begins when somebody there is on
duty, so that no limit falls before anybody could act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

HOTLINE_DUTY = "专线"
ANY_UNIT = "承办单位"  # the hours of units that the roster does not name
A_DAY = 24 * 60  # minutes
SHIFT = re.compile(r"(\S+) +(\d{1,2})(?::(\d{2}))? ?[-–] ?(\d{1,2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's hours, every day. who: a name or a telephone; first, until: minutes
    after midnight; one that ends before it begins goes on past midnight.
    """

    who: str
    first: int
    until: int

    def covers(self, minute: int) -> bool:
        """Whether they are on duty at this minute of the day."""
        if self.first < self.until:
            return self.first <= minute < self.until
        return minute >= self.first or minute < self.until

    @property
    def hours(self) -> str:
        """08:00–22:00"""
        return f"{_clock(self.first)}–{_clock(self.until)}"


def shift_of(written: str) -> Shift | None:
    """`王芳 8-22`, `值班室 22:00-8:30`; None for what is neither."""
    found = SHIFT.fullmatch(written.strip())
    if found is None:
        return None
    who, first_hour, first_minute, last_hour, last_minute = found.groups()
    first = int(first_hour) * 60 + int(first_minute or 0)
    until = int(last_hour) * 60 + int(last_minute or 0)
    if first >= A_DAY or until > A_DAY or first == until:
        return None
    return Shift(who, first, until)


def shifts(roster: Mapping[str, Sequence[Shift]], unit: str | None) -> Sequence[Shift]:
    """Of a unit by its name, else those that hold for any."""
    return roster.get(unit or "") or roster[ANY_UNIT]


def on_duty(found: Sequence[Shift], at: datetime, zone: tzinfo) -> list[Shift]:
    """Those who are reached then."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return [shift for shift in found if shift.covers(minute)]


def acts_from(found: Sequence[Shift], at: datetime, zone: tzinfo) -> datetime:
    """When somebody is on duty: now, or when the next shift begins. UTC."""
    if on_duty(found, at, zone):
        return at
    day = at.astimezone(zone).date()
    begins = [
        datetime.combine(day, time(), zone) + timedelta(days=days, minutes=shift.first)
        for shift in found
        for days in (0, 1)
    ]
    return min(one.astimezone(UTC) for one in begins if one > at)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
