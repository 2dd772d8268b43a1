"""What the words of the trade point to: groups of words of one meaning, each a feature
of the model.

The words (lexicon.txt) come from the rules and from knowledge of the work, not from a
labelled set. Their heads name the labels the writer had in mind; what a group really
weighs is learned.
"""

from __future__ import annotations

from functools import cache

from dialogs.understand.wordfile import Section, sections


def groups() -> tuple[Section, ...]:
    """All groups, in the order of the model's weights."""
    return sections("lexicon.txt")


@cache
def _words() -> tuple[dict[str, tuple[int, ...]], tuple[int, ...]]:
    """Word → numbers of its groups, and the lengths that words have."""
    found: dict[str, tuple[int, ...]] = {}
    for number, group in enumerate(groups()):
        for word in group.words:
            found[word] = (*found.get(word, ()), number)
    return found, tuple(sorted({len(word) for word in found}))


def hits(text: str) -> dict[int, dict[str, int]]:
    """Group number → its words in `text` (already `normal`) and where each first
    stands.
    """
    words, sizes = _words()
    found: dict[int, dict[str, int]] = {}
    for start in range(len(text)):
        for size in sizes:
            for number in words.get(text[start : start + size], ()):
                found.setdefault(number, {}).setdefault(
                    text[start : start + size], start
                )
    return found
