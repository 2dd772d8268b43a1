"""Working days, calendar days and hours: counted as a person with the State Council's
notices counts.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.allowance import Allowance, TimeUnit
from dialogs.case.rules import Rules
from dialogs.case.worktime import (
    ONE_DAY,
    TICK,
    Terms,
    add,
    after,
    day_of,
    end_of,
    shifted,
    weekday_calendar,
    workdays,
)
from scheduler.calendar import WorkCalendar
from tests.dialogs.case import notices
from tests.dialogs.case.notices import BEIJING, WORKED

CALENDAR = WorkCalendar(years=[2027])
CHINA = Terms(Rules.default(), CALENDAR, ZoneInfo("Asia/Shanghai"))
ZONES = [
    "Asia/Shanghai",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
]
MOMENTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)
)
WORKDAYS = st.integers(1, 60)


def terms(zone: str) -> Terms:
    return Terms(CHINA.rules, CALENDAR, ZoneInfo(zone))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def days(number: int, unit: TimeUnit = "W") -> Allowance:
    return Allowance(number, unit)


# ── working days ──────────────────────────────────────────────────────────────────────


@given(MOMENTS, WORKDAYS)
def test_working_days_are_those_of_the_notices(start: datetime, number: int) -> None:
    assert add(start, days(number), CHINA) == notices.due(start, number)


def test_every_deadline_of_three_years() -> None:
    """From the first and the last second of each day of 2024 to 2026: 1,096 days, all
    调休 among them.
    """
    for n in range((date(2027, 1, 1) - date(2024, 1, 1)).days):
        for clock in (time(0, 0), time(23, 59, 59)):
            start = datetime.combine(
                date(2024, 1, 1) + timedelta(days=n), clock, BEIJING
            )
            for number in (1, 5, 10, 15, 25, 30):
                assert add(start, days(number), CHINA) == notices.due(start, number), (
                    start,
                    number,
                )


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        (
            "2024-02-05T09:00",
            5,
            "2024-02-18",
        ),  # 6 to 9 February (除夕 was worked), then Sunday 18th
        ("2024-04-03T17:00", 1, "2024-04-07"),  # 清明节 off, the Sunday after it worked
        (
            "2024-04-26T10:00",
            5,
            "2024-05-07",
        ),  # Sunday 28th, 29th, 30th, then 6 and 7 May
        (
            "2024-09-30T10:00",
            5,
            "2024-10-12",
        ),  # 8 to 11 October and the made-up Saturday
        (
            "2025-01-24T10:00",
            15,
            "2025-02-20",
        ),  # Sunday 26th, 27th; 5 to 8 February, the 8th a Saturday
        (
            "2025-09-23T09:15",
            15,
            "2025-10-20",
        ),  # 国庆节 and 中秋节 together, 8 days off
        ("2025-12-31T23:59", 1, "2026-01-04"),  # the made-up Sunday after 元旦
        (
            "2026-02-13T10:00",
            5,
            "2026-02-27",
        ),  # Saturday 14th worked, then nine days off
        ("2026-05-08T10:00", 1, "2026-05-09"),  # a made-up Saturday counts
        (
            "2026-09-18T10:00",
            15,
            "2026-10-15",
        ),  # Sunday 20th, 中秋节, 国庆节, Saturday 10th
        ("2026-11-23T10:00", 15, "2026-12-14"),
    ],
)
def test_deadlines_counted_by_hand(start: str, number: int, last: str) -> None:
    """Up to 24:00 of that day."""
    until = add(beijing(start), days(number), CHINA)
    following = date.fromisoformat(last) + ONE_DAY
    assert until == datetime.combine(following, time(), BEIJING)
    assert until.tzinfo is UTC


@given(st.dates(date(2024, 1, 1), date(2026, 6, 30)), st.integers(0, 400))
def test_days_between_are_those_of_the_notices(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    assert workdays(first, last, CALENDAR) == bisect_right(WORKED, last) - bisect_right(
        WORKED, first
    )


@given(MOMENTS, WORKDAYS, WORKDAYS)
def test_more_time_adds_to_what_was_given(
    start: datetime, number: int, more: int
) -> None:
    """15 working days and 10 more are 25: midnight at the end of a day is still that
    day.
    """
    assert after(add(start, days(number), CHINA), days(more), CHINA) == add(
        start, days(number + more), CHINA
    )


@given(MOMENTS)
def test_no_working_day_is_still_a_working_day(start: datetime) -> None:
    """0 W ends with the day itself, or with the next one that is worked."""
    today = day_of(start, CHINA)
    last = WORKED[bisect_right(WORKED, today - ONE_DAY)]
    assert add(start, days(0), CHINA) == end_of(last, BEIJING)


def test_without_a_calendar_monday_to_friday() -> None:
    plain = Terms(CHINA.rules, weekday_calendar(), CHINA.zone)
    assert add(beijing("2025-09-30T10:00"), days(1), plain) == beijing(
        "2025-10-02T00:00"
    )
    assert (
        weekday_calendar().knows(2025)
        and weekday_calendar().named(date(2025, 10, 1)) == ""
    )


# ── days, hours, and clocks that change ───────────────────────────────────────────────


@given(MOMENTS, st.integers(0, 200), st.sampled_from(ZONES))
def test_calendar_days_keep_the_time_of_day(
    start: datetime, number: int, zone: str
) -> None:
    """n C is the same local time, n days later; only where clocks skip it does it come
    later that day.
    """
    local = start.astimezone(ZoneInfo(zone))
    until = add(start, days(number, "C"), terms(zone)).astimezone(ZoneInfo(zone))
    assert until.date() == local.date() + timedelta(days=number)
    if until.time() != local.time():
        assert (
            timedelta()
            < until.replace(tzinfo=None) - local.replace(tzinfo=None) - number * ONE_DAY
            <= timedelta(hours=1)
        )


@given(MOMENTS, st.integers(0, 60), st.sampled_from(ZONES), st.sampled_from(["W", "D"]))
def test_days_end_where_the_next_begins(
    start: datetime, number: int, zone: str, unit: TimeUnit
) -> None:
    """A tick before the end it is still the day, at the end it is the next one; in
    every zone.
    """
    until = add(start, days(number, unit), terms(zone))
    last, first = (
        (at).astimezone(ZoneInfo(zone)).date() for at in (until - TICK, until)
    )
    assert first == last + ONE_DAY
    if unit == "D":
        assert last == start.astimezone(ZoneInfo(zone)).date() + timedelta(days=number)
    else:
        assert CALENDAR.works(last) and workdays(
            day_of(start, terms(zone)), last, CALENDAR
        ) == max(number, not CALENDAR.works(day_of(start, terms(zone))))


@given(
    MOMENTS,
    MOMENTS,
    st.integers(0, 40),
    st.sampled_from(ZONES),
    st.sampled_from(["W", "C", "D", "h"]),
)
def test_who_starts_later_is_never_due_earlier(
    one: datetime, other: datetime, number: int, zone: str, unit: TimeUnit
) -> None:
    first, second = sorted([one, other])
    here = terms(zone)
    # Of two clock times that a change of clocks repeats, the later counts for both.
    if unit == "C":
        second += timedelta(hours=1)
    assert add(first, days(number, unit), here) <= add(second, days(number, unit), here)


@pytest.mark.parametrize(
    ("zone", "start", "allowance", "until"),
    [
        # Berlin skips 02:00–03:00 on 29 March 2026 and repeats it on 25 October
        (
            "Europe/Berlin",
            "2026-03-28T02:30+01:00",
            days(1, "C"),
            "2026-03-29T03:30+02:00",
        ),
        (
            "Europe/Berlin",
            "2026-03-28T12:00+01:00",
            days(1, "C"),
            "2026-03-29T12:00+02:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-24T02:30+02:00",
            days(1, "C"),
            "2026-10-25T02:30+01:00",
        ),
        (
            "Europe/Berlin",
            "2026-03-29T01:30+01:00",
            days(2, "h"),
            "2026-03-29T04:30+02:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-25T01:30+02:00",
            days(2, "h"),
            "2026-10-25T02:30+01:00",
        ),
        (
            "Europe/Berlin",
            "2026-03-29T12:00+02:00",
            days(0, "D"),
            "2026-03-30T00:00+02:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-23T12:00+02:00",
            days(1, "W"),
            "2026-10-27T00:00+01:00",
        ),
        # New York on 8 March and 1 November 2026
        (
            "America/New_York",
            "2026-03-07T02:30-05:00",
            days(1, "C"),
            "2026-03-08T03:30-04:00",
        ),
        (
            "America/New_York",
            "2026-10-31T01:30-04:00",
            days(1, "C"),
            "2026-11-01T01:30-05:00",
        ),
        (
            "America/New_York",
            "2026-11-01T00:30-04:00",
            days(2, "h"),
            "2026-11-01T01:30-05:00",
        ),
        (
            "America/New_York",
            "2026-11-01T12:00-05:00",
            days(0, "D"),
            "2026-11-02T00:00-05:00",
        ),
        # Cairo skips midnight: 24 April 2026 begins at 01:00
        (
            "Africa/Cairo",
            "2026-04-23T12:00+02:00",
            days(0, "D"),
            "2026-04-24T01:00+03:00",
        ),
        (
            "Africa/Cairo",
            "2026-04-22T12:00+02:00",
            days(1, "W"),
            "2026-04-24T01:00+03:00",
        ),
    ],
)
def test_changes_of_clocks(
    zone: str, start: str, allowance: Allowance, until: str
) -> None:
    assert add(
        datetime.fromisoformat(start), allowance, terms(zone)
    ) == datetime.fromisoformat(until)


# ── pauses ────────────────────────────────────────────────────────────────────────────


@given(MOMENTS, WORKDAYS, st.integers(0, 90 * 24), st.integers(0, 60 * 24))
def test_a_pause_keeps_the_working_days_that_were_left(
    start: datetime, number: int, run: int, rest: int
) -> None:
    """As many are left afterwards as were before; at least one, if it went on upon
    another day.
    """
    since = start + timedelta(hours=run)
    until, was = since + timedelta(hours=rest), add(start, days(number), CHINA)
    if since < was:
        now = shifted(was, since, until, days(number), CHINA)
        left = bisect_right(WORKED, day_of(was - TICK, CHINA)) - bisect_right(
            WORKED, day_of(since, CHINA)
        )
        same_day = day_of(since, CHINA) == day_of(until, CHINA)
        assert now == (was if same_day else notices.due(until, max(left, 1)))
        assert now >= was


@given(
    MOMENTS,
    st.integers(0, 60),
    st.integers(0, 600),
    st.integers(0, 900),
    st.sampled_from(ZONES),
    st.sampled_from(["C", "D", "h", "W"]),
)
def test_a_pause_never_takes_time_away(
    start: datetime, number: int, run: int, rest: int, zone: str, unit: TimeUnit
) -> None:
    here, since = terms(zone), start + timedelta(hours=run)
    was = add(start, days(number, unit), here)
    assert (
        shifted(was, since, since + timedelta(hours=rest), days(number, unit), here)
        >= was
    )


def test_what_a_pause_keeps_by_unit() -> None:
    """Working days, days at the same time, whole days, hours."""
    since, until = beijing("2026-05-06T10:00"), beijing("2026-05-08T15:30")
    for unit, was, now in (
        (
            "W",
            "2026-05-09T00:00",
            "2026-05-12T00:00",
        ),  # two were left: Saturday 9th, made up, and Monday
        ("C", "2026-05-09T12:00", "2026-05-11T17:30"),
        ("D", "2026-05-09T00:00", "2026-05-11T00:00"),
        ("h", "2026-05-06T11:00", "2026-05-08T16:30"),
    ):
        assert shifted(
            beijing(was),
            since,
            until,
            Allowance(1, unit),  # type: ignore[arg-type]
            CHINA,
        ) == beijing(now), unit


# ── cost ──────────────────────────────────────────────────────────────────────────────


def test_counting_is_cheap() -> None:
    """It is done at each change of a case: tens of microseconds at most, and nothing
    the second time.
    """
    start, fifteen = beijing("2026-09-18T10:00").astimezone(UTC), days(15)
    best = (
        min(
            repeat(
                lambda: add.__wrapped__(start, fifteen, CHINA), number=200, repeat=30
            )
        )
        / 200
    )
    assert best < 50e-6
