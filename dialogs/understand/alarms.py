"""Emergencies by their words: what the model has not seen must still show the
number.
"""

from __future__ import annotations

from functools import cache

from dialogs.understand.wordfile import wordlist

_AT_MOST = 150  # characters: who is in danger writes no essay
_NUMBERS = ("120", "119", "110")  # of numbers called for as often, the first


@cache
def _alarm_words() -> dict[str, tuple[str, ...]]:
    """Number → the words that call for it."""
    return {number: wordlist(f"alarm-{number}") for number in _NUMBERS}


def sounded(text: str) -> str | None:
    """The number most words of a `normal` text call for; None where it speaks of checks
    or forms too.
    """
    if len(text) > _AT_MOST:
        return None
    speaks_of_work = any(word in text for word in wordlist("no-alarm"))
    if speaks_of_work:
        return None
    heard = {
        number: sum(word in text for word in words)
        for number, words in _alarm_words().items()
    }
    loudest = max(_NUMBERS, key=lambda number: heard[number])
    if heard[loudest] == 0:
        return None
    return loudest
