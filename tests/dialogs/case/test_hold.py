"""A report is kept back until a day that is worked, at most a month from now."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.hold import hold_day
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms
from scheduler.calendar import WorkCalendar

BEIJING = ZoneInfo("Asia/Shanghai")
TERMS = Terms(Rules.default(), WorkCalendar(), BEIJING)


@pytest.mark.parametrize(
    ("days", "until"),
    [
        (7, date(2026, 9, 23)),  # a Wednesday
        (10, date(2026, 9, 28)),  # a Saturday of the Mid-Autumn holidays: Monday then
        (31, date(2026, 10, 17 - 1)),  # the last day is a Saturday: the Friday before
        (365, date(2026, 10, 16)),
        (1, date(2026, 9, 17)),
        (0, date(2026, 9, 17)),
        (-3, date(2026, 9, 17)),
    ],
)
def test_it_is_the_first_working_day_from_then_on(days: int, until: date) -> None:
    now = datetime(2026, 9, 16, 15, 20, tzinfo=BEIJING)
    assert hold_day(now, days, TERMS) == until


def test_a_make_up_day_is_worked() -> None:
    """Sunday, 20 September 2026 is worked for the National Day."""
    now = datetime(2026, 9, 18, 9, 0, tzinfo=BEIJING)
    assert hold_day(now, 2, TERMS) == date(2026, 9, 20)


def test_the_day_is_the_local_one() -> None:
    """At 23:30 in Beijing it is still the day before in Greenwich."""
    late = datetime(2026, 9, 16, 23, 30, tzinfo=BEIJING)
    assert hold_day(late, 1, TERMS) == date(2026, 9, 17)


def test_a_calendar_without_work_keeps_nobody_from_choosing() -> None:
    class Idle(WorkCalendar):
        def _works(self, day: date) -> bool:
            return False

    idle = Terms(Rules.default(), Idle(), BEIJING)
    now = datetime(2026, 9, 16, 15, 20, tzinfo=BEIJING)
    assert hold_day(now, 7, idle) == date(2026, 9, 23)
