"""Somebody is or may be in danger now: by words, and which number helps.

Words of danger alone are not enough: what is over, drilled, trained for, feared in
general or counted in a table sounds alike.
"""

from __future__ import annotations

from dialogs.meaning.moment import NUMBERS
from dialogs.meaning.patterns import pattern


def danger(plain: str) -> dict[str, int]:
    """How many words of danger a `normal` text has, by the number that helps; numbers
    without any are left out.
    """
    counts = {number: _count(f"danger-{number}", plain) for number in NUMBERS}
    return {number: count for number, count in counts.items() if count}


def speaks_of_now(plain: str) -> bool:
    """Whether words say that it happens now."""
    return pattern("danger-now").search(plain) is not None


def speaks_of_else(plain: str) -> int:
    """How many words say that it is over, a drill, a ledger, a figure of speech."""
    not_now = pattern("danger-not-now").findall(plain)
    figures = pattern("danger-figure").findall(plain)
    return len(not_now) + len(figures)


def by_words(plain: str) -> str | None:
    """The number that the words of a `normal` text clearly call for; else None."""
    counts = danger(plain)
    if not counts:
        return None
    weight = sum(counts.values()) + speaks_of_now(plain)
    if weight <= speaks_of_else(plain):
        return None
    return max(counts, key=lambda number: counts[number])


def _count(name: str, plain: str) -> int:
    """How many different pieces of a text match a section."""
    return len({match.group() for match in pattern(name).finditer(plain)})
