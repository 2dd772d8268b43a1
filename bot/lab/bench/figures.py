"""What a measurement comes to: values of all rounds, their median and spread, a goal,
and how it is drawn.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.columns import pad

LONGEST_BAR = 24  # characters
LABEL_COLUMNS = 34
SPREAD_COLUMNS = 36
CLEAR_LINE = "\r\x1b[K"  # back to its start, and empty


@dataclass(frozen=True, slots=True)
class Figure:
    """A thing measured. name: for programs; label: for people; values: one a round;
    floor, ceiling: goals.
    """

    name: str
    label: str
    unit: str
    values: tuple[float, ...]
    floor: float | None = None
    ceiling: float | None = None
    bar: bool = False  # drawn to one scale with its neighbours of the same unit

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def goal(self) -> float | None:
        return self.ceiling if self.floor is None else self.floor

    @property
    def reached(self) -> bool | None:
        """Whether the goal is; None without one."""
        if self.floor is not None:
            return self.median >= self.floor
        if self.ceiling is not None:
            return self.median <= self.ceiling
        return None

    def plain(self) -> dict[str, object]:
        """For `--json`; these names do not change."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "least": min(self.values),
            "most": max(self.values),
            "rounds": list(self.values),
            "goal": self.goal,
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark came to, and its description."""

    benchmark: str
    description: str
    figures: tuple[Figure, ...]

    def plain(self) -> dict[str, object]:
        """For `--json`; these names do not change."""
        return {
            "bench": self.benchmark,
            "how": self.description,
            "figures": [figure.plain() for figure in self.figures],
        }


def ratio(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    floor: float | None = None,
) -> Figure:
    """Ours to theirs, round by round: what slows the machine down for a moment slows
    both.
    """
    values = tuple(one / other for one, other in zip(ours, theirs, strict=True))
    return Figure(name, "  之比", "×", values, floor=floor)


def drawn(result: Result) -> str:
    """As text: a line per figure (median, least–most, goal), with bars where figures
    may be compared.
    """
    lines = [f"{result.benchmark} — {result.description}"]
    for figure in result.figures:
        label = pad(figure.label, LABEL_COLUMNS)
        spread = pad(_spread(figure), SPREAD_COLUMNS)
        bar = _bar(figure, result.figures)
        lines.append(f"  {label} {spread} {bar}{_goal(figure)}")
    return "\n".join(lines)


def _spread(figure: Figure) -> str:
    median = f"{number(figure.median)} {figure.unit}"
    if len(figure.values) == 1:
        return median
    return f"{median}（{number(min(figure.values))}–{number(max(figure.values))}）"


def _bar(figure: Figure, figures: Sequence[Figure]) -> str:
    if not figure.bar:
        return ""
    neighbours = [one for one in figures if one.bar and one.unit == figure.unit]
    longest = max(one.median for one in neighbours)
    length = round(LONGEST_BAR * figure.median / longest)
    return "█" * max(1, length) + " "


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "≤" if figure.floor is None else "≥"
    outcome = "达到" if figure.reached else "没有达到"
    return f"目标{sign}{number(figure.goal)}：{outcome}"


def number(value: float) -> str:
    """Three places that count, thousands parted."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def progress(words: str) -> None:
    """Where it stands, on one line of the terminal; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"{CLEAR_LINE}{words}", end="", file=sys.stderr, flush=True)


def counted(words: str, rounds: int) -> Iterator[None]:
    """So many rounds, each shown as it begins."""
    for number in range(rounds):
        progress(f"{words}，第 {number + 1}/{rounds} 回")
        yield
