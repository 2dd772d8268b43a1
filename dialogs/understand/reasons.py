"""Which words of a text spoke for a label."""

from __future__ import annotations

from collections.abc import Mapping

from dialogs.understand.model import Scores, gram_weight, group_values, loaded

_AT_MOST = 4


def reasons(
    plain: str, found: Mapping[int, Mapping[str, int]], scores: Scores, column: str
) -> list[tuple[int, int]]:
    """Spans of the words that added most to `column`, strongest first, none
    overlapping.

    Words of the lexicon count with their group and their own pairs of characters; where
    no such word speaks for the label, the strongest pairs of the text do.
    """
    head = loaded().head
    number = head.columns.index(column)
    values = group_values({group: len(words) for group, words in found.items()})
    worth: dict[tuple[int, int], float] = {}
    for group, words in found.items():
        share = values[group] * head.groups[group][number] / len(words)
        for word, start in words.items():
            if len(word) > 1:
                pairs = sum(
                    gram_weight(word[i : i + 2], number, scores.length)
                    for i in range(len(word) - 1)
                )
                span = (start, start + len(word))
                worth[span] = worth.get(span, pairs) + share
    best = _apart({span: value for span, value in worth.items() if value > 0.05})
    if best:
        return best
    return _apart(
        {
            (i, i + 2): value
            for i in range(len(plain) - 1)
            if plain[i : i + 2].isalnum()
            and (value := gram_weight(plain[i : i + 2], number, scores.length)) > 0
        }
    )


def _apart(worth: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The worthiest spans, as long as they do not overlap."""
    taken: list[tuple[int, int]] = []
    for start, end in sorted(worth, key=lambda span: (-worth[span], span)):
        if all(end <= other or start >= stop for other, stop in taken):
            taken.append((start, end))
            if len(taken) == _AT_MOST:
                break
    return taken
