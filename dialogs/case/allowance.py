"""So much time, and which clock it is given to: the words that rules, working time and
clocks share. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Clock = Literal["accept", "assign", "answer", "rectify", "on_site", "result"]
# Chinese working days; days to the same time; days to 24:00; hours
TimeUnit = Literal["W", "C", "D", "h"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much time, as the rules give it."""

    number: int
    unit: TimeUnit
