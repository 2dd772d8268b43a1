"""How search sees a text: width, case and traditional spelling make no difference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files

SHORTEST_QUERY = 2  # letters, digits and Chinese characters
# Nearly every text has these: where they are all, nothing else needs to be normalized.
WIDE_SIGNS = "，：；！？（）"
NARROW_SIGNS = ",:;!?()"


def folded(text: str) -> str:
    """NFKC, case folded, and NFKC again, which folding may undo; then each character as
    the one that stands for all its spellings (臺 and 颱 as 台).
    """
    for wide, narrow in zip(WIDE_SIGNS, NARROW_SIGNS, strict=True):
        text = text.replace(wide, narrow)
    normal = _normal(text)
    caseless = normal.casefold()
    if caseless != normal:
        caseless = _normal(caseless)
    other_spelling, spellings = _spellings()
    return caseless.translate(spellings) if other_spelling(caseless) else caseless


def words_of(query: str) -> list[str]:
    """The words of which each must be found. None where there is too little to look
    for.
    """
    words = folded(query).split()
    letters = sum(sign.isalnum() for word in words for sign in word)
    return words if letters >= SHORTEST_QUERY else []


def _normal(text: str) -> str:
    """A look costs a tenth of what normalizing does."""
    if unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text)


@cache
def _spellings() -> tuple[Callable[[str], object], dict[int, str]]:
    """Finds the first character that has another spelling here; and each such character
    with the one that stands for it. Where they come from says the file.
    """
    lines = files(__package__).joinpath("spellings.txt").read_text("utf-8").splitlines()
    stands_for = {
        other: line[0]
        for line in lines
        if not line.startswith("#")
        for other in line[1:]
    }
    any_of_them = re.compile(f"[{''.join(map(re.escape, stands_for))}]")
    return any_of_them.search, str.maketrans(stands_for)
