"""What a measurement comes to: values of all rounds, their median and spread, a goal,
and how it is drawn.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bot.columns import pad

WIDTH = 24  # characters of the longest bar


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
    def reached(self) -> bool | None:
        """Whether the goal is; None without one."""
        if self.floor is not None:
            return self.median >= self.floor
        return self.median <= self.ceiling if self.ceiling is not None else None

    def plain(self) -> dict[str, object]:
        """For `--json`; these names do not change."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "least": min(self.values),
            "most": max(self.values),
            "rounds": list(self.values),
            "goal": self.floor if self.floor is not None else self.ceiling,
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: its figures and a line on how they came about."""

    bench: str
    how: str
    figures: tuple[Figure, ...]


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
    return Figure(name, "  之比", "×", values, floor)


def drawn(result: Result) -> str:
    """As text: a line per figure (median, least–most, goal), with bars where figures
    may be compared.
    """
    rows = [f"{result.bench} — {result.how}"]
    for figure in result.figures:
        spread = f"{number(figure.median)} {figure.unit}"
        if len(figure.values) > 1:
            spread += f"（{number(min(figure.values))}–{number(max(figure.values))}）"
        rows.append(
            f"  {pad(figure.label, 34)} {pad(spread, 36)} "
            f"{_bar(figure, result)}{_goal(figure)}"
        )
    return "\n".join(rows)


def _bar(figure: Figure, result: Result) -> str:
    if not figure.bar:
        return ""
    longest = max(
        one.median for one in result.figures if one.bar and one.unit == figure.unit
    )
    return "█" * max(1, round(WIDTH * figure.median / longest)) + " "


def _goal(figure: Figure) -> str:
    goal = figure.floor if figure.floor is not None else figure.ceiling
    if goal is None:
        return ""
    sign = "≥" if figure.floor is not None else "≤"
    return f"目标{sign}{number(goal)}：{'达到' if figure.reached else '没有达到'}"


def number(value: float) -> str:
    """Three places that count, thousands parted."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def progress(what: str) -> None:
    """Where it stands, on one line of the terminal; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)
