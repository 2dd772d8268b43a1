"""The quadrant: how quick, how well."""

from __future__ import annotations

import pytest

from dialogs.case.quadrant import QUADRANTS, quadrant
from dialogs.case.rates import AnswerParts, TimelyParts
from dialogs.case.rules import Rules, parse

RULES = Rules.default()


@pytest.mark.parametrize(
    ("in_time", "solved", "stands"),
    [
        (100, 100, "A"), (80, 60, "A"),  # on the bounds is on the better side
        (79, 60, "B"), (0, 100, "B"),
        (80, 59, "C"), (100, 0, "C"),
        (79, 59, "D"), (0, 0, "D"),
    ],
)  # fmt: skip
def test_where_a_unit_stands(in_time: int, solved: int, stands: str) -> None:
    """快且好 A, 慢但好 B, 快但差 C, 慢且差 D; of a hundred each."""
    cases = TimelyParts(in_time, 100 - in_time)
    asked = AnswerParts(solved, 100 - solved, 0)
    assert quadrant(cases, asked, RULES) == stands


@pytest.mark.parametrize(
    ("due", "answered", "stands"),
    [(20, 10, "A"), (19, 10, None), (20, 9, None), (0, 0, None)],
)
def test_a_square_gives_no_small_number_away(
    due: int, answered: int, stands: str | None
) -> None:
    """With 20 due, quick says that at most four were late: any of 0 to 4. With 19 it
    would say that at most three were.
    """
    cases = TimelyParts(due, 0)
    asked = AnswerParts(answered, 0, 0)
    assert quadrant(cases, asked, RULES) == stands


def test_the_bounds_are_the_deployments() -> None:
    own = parse("quick_from = 0.95\ngood_from = 0.5")
    assert quadrant(TimelyParts(90, 10), AnswerParts(50, 50, 0), own) == "B"
    assert QUADRANTS == {"A": "快且好", "B": "慢但好", "C": "快但差", "D": "慢且差"}
