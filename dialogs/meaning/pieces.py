"""Pieces of what was written: clauses of it, and how much of one a message takes up."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogs.understand.spelling import normal

_CLAUSE = re.compile(r"[^,，。.!！?？;；、\s]+")
# Letters that say too little to tell one clause from another.
_COMMON = frozenset(
    "的了是在不有我你他她它们这那就都也还又个一没要把上下来去说写句段字条吧啊呢吗呀"
    "删掉别请帮给和跟与改成错对前后里面头名话些什么哪点提及留算最刚才"
)


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a text, as they stand in it."""
    return tuple(_CLAUSE.findall(text))


def all_clauses(said: Iterable[str]) -> tuple[str, ...]:
    """The clauses of several texts, in order."""
    return tuple(clause for text in said for clause in clauses(text))


def in_common(one: str, other: str) -> float:
    """How much two texts share: common pairs of letters and, less, rare letters."""
    one, other = normal(one), normal(other)
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    shared_pairs = [pair for pair in pairs if pair in other and pair.isalnum()]
    telling = [pair for pair in shared_pairs if not _COMMON.issuperset(pair)]
    letters = {letter for letter in one if letter in other and letter.isalnum()}
    return len(telling) + 0.3 * len(letters - _COMMON)


def longest_common(one: str, other: str, shortest: int = 2) -> str:
    """The longest piece of `other` that stands in `one`, or ""; both are compared as
    `normal`, the piece is as `other` has it.
    """
    plain_one, plain_other = normal(one), normal(other)
    for size in range(min(len(one), len(other), 30), shortest - 1, -1):
        for start in range(len(other) - size + 1):
            if plain_other[start : start + size] in plain_one:
                return other[start : start + size]
    return ""
