"""What people type for a day and for a number of days: one grammar everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.typed import Now, day_end, past_day, working_days

NOW = Now(datetime(2026, 11, 23, 2, 17, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-01", "2026-12-01"),
        ("20261201", "2026-12-01"),
        ("2027年1月3日", "2027-01-03"),
        ("2026/12/1", "2026-12-01"),
        ("12月1日", "2026-12-01"),
        ("12-01", "2026-12-01"),
        ("12.1", "2026-12-01"),
        ("11月23日", "2026-11-23"),
        ("1月3日", "2027-01-03"),
        ("+5", "2026-11-28"),
        ("+0", "2026-11-23"),
        ("3天", "2026-11-26"),
        ("+3天", "2026-11-26"),
    ],
)
def test_a_day_ends_with_its_last_second(words: str, day: str) -> None:
    """Without a year it is the next such day."""
    end = day_end(words, NOW)
    assert end is not None
    assert f"{end:%Y-%m-%d %H:%M:%S}" == f"{day} 23:59:59"
    assert end.tzinfo is NOW.zone


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("11月23日", "2026-11-23"),
        ("11.2", "2026-11-02"),
        ("12月1日", "2025-12-01"),
        ("2027-01-03", "2027-01-03"),
        ("20261102", "2026-11-02"),
        ("+3", None),
        ("2026-W48-1", None),
    ],
)
def test_of_what_is_over_it_is_the_last_such_day(words: str, day: str | None) -> None:
    found = past_day(words, NOW.today)
    assert (str(found) if found else None) == day


@pytest.mark.parametrize(
    "words",
    ["", "soon", "13月1日", "2月30日", "5", "-3", "12月", "0月1日", "2026-W48-1"],
)
def test_what_is_no_day_is_none(words: str) -> None:
    assert day_end(words, NOW) is None


def test_today_is_the_day_where_staff_are() -> None:
    """Late in the evening of Greenwich it is the next morning here."""
    late = Now(datetime(2026, 11, 22, 22, 0, tzinfo=UTC), NOW.zone)
    assert day_end("+1", late) == day_end("11月24日", NOW)


def test_the_last_of_february_may_not_stand_in_the_next_year() -> None:
    leap = Now(datetime(2028, 6, 1, tzinfo=UTC), NOW.zone)
    end = day_end("2月29日", leap)
    assert end is not None and f"{end:%Y-%m-%d}" == "2029-02-28"


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("5", 5),
        ("5天", 5),
        ("5个工作日", 5),
        ("5工作日", 5),
        ("-3", -3),
        ("五", None),
        ("5 天", None),
        ("", None),
    ],
)
def test_working_days(words: str, days: int | None) -> None:
    """What is out of range is for the rules to say."""
    assert working_days(words) == days
