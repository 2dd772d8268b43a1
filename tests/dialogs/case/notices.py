"""The State Council's notices on the holidays of 2024 to 2026, typed from their text;
counting by them.

国务院办公厅关于2024年（国办发明电〔2023〕7号）、2025年（〔2024〕12号）、2026年（2025年
11月4日）部分节假日安排的通知。 The oracle of the working-day arithmetic: it shares
neither data nor method with it.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))  # all the year, since 1992
OFF = {  # first and last day of each holiday, month.day
    2024: "1.1-1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10-6.10 9.15-9.17 10.1-10.7",
    2025: "1.1-1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8",
    2026: "1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7",
}
# of 2027 no notice tells yet: the days off by law, without those made up
BY_LAW = {2027: "1.1-1.1 2.5-2.8 4.5-4.5 5.1-5.2 6.9-6.9 9.15-9.15 10.1-10.3"}
MADE_UP = {  # weekend days that are worked
    2024: "2.4 2.18 4.7 4.28 5.11 9.14 9.29 10.12",
    2025: "1.26 2.8 4.27 9.28 10.11",
    2026: "1.4 2.14 2.28 5.9 9.20 10.10",
}


def _day(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))


def _worked() -> list[date]:
    """All days worked from 2024 to 2027, in order; 2027 as the law has it."""
    weekends = {
        date(2023, 12, 30) + timedelta(days=7 * week + n)
        for week in range(220)
        for n in (0, 1)
    }
    off = set(weekends)
    for year, holidays in (OFF | BY_LAW).items():
        for holiday in holidays.split():
            first, last = (_day(year, end) for end in holiday.split("-"))
            while first <= last:
                off.add(first)
                first += timedelta(days=1)
        made_up = MADE_UP.get(year, "").split()
        off -= {_day(year, day) for day in made_up}
    return [
        day
        for n in range(1461)
        if (day := date(2024, 1, 1) + timedelta(days=n)) not in off
    ]


WORKED = _worked()


def due(start: datetime, number: int) -> datetime:
    """24:00 in Beijing of the `number`-th working day after the day of `start`; number
    ≥ 1.
    """
    today = start.astimezone(BEIJING).date()
    last = WORKED[bisect_right(WORKED, today) + number - 1]
    return datetime(last.year, last.month, last.day, tzinfo=BEIJING) + timedelta(days=1)
