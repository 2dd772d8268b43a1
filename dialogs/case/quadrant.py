"""四象限: where a unit stands in a month or a quarter, by how quick it answers and how
well it solves. Pure.
"""

from __future__ import annotations

from typing import Literal

from dialogs.case.rates import AnswerParts, TimelyParts
from dialogs.case.rules import Rules

Quadrant = Literal["A", "B", "C", "D"]
QUADRANTS: dict[Quadrant, str] = {
    "A": "快且好",
    "B": "慢但好",
    "C": "快但差",
    "D": "慢且差",
}


# of a side that is not told otherwise, so that no number under five is given away
MOST_SMALL = 4
ROUNDING = 1e-9


def quadrant(cases: TimelyParts, asked: AnswerParts, rules: Rules) -> Quadrant | None:
    """By the share answered in time, and that of answers which say it is solved:
    nobody's silence is a unit's fault. A bound itself belongs to the better side.

    None where there are too few: where the square would tell that fewer than four were
    late, say, the unit stands nowhere.
    """
    quick = _reaches(cases.in_time, cases.due, rules.quick_from)
    good = _reaches(asked.solved, asked.answered, rules.good_from)
    if quick is None or good is None:
        return None
    if good:
        return "A" if quick else "B"
    return "C" if quick else "D"


def _reaches(part: int, whole: int, bound: float) -> bool | None:
    """Whether the share is at least `bound`; None where either answer would narrow what
    is small: on both sides of the bound any of 0 to 4 must be possible.
    """
    least_part = whole * bound
    most_left = whole - least_part
    if least_part <= MOST_SMALL or most_left < MOST_SMALL - ROUNDING:
        return None
    return part >= least_part - ROUNDING
