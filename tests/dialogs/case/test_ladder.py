"""The ladder: substantiated cases of a unit within 12 months, counted; the rung is only
proposed.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.ladder import COUNTS, RUNGS, counted, rung, year_before
from dialogs.case.life import FINDINGS

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in days]


@pytest.mark.parametrize(
    ("days", "proposed"),
    [
        ([0], "remind"),
        ([0, 100], "circulate"),
        ([0, 100, 300], "sanction"),
        ([0, 1, 2, 3, 4], "sanction"),
        ([0, 0], "circulate"),  # two on one day are two
        ([0, 364], "circulate"),
        ([0, 365], "remind"),  # the same date a year ago has gone
        ([0, 366, 400, 800], "remind"),
        ([0, -1], "remind"),  # found after `at`, by a clock that jumped
    ],
)
def test_first_second_third(days: list[int], proposed: str) -> None:
    assert rung(ago(*days), TODAY) == proposed


def test_only_what_was_substantiated_counts() -> None:
    """Partly so is put right, but moves nobody up; the caller filters by COUNTS."""
    assert COUNTS == ("substantiated",) and set(COUNTS) < set(FINDINGS)


def test_without_a_case_there_is_no_rung() -> None:
    with pytest.raises(ValueError, match="no substantiated case"):
        rung(ago(365, 700), TODAY)


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2024-02-29", "2023-02-28"),
        ("2025-02-28", "2024-02-28"),
        ("2025-03-01", "2024-03-01"),
    ],
)
def test_a_year_is_a_year_by_the_calendar(at: str, since: str) -> None:
    assert year_before(date.fromisoformat(at)) == date.fromisoformat(since)


@given(st.lists(DAYS, max_size=20), DAYS)
def test_as_counted_month_by_month(days: list[date], at: date) -> None:
    """By year, month and day in one number: a year ago is 10,000 less."""
    number = {day: day.year * 10_000 + day.month * 100 + day.day for day in [*days, at]}
    within = [day for day in days if number[at] - 10_000 < number[day] <= number[at]]
    if (at.month, at.day) == (
        2,
        29,
    ):  # whose year before has no such day, and 28 February is the bound
        within = [day for day in within if day != date(at.year - 1, 2, 28)]
    assert counted(days, at) == sorted(within)
    if within:
        assert rung(days, at) == RUNGS[min(len(within), 3) - 1]
