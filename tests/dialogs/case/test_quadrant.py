"""The quadrant: how quick, how well."""

from __future__ import annotations

import pytest

from dialogs.case.quadrant import QUADRANTS, quadrant
from dialogs.case.rules import Rules, parse

RULES = Rules.default()


@pytest.mark.parametrize(
    ("response", "effect", "stands"),
    [
        (1.0, 1.0, "A"), (0.8, 0.6, "A"),  # on the bounds is on the better side
        (0.79, 0.6, "B"), (0.0, 1.0, "B"),
        (0.8, 0.59, "C"), (1.0, 0.0, "C"),
        (0.79, 0.59, "D"), (0.0, 0.0, "D"),
        (None, 1.0, None), (1.0, None, None), (None, None, None),
    ],
)  # fmt: skip
def test_where_a_unit_stands(
    response: float | None, effect: float | None, stands: str | None
) -> None:
    """快且好 A, 慢但好 B, 快但差 C, 慢且差 D; nowhere on too few answers."""
    assert quadrant(response, effect, RULES) == stands


def test_the_bounds_are_the_deployments() -> None:
    own = parse("quick_from = 0.95\ngood_from = 0.5")
    assert quadrant(0.9, 0.5, own) == "B"
    assert QUADRANTS == {"A": "快且好", "B": "慢但好", "C": "快但差", "D": "慢且差"}
