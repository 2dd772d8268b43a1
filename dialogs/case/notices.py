"""督办单: a paper that a step of the ladder writes to who leads the unit. Pure.

It is written when the step is; that it has reached its leader is noted apart, by the
leader's own tap or by a supervisor who handed it over. Reporters read only what is
noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Rank = Literal["deputy", "chief"]
RANKS: dict[str, str] = {"deputy": "分管负责人", "chief": "主要负责人"}
# Whom each step of the ladder asks to see to it.
ADDRESSEES: dict[str, Rank] = {
    "supervised": "deputy",
    "escalated": "chief",
    "circulated": "chief",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A paper to a leader. step: of the ladder, as its kind; at: when it was written,
    UTC; text: what a supervisor asks for in it, "" where the clock wrote it; handed:
    when it reached its leader.
    """

    step: str
    at: datetime
    text: str = ""
    handed: datetime | None = None

    @property
    def rank(self) -> Rank:
        """Whom it is for."""
        return ADDRESSEES[self.step]


def waiting(notices: Sequence[Notice], rank: str | None = None) -> list[Notice]:
    """Those that have not reached their leader, the oldest first; rank: only of this
    one.
    """
    open_ones = [one for one in notices if one.handed is None]
    return [one for one in open_ones if rank in (None, one.rank)]


def handed_over(
    notices: Sequence[Notice], rank: str, at: datetime
) -> tuple[Notice, ...]:
    """The same, and all that waited for this leader have reached him."""
    return tuple(
        replace(one, handed=at) if one.handed is None and one.rank == rank else one
        for one in notices
    )
