"""Which days are worked in China: the State Council's holidays and make-up days, the
days off by law where its notice is still to come, and a file of local days.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import chinese_calendar as published

from scheduler.statutory import statutory_days

UNKNOWN = (
    "{year}年的调休还没有公布：法定节假日已经除去，补班和连休还不知道，"
    "落在这一年的期限公布后可能会变"
)
REMEDY = (
    "国务院办公厅公布后（一般在上一年11月），请更新 chinesecalendar，"
    "或写进 JIANFU_CALENDAR 所指的文件（见 docs/clocks.md）"
)
log = logging.getLogger(__name__)
log.addHandler(
    logging.NullHandler()
)  # a command of one answer keeps quiet; `serve` and `doctor` say it
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
PERIOD = '"2027-02-05/2027-02-11"'
KEYS = ("rest", "work", "years")
KNOWN = frozenset(day.year for day in published.holidays)


class CalendarError(ValueError):
    """The file of local days cannot be read: one Chinese line."""


class WorkCalendar:
    """Local days first, then the published ones; in years that no notice has told of,
    Monday to Friday without the days that are off by law.

    local: {day: worked}; years: further years that `local` describes whole. Of each
    year that is needed and not known, the log warns once.
    """

    def __init__(
        self, local: Mapping[date, bool] | None = None, years: Iterable[int] = ()
    ) -> None:
        self._local = dict(local or {})
        self._years = KNOWN.union(years)
        self._warned: set[int] = set()
        self.works: Callable[[date], bool] = lru_cache(maxsize=4096)(
            self._works
        )  # asked at every change

    def _works(self, day: date) -> bool:
        if day in self._local:
            return self._local[day]
        if day.year not in self._years and day.year not in self._warned:
            self._warned.add(day.year)
            log.warning("%s：%s", UNKNOWN.format(year=day.year), REMEDY)
        if day in published.holidays or day in statutory_days(day.year):
            return False
        return day in published.workdays or day.weekday() < 5

    def knows(self, year: int) -> bool:
        """Whether its notice has been published, or the local file tells all of it."""
        return year in self._years

    def named(self, day: date) -> str:
        """The holiday a day is off for, or made up for; "" for none, and where the
        local file decides.
        """
        if day in self._local:
            return ""
        english = published.holidays.get(day) or published.workdays.get(day)
        if english:
            return NAMES.get(str(english), "")
        return statutory_days(day.year).get(day, "")


def local_days(text: str) -> WorkCalendar:
    """The calendar with the days of a TOML file: work, rest (dates, or
    "2027-02-05/2027-02-11"), years.

    Raises: CalendarError.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(f"不是合法的 TOML：{error}") from None
    for key in told:
        if key not in KEYS:
            raise CalendarError(f"没有 {key} 这一项，只有 {'、'.join(KEYS)}")
    days: dict[date, bool] = {}
    for key in ("rest", "work"):
        for day in (day for entry in _list(told, key) for day in _days(key, entry)):
            if days.setdefault(day, key == "work") != (key == "work"):
                raise CalendarError(f"{day} 既在 work 又在 rest 里，请去掉一处")
    years = _list(told, "years")
    if not all(type(year) is int and 1900 < year < 10000 for year in years):
        raise CalendarError("years 里只写年份，如 years = [2027]")
    return WorkCalendar(days, years)


def _list(told: Mapping[str, Any], key: str) -> list[Any]:
    found = told.get(key, [])
    if not isinstance(found, list):
        raise CalendarError(f"{key} 要写成一列，如 {key} = [2027-01-01]")
    return found


def _days(key: str, entry: object) -> list[date]:
    first, _, last = (
        entry.partition("/") if isinstance(entry, str) else (str(entry), "", "")
    )
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise CalendarError(
            f"{key} 里的 {entry} 不是日期，要写成 2027-01-01 或 {PERIOD}"
        ) from None
    if not 0 <= (end - begin).days < 366:
        raise CalendarError(
            f"{key} 里的 {entry} 不对：后一天不能早于前一天，也不能超过一年"
        )
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
