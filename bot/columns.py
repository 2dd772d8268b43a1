"""Columns of a terminal: how many a text takes, and texts set in them.

Chinese characters and emoji take two, what combines with its neighbour takes none;
`wcwidth` knows them by the tables of Unicode.
"""

from __future__ import annotations

from collections.abc import Sequence

from wcwidth import iter_graphemes, width

__all__ = ["aligned", "pad", "shorten", "width"]

GAP = "  "  # between two columns of a table
ELLIPSIS = "…"


def pad(words: str, columns: int) -> str:
    """Filled up with spaces; words that are longer stay as they are."""
    return words + " " * (columns - width(words))


def shorten(words: str, columns: int) -> str:
    """Cut to so many columns, with an ellipsis at the end where something was cut."""
    if width(words) <= columns:
        return words
    kept = ""
    for character in iter_graphemes(words):
        if width(kept + character + ELLIPSIS) > columns:
            break
        kept += character
    return kept + ELLIPSIS


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table's lines, its columns as wide as they must be.

    Raises: ValueError, if the rows are not equally long.
    """
    columns = zip(*rows, strict=True)
    widths = [max(map(width, column)) for column in columns]
    return [_line(row, widths) for row in rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = map(pad, row, widths)
    return GAP.join(cells).rstrip()
