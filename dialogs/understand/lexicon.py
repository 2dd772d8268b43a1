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
def _groups_of_words() -> dict[str, tuple[int, ...]]:
    """Word → numbers of its groups."""
    found: dict[str, tuple[int, ...]] = {}
    for number, group in enumerate(groups()):
        for word in group.words:
            found[word] = (*found.get(word, ()), number)
    return found


@cache
def _word_sizes() -> tuple[int, ...]:
    """The lengths that words have, each once, the shortest first."""
    sizes = {len(word) for word in _groups_of_words()}
    return tuple(sorted(sizes))


def hits(text: str) -> dict[int, dict[str, int]]:
    """Group number → its words in `text` (already `normal`) and where each first
    stands.
    """
    groups_of = _groups_of_words()
    sizes = _word_sizes()
    found: dict[int, dict[str, int]] = {}
    for start in range(len(text)):
        for size in sizes:
            word = text[start : start + size]
            for number in groups_of.get(word, ()):
                found.setdefault(number, {}).setdefault(word, start)
    return found
