"""What the words of the trade point to: groups of words, each with the categories it speaks for.

The words (lexicon.txt) come from the rules and from knowledge of the work, not from a labelled set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dialogs.understand.wordfile import sections


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning. `says`: label → weight; a label is a category, "kind:…", or a signpost."""

    name: str
    says: dict[str, float]
    words: tuple[str, ...]


GROUPS: tuple[Group, ...] = tuple(
    Group(
        section.name,
        {label: float(weight) for label, weight in (one.split("=") for one in section.head)},
        section.words,
    )
    for section in sections("lexicon.txt")
)

LABELS: tuple[str, ...] = tuple(sorted({label for group in GROUPS for label in group.says}))


@cache
def _words() -> tuple[dict[str, tuple[int, ...]], int]:
    """Word → numbers of its groups, and the length of the longest word."""
    found: dict[str, tuple[int, ...]] = {}
    for number, group in enumerate(GROUPS):
        for word in dict.fromkeys(group.words):
            found[word] = (*found.get(word, ()), number)
    return found, max(map(len, found))


def hits(text: str) -> dict[int, list[str]]:
    """Group number → its words in `text` (already `normal`), in order, the longest at each place."""
    words, longest = _words()
    found: dict[int, list[str]] = {}
    for start in range(len(text)):
        taken: set[int] = set()
        for size in range(min(longest, len(text) - start), 0, -1):
            for number in words.get(text[start : start + size], ()):
                if number not in taken:
                    taken.add(number)
                    found.setdefault(number, []).append(text[start : start + size])
    return found
