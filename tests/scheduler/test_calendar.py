"""Which days are worked: as published, as a local file says, by weekdays where nobody
knows.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest

from scheduler.calendar import CalendarError, WorkCalendar, local_days
from tests.dialogs.case.notices import MADE_UP, OFF, WORKED

FAR = 2200  # no calendar will know it soon


def test_three_years_are_those_of_the_notices() -> None:
    """Each single day of 2024 to 2026."""
    calendar, worked = WorkCalendar(), set(WORKED)
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(1096)]
    assert [day for day in days if calendar.works(day)] == [
        day for day in days if day in worked
    ]


def test_the_published_years_are_known() -> None:
    known = [year for year in range(1990, 2027) if WorkCalendar().knows(year)]
    assert known == list(range(2004, 2027))


def test_holidays_and_made_up_days_have_names() -> None:
    """Those of the notices, in Chinese; other days have none."""
    calendar = WorkCalendar()
    assert (
        calendar.named(date(2026, 2, 20)) == calendar.named(date(2026, 2, 28)) == "春节"
    )
    assert (
        calendar.named(date(2025, 10, 6)) == "中秋节"
        and calendar.named(date(2025, 10, 11)) == "国庆节"
    )
    assert calendar.named(date(2026, 11, 22)) == calendar.named(date(FAR, 10, 8)) == ""
    for year in OFF:
        for made_up in MADE_UP[year].split():
            month, day = map(int, made_up.split("."))
            assert calendar.named(date(year, month, day))


def test_of_a_year_that_nobody_knows_it_warns_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Monday to Friday without the days off by law, and one clear line, however many
    days are asked for.
    """
    calendar = WorkCalendar()
    with caplog.at_level(logging.WARNING):
        week = [calendar.works(date(FAR, 10, n)) for n in range(1, 29)]
    assert sum(week) == 17 and not calendar.knows(FAR)
    assert not any(week[:3])  # 国庆节
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"{FAR}年的调休还没有公布") and "JIANFU_CALENDAR" in line


def test_a_local_file_goes_first(caplog: pytest.LogCaptureFixture) -> None:
    """Local days off, days worked all the same, and a whole year that the library does
    not know yet.
    """
    calendar = local_days(
        f'rest = [2026-11-23, "{FAR}-10-01/{FAR}-10-07"]\n'
        f"work = [2026-10-01, {FAR}-10-11]\nyears = [{FAR}]\n"
    )
    assert not calendar.works(date(2026, 11, 23)) and calendar.works(date(2026, 10, 1))
    assert calendar.named(date(2026, 10, 1)) == ""
    october = [n for n in range(1, 15) if calendar.works(date(FAR, 10, n))]
    assert october == [8, 9, 10, 11, 13, 14] and calendar.knows(FAR)
    assert not caplog.records


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rest = [2027-02-30]", "不是合法的 TOML"),
        ("rest = 2027-02-05", "rest 要写成一列"),
        ('rest = ["soon"]', "rest 里的 soon 不是日期"),
        ("work = [2027]", "work 里的 2027 不是日期"),
        ('rest = ["2027-02-11/2027-02-05"]', "后一天不能早于前一天"),
        ('rest = ["2027-02-11/2029-02-05"]', "不能超过一年"),
        (
            "rest = [2027-01-01]\nwork = [2027-01-01]",
            "2027-01-01 既在 work 又在 rest 里",
        ),
        ("holidays = []", "没有 holidays 这一项"),
        ('years = ["2027"]', "years 里只写年份"),
        ("years = [true]", "years 里只写年份"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(text: str, said: str) -> None:
    with pytest.raises(CalendarError) as refused:
        local_days(text)
    assert said in str(refused.value) and "\n" not in str(refused.value)
