"""Numbers that may be shown: under five stands "<5", and no total gives away what
stands there, not even to somebody who knows these rules.

What is hidden is chosen by the order of the cells and by what has been shown so far,
never by which hidden number would fit best: so each hidden small number may still be
any of 0 to 4. The tests try every table that looks the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

SMALLEST_SHOWN = 5
MOST_SMALL = SMALLEST_SHOWN - 1
# by how much a total exceeds the least that its large cells can be, before any is
# shown; and what is left of it afterwards, so that none is known to within five
ROOM = 10
ROOM_LEFT = 6
# —: hidden because a total would give it or its neighbour away
Shown = int | Literal["<5", "—"]
HIDDEN = "<5"
RISEN = "上升"
FALLEN = "下降"
CHANGED = (RISEN, FALLEN)
LEVEL = "持平"


def shown(n: int) -> Shown:
    """One number beside which no total stands. Zero is under five too: "nobody" is also
    an answer.
    """
    return n if n >= SMALLEST_SHOWN else "<5"


# ── a column ──────────────────────────────────────────────────────────────────────────


def column(values: Sequence[int]) -> tuple[list[Shown], Shown]:
    """What may be shown of cells and of their total.

    The total is shown first. Where too little would be left over for the large cells
    beside a small one, all cells are "—". Else the large ones are shown in their order
    while enough is left for those that follow; the last are hidden where the small ones
    need it. So what may be missed best stands last.
    """
    total = shown(sum(values))
    if total == "<5":
        return ["<5"] * len(values), total
    large = [index for index, value in enumerate(values) if value >= SMALLEST_SHOWN]
    small = len(values) - len(large)
    if not small:
        return [shown(value) for value in values], total
    if not _may_name_the_small(sum(values), small, len(large)):
        return ["—"] * len(values), total
    cells: list[Shown] = ["<5"] * len(values)
    for index in large:
        cells[index] = "—"
    for index in _shown_beside(values, large, small):
        cells[index] = values[index]
    return cells, total


def _may_name_the_small(total: int, small: int, large: int) -> bool:
    """Whether it may be told which cells are small: each of them could still be any of
    0 to 4, and no two cells give each other away.
    """
    if not large:
        return ROOM <= total <= MOST_SMALL * (small - 1)
    if small == large == 1:
        return False
    return total >= SMALLEST_SHOWN * large + ROOM


def _shown_beside(values: Sequence[int], large: Sequence[int], small: int) -> list[int]:
    """Which large cells are shown, the first ones in their order.

    Before each it is known what is left of the total; a cell that leaves too little for
    those that follow ends it.
    """
    found: list[int] = []
    left = sum(values)
    for place, index in enumerate(large):
        following = len(large) - place - 1
        if following == 1 and small == 1:
            return found  # one hidden beside a single small cell would be known by it
        rest = left - values[index]
        if following and rest < SMALLEST_SHOWN * following + ROOM_LEFT:
            return found
        if not following and not _blurs(left, rest, small):
            return found
        found.append(index)
        left = rest
    return found


def _blurs(left: int, rest: int, small: int) -> bool:
    """Whether the small cells hide each other, so that the last large one may be shown.

    left: of the total before it, which is known; rest: what the small ones add up to.
    """
    if left < MOST_SMALL * small + SMALLEST_SHOWN:
        return False
    return MOST_SMALL <= rest <= MOST_SMALL * (small - 1)


# ── rates ─────────────────────────────────────────────────────────────────────────────


def shares(parts: Sequence[Sequence[int]]) -> tuple[list[bool], bool]:
    """Of which of these the parts may be told, and whether those of all together.

    parts: of each unit what its cases or answers fall into, such as in time and late;
    to tell a rate is to tell its parts. All of them must be at least five, also of the
    others taken together that are not told.
    """
    together = [sum(one) for one in zip(*parts, strict=True)]
    if not together or min(together) < SMALLEST_SHOWN:
        return [False] * len(parts), False
    large = [index for index, one in enumerate(parts) if min(one) >= SMALLEST_SHOWN]
    if len(large) == len(parts):
        return [True] * len(parts), True
    told = set(_told_beside(parts, large, together))
    return [index in told for index in range(len(parts))], True


def _told_beside(
    parts: Sequence[Sequence[int]], large: Sequence[int], together: Sequence[int]
) -> list[int]:
    """The first of the large ones, while those that follow have enough left; two are
    kept back beside a small one.
    """
    found: list[int] = []
    left = list(together)
    if min(left) < SMALLEST_SHOWN * len(large) + ROOM:
        return found
    for place, index in enumerate(large[:-2]):
        following = len(large) - place - 1
        rest = [whole - part for whole, part in zip(left, parts[index], strict=True)]
        if min(rest) < SMALLEST_SHOWN * following + ROOM_LEFT:
            return found
        found.append(index)
        left = rest
    return found


def growth(now: int, before: int | None) -> str:
    """Year on year or on the last period, as 上升12.34%; "—" where either is too small
    to be shown, or there is none before. It tells no more than the two do.
    """
    if before is None or min(now, before) < SMALLEST_SHOWN:
        return "—"
    if now == before:
        return LEVEL
    way = RISEN if now > before else FALLEN
    return f"{way}{abs(now - before) / before:.2%}"
