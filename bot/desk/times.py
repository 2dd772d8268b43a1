"""How staff and units read a time, on every screen: 11月30日 24:00; 11月23日10时 where
a reporter caused it; 11月30日 where a day is meant. A deadline at midnight is 24:00 of
the day that it ends.

now: the year is left out where it is the running one; None where that is not known.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from bot.hours import ending, utc
from dialogs.case.clock import ClockReading


def said_due(due: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    day, clock = ending(due, zone)
    return f"{_day(day, zone, now)} {clock}"


def said_at(
    at: int | datetime,
    zone: tzinfo,
    *,
    hourly: bool = False,
    now: datetime | None = None,
) -> str:
    """at: if a number, seconds since 1970 UTC."""
    moment = utc(at) if isinstance(at, int) else at
    local = moment.astimezone(zone)
    clock = f"{local.hour}时" if hourly else f" {local:%H:%M}"
    return f"{_day(local.date(), zone, now)}{clock}"


def said_day(at: int | datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """The day on which a time falls; midnight ends the day before."""
    moment = utc(at) if isinstance(at, int) else at
    day, _ = ending(moment, zone)
    return _day(day, zone, now)


def printed_at(at: datetime, zone: tzinfo) -> str:
    """2026年11月30日24时, 2026年11月23日10时17分: on papers."""
    day, clock = ending(at, zone)
    hour, _, minute = clock.partition(":")
    minutes = "" if minute == "00" else f"{int(minute)}分"
    return f"{_day(day, zone, None)}{int(hour)}时{minutes}"


def proviso(reading: ClockReading) -> str:
    """What stands behind a due time that may still change; "" where it may not."""
    year = reading.unannounced
    return "" if year is None else f"（{year}年调休还没公布，公布后可能会变）"


def _day(day: date, zone: tzinfo, now: datetime | None) -> str:
    is_running_year = now is not None and day.year == now.astimezone(zone).year
    year = "" if is_running_year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
