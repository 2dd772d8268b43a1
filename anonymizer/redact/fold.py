"""One plain form of many disguises: full width, zero width, keycaps and styled digits
read alike.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .spans import LABELS, Span

# stands for something already masked: no pattern matches it or reads across it
WALL = "\ufffc"
_LABEL = re.compile(r"\[(?:" + "|".join(LABELS.values()) + r")\]")
# one character to one, so offsets do not move
DIGITS = str.maketrans(
    "〇零○一幺壹二贰三叁四肆五伍六陆七柒拐八捌九玖勾洞", "0001112233445566777889990"
)
_KEPT = str.maketrans("＂〃\u3000\t\r", '""   ')


@dataclass(frozen=True, slots=True)
class Folded:
    """`digits` is `plain` with Chinese digits as ASCII; plain[i] comes from
    text[at[i]:to[i]].
    """

    plain: str
    digits: str
    at: tuple[int, ...]
    to: tuple[int, ...]

    def span(self, start: int, end: int, kind: str) -> Span:
        """The span of plain[start:end] in the text it was folded from."""
        return Span(self.at[start], self.to[end - 1], kind)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """One character or none: compatibility forms are folded, marks and invisible
    characters dropped.
    """
    if unicodedata.category(char) in ("Cf", "Mn", "Me") or char == WALL:
        return ""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def fold(text: str, taken: Iterable[Span] = ()) -> Folded:
    """Fold `text`; each span of `taken`, and each label already in it, becomes one
    WALL.
    """
    walls = {m.start(): m.end() for m in _LABEL.finditer(text)} | {
        span.start: span.end for span in taken
    }
    plain: list[str] = []
    at: list[int] = []
    to: list[int] = []
    i = 0
    while i < len(text):
        end = walls.get(i)
        char = (
            WALL if end else text[i] if "\x20" <= text[i] < "\x7f" else _plain(text[i])
        )
        if char:
            plain.append(char)
            at.append(i)
            to.append(i + 1)
        elif to and to[-1] == i and unicodedata.category(text[i]) != "Cf":
            to[-1] = i + 1  # a mark goes with its character
        i = end or i + 1
    line = "".join(plain).translate(_KEPT)
    return Folded(line, line.translate(DIGITS), tuple(at), tuple(to))
