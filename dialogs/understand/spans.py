"""Pieces of a text: where each starts and where it ends."""

from __future__ import annotations

from collections.abc import Iterable

TextSpan = tuple[
    int, int
]  # characters of a text: the first, and the one after the last


def is_apart(span: TextSpan, others: Iterable[TextSpan]) -> bool:
    """Whether a span shares no character with any of the others."""
    start, end = span
    return all(end <= other or start >= stop for other, stop in others)
