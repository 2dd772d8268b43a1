"""What people type for a day, for a number of days, and for several things in one line:
one grammar for terminal and chat. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

DATE = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")
FROM_TODAY = re.compile(r"\+(\d{1,4})天?|(\d{1,3})天")
WORKING_DAYS = re.compile(r"([+-]?\d{1,6})(?:个?工作日|天)?")
TO_ONE = re.compile(r"[#＃](\d{1,3})\s+")


@dataclass(frozen=True, slots=True)
class Now:
    """at: UTC; zone: in which staff write dates."""

    at: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()


def day_end(words: str, now: Now) -> datetime | None:
    """The last second of a day as staff write it: 12月1日, 12-01, 2026-12-01, 3天, +3.

    Without a year it is the next such day. None if it is no day.
    """
    day = _day(words, now.today)
    return datetime.combine(day, time(23, 59, 59), now.zone) if day else None


def _day(words: str, today: date) -> date | None:
    if days := FROM_TODAY.fullmatch(words):
        return today + timedelta(days=int(days[1] or days[2]))
    if found := DATE.fullmatch(words):
        return _calendar_day(found[1], int(found[2]), int(found[3]), today)
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _calendar_day(year: str | None, month: int, day: int, today: date) -> date | None:
    try:
        found = date(int(year or today.year), month, day)
    except ValueError:
        return None
    if year is not None or found >= today:
        return found
    # 29 February may not stand in the next year
    safe_day = min(found.day, 28) if found.month == 2 else found.day
    return found.replace(year=found.year + 1, day=safe_day)


def working_days(words: str) -> int | None:
    """5, 5天, 5个工作日; None if it is no number of days."""
    found = WORKING_DAYS.fullmatch(words)
    return int(found[1]) if found else None


# ── several things in one line ────────────────────────────────────────────────────────


def first_word(words: str) -> tuple[str, str]:
    """The first word, and the rest."""
    head, _, rest = words.strip().replace("\n", " \n", 1).partition(" ")
    return head.strip(), rest.strip()


def last_word(words: str) -> tuple[str, str]:
    """What stands before the last word, and that."""
    rest, _, tail = words.strip().rpartition(" ")
    return rest.strip(), tail


def first_line(words: str) -> tuple[str, str]:
    """The first line, and the others."""
    head, _, rest = words.strip().partition("\n")
    return head.strip(), rest.strip()


def addressed(words: str) -> tuple[str, int | None]:
    """#2 at the beginning: to the second reporter only."""
    found = TO_ONE.match(words)
    return (words[found.end() :], int(found[1])) if found else (words, None)
