"""What people type for a day, for a number of days, and for several things in one line:
one grammar for terminal and chat. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

DATE = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
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
    found = day(words, now.today)
    return datetime.combine(found, time(23, 59, 59), now.zone) if found else None


def day(words: str, today: date) -> date | None:
    """The day that is meant; without a year the next such day. None if it is none."""
    if days := FROM_TODAY.fullmatch(words):
        return today + timedelta(days=int(days[1] or days[2]))
    year, month, of_month = _parts(words)
    found = _calendar_day(year or today.year, month, of_month)
    if found is None or year or found >= today:
        return found
    return _in_year(found, found.year + 1)


def past_day(words: str, today: date) -> date | None:
    """The same for what is over: without a year the last such day."""
    year, month, of_month = _parts(words)
    found = _calendar_day(year or today.year, month, of_month)
    if found is None or year or found <= today:
        return found
    return _in_year(found, found.year - 1)


def _parts(words: str) -> tuple[int, int, int]:
    """Year, month, day; 0 for what is not said."""
    found = DATE.fullmatch(words) or EIGHT_DIGITS.fullmatch(words)
    if found is None:
        return 0, 0, 0
    return int(found[1] or 0), int(found[2]), int(found[3])


def _calendar_day(year: int, month: int, of_month: int) -> date | None:
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def _in_year(found: date, year: int) -> date:
    """29 February may not stand in that year."""
    safe_day = min(found.day, 28) if found.month == 2 else found.day
    return found.replace(year=year, day=safe_day)


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
