"""Which words of a text spoke for a label."""

from __future__ import annotations

from collections.abc import Mapping

from dialogs.understand.model import Scores, gram_weight, group_values, loaded
from dialogs.understand.spans import TextSpan, is_apart

_AT_MOST = 4
_SPEAKS_FROM = 0.05  # what a word must add at least, to be told


def reasons(
    plain: str, found: Mapping[int, Mapping[str, int]], scores: Scores, column: str
) -> list[TextSpan]:
    """Spans of the words that added most to `column`, strongest first, none
    overlapping.

    Words of the lexicon count with their group and their own pairs of characters; where
    no such word speaks for the label, the strongest pairs of the text do.
    """
    number = loaded().head.columns.index(column)
    worth = _worth_of_words(found, number, scores.length)
    speaking = {span: value for span, value in worth.items() if value > _SPEAKS_FROM}
    if not speaking:
        speaking = _worth_of_pairs(plain, number, scores.length)
    return _strongest(speaking)


def _worth_of_words(
    found: Mapping[int, Mapping[str, int]], column: int, length: float
) -> dict[TextSpan, float]:
    """What each word of the lexicon, where it first stands, adds to a column."""
    weights = loaded().head.features
    values = group_values({group: len(words) for group, words in found.items()})
    worth: dict[TextSpan, float] = {}
    for group, words in found.items():
        share = values[group] * weights[group][column] / len(words)
        for word, start in words.items():
            if len(word) == 1:
                continue
            span = (start, start + len(word))
            if span not in worth:
                worth[span] = _worth_of_letters(word, column, length)
            worth[span] += share
    return worth


def _worth_of_letters(word: str, column: int, length: float) -> float:
    """What the pairs of a word's characters add to a column."""
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    return sum(gram_weight(pair, column, length) for pair in pairs)


def _worth_of_pairs(plain: str, column: int, length: float) -> dict[TextSpan, float]:
    """The pairs of letters or digits that speak for a column, and what each adds."""
    worth: dict[TextSpan, float] = {}
    for start in range(len(plain) - 1):
        pair = plain[start : start + 2]
        if not pair.isalnum():
            continue
        value = gram_weight(pair, column, length)
        if value > 0:
            worth[start, start + 2] = value
    return worth


def _strongest(worth: Mapping[TextSpan, float]) -> list[TextSpan]:
    """The worthiest spans, as long as they do not overlap."""
    taken: list[TextSpan] = []
    for span in sorted(worth, key=lambda span: (-worth[span], span)):
        if is_apart(span, taken):
            taken.append(span)
        if len(taken) == _AT_MOST:
            break
    return taken
