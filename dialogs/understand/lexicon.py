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
            if word not in groups_of or _within_a_latin_word(text, start, size):
                continue
            for number in groups_of[word]:
                found.setdefault(number, {}).setdefault(word, start)
    return found


def _within_a_latin_word(text: str, start: int, size: int) -> bool:
    """Whether Latin letters go on before or after: "gps" is no word of "waqurcgpsx"."""
    goes_on_before = start > 0 and _are_latin(text[start - 1 : start + 1])
    end = start + size
    goes_on_after = end < len(text) and _are_latin(text[end - 1 : end + 1])
    return goes_on_before or goes_on_after


def _are_latin(letters: str) -> bool:
    return letters.isascii() and letters.isalpha()
