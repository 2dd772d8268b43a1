"""响应率、解决率、满意率, and how far they reach (有效回访率). Pure.

Only reporters' own answers count for solved and satisfied. What rests on fewer than
LEAST is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 5
FEW = "few"  # none at all is too few as well: "nobody" is also an answer


@dataclass(frozen=True, slots=True)
class ShownRate:
    """share: 0 to 1, None where it is hidden; of: how many it is a share of, 0 where
    hidden; reason: why.
    """

    share: float | None
    of: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """response: answered in time / due; solved: solved / called back; satisfied:
    satisfied / rated;
    coverage: answered whether it is solved / called back; effect: solved / answered,
    for the quadrant, since nobody's silence is a unit's fault.
    """

    response: ShownRate
    solved: ShownRate
    satisfied: ShownRate
    coverage: ShownRate
    effect: ShownRate


def rates(counts: Mapping[str, int]) -> Rates:
    """The rates of a unit, or of all together.

    Args:
        counts: due, in_time, called_back, solved, unsolved, satisfied, unsatisfied;
            what is missing is 0. `called_back` is who was asked; who answered without
            being asked was as good as called back.
    """
    due = _count(counts, "due")
    in_time = _count(counts, "in_time")
    solved = _count(counts, "solved")
    satisfied = _count(counts, "satisfied")
    answered = solved + _count(counts, "unsolved")
    rated = satisfied + _count(counts, "unsatisfied")
    asked = max(_count(counts, "called_back"), answered)
    return Rates(
        response=_rate(in_time, due, due),
        solved=_rate(solved, asked, answered),
        satisfied=_rate(satisfied, rated, rated),
        coverage=_rate(answered, asked, answered),
        effect=_rate(solved, answered, answered),
    )


def _count(counts: Mapping[str, int], what: str) -> int:
    """Never below 0: what was taken back may have been counted in an earlier month."""
    return max(0, counts.get(what, 0))


def _rate(part: int, whole: int, people: int) -> ShownRate:
    """people: whose cases or answers it tells of."""
    if people < LEAST:
        return ShownRate(None, 0, FEW)
    return ShownRate(min(part / whole, 1.0), whole)
