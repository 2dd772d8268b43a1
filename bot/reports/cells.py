"""Numbers that may be shown: under five stands "<5", and no total gives away what
stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

LEAST = 5
Shown = (
    int | Literal["<5", "—"]
)  # —: hidden because a total would give it or its neighbour away


def shown(n: int) -> Shown:
    """One number beside which no total stands. Zero is under five too: "nobody" is also
    an answer.
    """
    return n if n >= LEAST else "<5"


def column(values: Sequence[int]) -> tuple[list[Shown], Shown]:
    """What may be shown of cells and of their total.

    Whoever subtracts the visible cells from the total must still hold each of 0 to 4
    possible in every "<5". Where the total allows more, the smallest cell that helps is
    hidden too; if none does, all are.
    """
    total = shown(sum(values))
    cells: list[Shown] = [shown(value) for value in values]
    few = [value for value in values if value < LEAST]
    if not few or total == "<5":
        return cells, total
    cover: list[int] = []
    visible = sorted(
        (index for index, cell in enumerate(cells) if cell != "<5"),
        key=lambda i: values[i],
    )
    while not _blurred(sum(few) + sum(cover), len(few), len(cover)):
        if not visible:
            return ["—"] * len(cells), total
        helps = [
            i
            for i in visible
            if _blurred(sum(few) + sum(cover) + values[i], len(few), len(cover) + 1)
        ]
        index = helps[0] if helps else visible[-1]
        visible.remove(index)
        cover.append(values[index])
        cells[index] = "—"
    return cells, total


def _blurred(hidden: int, few: int, cover: int) -> bool:
    """Whether `few` numbers of 0 to 4 and `cover` of at least 5 can add up to `hidden`,
    whatever one of the few is.
    """
    least = LEAST - 1 + LEAST * cover
    return least <= hidden and (cover > 0 or hidden <= (LEAST - 1) * (few - 1))


def growth(now: int, before: int | None) -> str:
    """Year on year, as "+12%"; "—" where either is too small to be shown, or there is
    none before.
    """
    if before is None or min(now, before) < LEAST:
        return "—"
    return f"{(now - before) / before:+.0%}"
