"""Times as we keep them: seconds since 1970 UTC, and no finer than the hour where a
reporter caused them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

HOUR = 3600  # seconds
DAY = 24 * HOUR
LAST_SECOND = time(23, 59, 59)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def utc(at: int) -> datetime:
    """`seconds` turned back."""
    return datetime.fromtimestamp(at, UTC)


def whole_hour(at: datetime | int) -> int:
    """The hour it falls into, as seconds since 1970 UTC."""
    moment = at if isinstance(at, int) else seconds(at)
    return moment - moment % HOUR


def ending(at: datetime, zone: tzinfo) -> tuple[date, str]:
    """A due time as people say it, a day and HH:MM: midnight is 24:00 of the day that
    it ends, and so is the last second of a day that was typed.
    """
    local = at.astimezone(zone)
    if (local.hour, local.minute) == (0, 0):
        return local.date() - timedelta(days=1), "24:00"
    if local.time().replace(microsecond=0) == LAST_SECOND:
        return local.date(), "24:00"
    return local.date(), f"{local:%H:%M}"
