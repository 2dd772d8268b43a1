"""How staff and units read a time: each way stands here once. A deadline at midnight
is 24:00 of the day that it ends.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from bot.hours import ending, utc
from dialogs.case.clock import ClockReading


def iso_due(due: datetime, zone: tzinfo) -> str:
    """2026-11-30 24:00, as the terminal has it."""
    day, clock = ending(due, zone)
    return f"{day} {clock}"


def iso_at(at: int, zone: tzinfo, *, hourly: bool = False) -> str:
    """2026-11-23 10:17, or 10时 where a reporter caused it. at: seconds since 1970."""
    shape = "%Y-%m-%d %H时" if hourly else "%Y-%m-%d %H:%M"
    return f"{utc(at).astimezone(zone):{shape}}"


def chat_due(due: datetime, zone: tzinfo) -> str:
    """11月30日24时前, on the cards of the staff's chat."""
    day, clock = ending(due, zone)
    hour, _, minute = clock.partition(":")
    minutes = "" if hour == "24" else f"{minute}分"
    return f"{day.month}月{day.day}日{int(hour)}时{minutes}前"


def proviso(reading: ClockReading) -> str:
    """What stands behind a due time that may still change; "" where it may not."""
    year = reading.unannounced
    return "" if year is None else f"（{year}年调休还没公布，公布后可能会变）"


def chat_at(at: int, zone: tzinfo, *, hourly: bool = False) -> str:
    """11月23日10时17分, or 10时 where a reporter caused it. at: seconds since 1970."""
    local = utc(at).astimezone(zone)
    minutes = "" if hourly else f"{local.minute:02}分"
    return f"{local.month}月{local.day}日{local.hour}时{minutes}"


def unit_at(at: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """11月30日 24:00, for units; now: the year is said where it is another one."""
    day, clock = ending(at, zone)
    other_year = now is not None and day.year != now.astimezone(zone).year
    year = f"{day.year}年" if other_year else ""
    return f"{year}{day.month}月{day.day}日 {clock}"
