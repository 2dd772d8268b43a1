"""The days that a digest or report tells of: a day, a week, a month of local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Literal

from dialogs.case.worktime import ONE_DAY

Name = Literal["day", "week", "month"]
NAMES: tuple[Name, ...] = ("day", "week", "month")
MORNING = time(8, 30)  # local: when what happened up to midnight is told


@dataclass(frozen=True, slots=True)
class Period:
    """What one report tells of: the local days from `first` up to, not including,
    `after`.

    label: of a week 2026-W47, of a month 2026-10, of a digest the morning it is for:
    2026-11-23.
    """

    name: Name
    label: str
    first: date
    after: date
    zone: tzinfo

    @property
    def span(self) -> tuple[int, int]:
        """[first, after) in seconds since 1970 UTC."""
        return midnight(self.first, self.zone), midnight(self.after, self.zone)


def midnight(day: date, zone: tzinfo) -> int:
    """When that local day begins, in seconds since 1970 UTC."""
    return int(datetime.combine(day, time(), zone).timestamp())


def period(name: Name, day: date, zone: tzinfo) -> Period:
    """The one that `day` lies in; of digests the one made that morning, about the day
    before.
    """
    if name == "day":
        return Period(name, day.isoformat(), day - ONE_DAY, day, zone)
    if name == "week":
        monday = day - day.weekday() * ONE_DAY
        year, week, _ = monday.isocalendar()
        return Period(name, f"{year}-W{week:02}", monday, monday + 7 * ONE_DAY, zone)
    first = day.replace(day=1)
    following = (first + 31 * ONE_DAY).replace(day=1)
    return Period(name, f"{first:%Y-%m}", first, following, zone)


def latest(name: Name, now: datetime, zone: tzinfo) -> Period:
    """The newest that is due: its days are over, and so is the half past eight that
    follows them.
    """
    local = now.astimezone(zone)
    morning = local.date() if local.time() >= MORNING else local.date() - ONE_DAY
    if name == "day":
        return period(name, morning, zone)
    current = period(name, morning, zone)
    return period(name, current.first - ONE_DAY, zone)
