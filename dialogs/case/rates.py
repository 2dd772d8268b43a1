"""响应率、解决率、满意率, and how far they reach (有效回访率): what they are made of.
Pure.

Only reporters' own answers count for solved and satisfied. To tell a rate and what it
is of is to tell its parts; which may be told is decided where they are printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimelyParts:
    """What a unit's due cases fall into."""

    in_time: int
    late: int

    @classmethod
    def together(cls, parts: Sequence[TimelyParts]) -> TimelyParts:
        return cls(
            in_time=sum(one.in_time for one in parts),
            late=sum(one.late for one in parts),
        )

    @property
    def all(self) -> tuple[int, ...]:
        return self.in_time, self.late

    @property
    def due(self) -> int:
        return self.in_time + self.late

    @property
    def response(self) -> float:
        """响应率, 0 to 1; only where something was due."""
        return self.in_time / self.due


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """What those who were called back fall into, by their answer to whether it is
    solved; silent: no answer.
    """

    solved: int
    unsolved: int
    silent: int

    @classmethod
    def together(cls, parts: Sequence[AnswerParts]) -> AnswerParts:
        return cls(
            solved=sum(one.solved for one in parts),
            unsolved=sum(one.unsolved for one in parts),
            silent=sum(one.silent for one in parts),
        )

    @property
    def all(self) -> tuple[int, ...]:
        return self.solved, self.unsolved, self.silent

    @property
    def answered(self) -> int:
        return self.solved + self.unsolved

    @property
    def called_back(self) -> int:
        return self.answered + self.silent

    @property
    def coverage(self) -> float:
        """有效回访率, 0 to 1; only where somebody was called back."""
        return self.answered / self.called_back

    @property
    def solution(self) -> float:
        """解决率, 0 to 1; only where somebody was called back."""
        return self.solved / self.called_back


@dataclass(frozen=True, slots=True)
class RatingParts:
    """What those who rated fall into."""

    satisfied: int
    unsatisfied: int

    @classmethod
    def together(cls, parts: Sequence[RatingParts]) -> RatingParts:
        return cls(
            satisfied=sum(one.satisfied for one in parts),
            unsatisfied=sum(one.unsatisfied for one in parts),
        )

    @property
    def all(self) -> tuple[int, ...]:
        return self.satisfied, self.unsatisfied

    @property
    def rated(self) -> int:
        return self.satisfied + self.unsatisfied

    @property
    def satisfaction(self) -> float:
        """满意率, 0 to 1; only where somebody rated."""
        return self.satisfied / self.rated


def timely(counts: Mapping[str, int]) -> TimelyParts:
    """counts: due and in_time; what is missing is 0."""
    due = _count(counts, "due")
    in_time = min(due, _count(counts, "in_time"))
    return TimelyParts(in_time, due - in_time)


def answers(counts: Mapping[str, int]) -> AnswerParts:
    """counts: called_back, solved, unsolved. Who answered without being asked was as
    good as called back.
    """
    solved = _count(counts, "solved")
    unsolved = _count(counts, "unsolved")
    silent = _count(counts, "called_back") - solved - unsolved
    return AnswerParts(solved, unsolved, max(0, silent))


def ratings(counts: Mapping[str, int]) -> RatingParts:
    """counts: satisfied, unsatisfied."""
    return RatingParts(_count(counts, "satisfied"), _count(counts, "unsatisfied"))


def _count(counts: Mapping[str, int], what: str) -> int:
    """Never below 0: what was taken back may have been counted in an earlier month."""
    return max(0, counts.get(what, 0))
