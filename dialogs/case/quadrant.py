"""四象限: where a unit stands in a month, by how quick it answers and how well it
solves. Pure.
"""

from __future__ import annotations

from typing import Literal

from dialogs.case.rules import Rules

Quadrant = Literal["A", "B", "C", "D"]
QUADRANTS: dict[Quadrant, str] = {
    "A": "快且好",
    "B": "慢但好",
    "C": "快但差",
    "D": "慢且差",
}


def quadrant(
    response: float | None, effect: float | None, rules: Rules
) -> Quadrant | None:
    """By the two shares of that name in `Rates`, 0 to 1. A bound itself belongs to the
    better side.

    None where one of them rests on too few to be shown: then the unit stands nowhere.
    """
    if response is None or effect is None:
        return None
    quick = response >= rules.quick_from
    good = effect >= rules.good_from
    if good:
        return "A" if quick else "B"
    return "C" if quick else "D"
