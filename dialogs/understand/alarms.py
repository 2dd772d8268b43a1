"""Emergencies by their words: what the model has not seen must still show the
number.
"""

from __future__ import annotations

from functools import cache

from dialogs.understand.wordfile import wordlist

_AT_MOST = 150  # characters: who is in danger writes no essay


@cache
def _words() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    return {
        number: wordlist(f"alarm-{number}") for number in ("120", "119", "110")
    }, wordlist("no-alarm")


def sounded(text: str) -> str | None:
    """The number most words of a `normal` text call for; None where it speaks of checks
    or forms too.
    """
    numbers, ours = _words()
    if len(text) > _AT_MOST or any(word in text for word in ours):
        return None
    heard = {
        number: sum(word in text for word in words) for number, words in numbers.items()
    }
    number = max(heard, key=lambda one: heard[one])
    return number if heard[number] else None
