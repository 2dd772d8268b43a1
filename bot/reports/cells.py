"""Numbers that may be shown: under five stands "<5", and no total gives away what
stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

SMALLEST_SHOWN = 5
# —: hidden because a total would give it or its neighbour away
Shown = int | Literal["<5", "—"]


def shown(n: int) -> Shown:
    """One number beside which no total stands. Zero is under five too: "nobody" is also
    an answer.
    """
    return n if n >= SMALLEST_SHOWN else "<5"


def column(values: Sequence[int]) -> tuple[list[Shown], Shown]:
    """What may be shown of cells and of their total.

    Whoever subtracts the visible cells from the total must still hold each of 0 to 4
    possible in every "<5". Where the total allows more, the smallest cell that helps is
    hidden too; if none does, all are.
    """
    total = shown(sum(values))
    cells: list[Shown] = [shown(value) for value in values]
    few = [value for value in values if value < SMALLEST_SHOWN]
    if not few or total == "<5":
        return cells, total
    cover: list[int] = []
    visible = [index for index, cell in enumerate(cells) if cell != "<5"]
    visible.sort(key=lambda index: values[index])
    while not _blurred(few, cover):
        if not visible:
            return ["—"] * len(cells), total
        helping = [index for index in visible if _blurred(few, [*cover, values[index]])]
        index = helping[0] if helping else visible[-1]
        visible.remove(index)
        cover.append(values[index])
        cells[index] = "—"
    return cells, total


def _blurred(few: Sequence[int], cover: Sequence[int]) -> bool:
    """Whether so many numbers of 0 to 4 as `few`, and of at least 5 as `cover`, can add
    up to what these add up to, whatever one of the few is.
    """
    hidden = sum(few) + sum(cover)
    largest_few = SMALLEST_SHOWN - 1
    if hidden < largest_few + SMALLEST_SHOWN * len(cover):
        return False
    return bool(cover) or hidden <= largest_few * (len(few) - 1)


def growth(now: int, before: int | None) -> str:
    """Year on year, as "+12%"; "—" where either is too small to be shown, or there is
    none before.
    """
    if before is None or min(now, before) < SMALLEST_SHOWN:
        return "—"
    return f"{(now - before) / before:+.0%}"
