"""One plain form of many disguises.

Full width, zero width, keycaps and styled digits read alike.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .spans import MASK_LABELS, IdentifyingSpan

# stands for something already masked: no pattern matches it or reads across it
WALL = "\ufffc"
_MASKED = re.compile(r"\[(?:" + "|".join(MASK_LABELS.values()) + r")\]")
# one character to one, so offsets do not move
DIGITS = str.maketrans(
    "〇零○一幺壹二贰貳两兩三叁參叄四肆五伍六陆陸七柒拐八捌九玖勾洞",
    "0001112222233334455666777889990",
)
_READ_BACKWARDS = "\u202e"  # what follows it is shown from right to left
_QUOTES_AND_BLANKS = str.maketrans("＂〃\u3000\t\r", '""   ')


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded, and where each of its characters comes from.

    plain[i] comes from text[starts[i]:ends[i]]; digits: `plain` with Chinese digits as
    ASCII; is_turned: a part of the text is shown from right to left.
    """

    plain: str
    digits: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    is_turned: bool = False

    def span(self, start: int, end: int, kind: str) -> IdentifyingSpan:
        """The span of plain[start:end] in the text it was folded from."""
        return IdentifyingSpan(self.starts[start], self.ends[end - 1], kind)


@lru_cache(maxsize=4096)
def _fold_character(char: str) -> str:
    """One character, or none.

    Compatibility forms are folded, marks and invisible characters dropped.
    """
    if "\x20" <= char < "\x7f":
        return char
    if unicodedata.category(char) in ("Cf", "Mn", "Me") or char == WALL:
        return ""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)  # of any script, in circles, in brackets
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 3 and folded[0] + folded[2] == "()":
        return folded[1]  # ㈠
    return folded if len(folded) == 1 else char


def fold(text: str, taken: Iterable[IdentifyingSpan] = ()) -> Folded:
    """Fold a text; what is masked already becomes one WALL each.

    That is each span of `taken`, and each label that stands in the text.
    """
    walls = {label.start(): label.end() for label in _MASKED.finditer(text)}
    walls |= {span.start: span.end for span in taken}
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        wall_end = walls.get(at)
        char = WALL if wall_end else _fold_character(text[at])
        if char:
            plain.append(char)
            starts.append(at)
            ends.append(at + 1)
        elif ends and ends[-1] == at and unicodedata.category(text[at]) != "Cf":
            ends[-1] = at + 1  # a mark goes with its character
        at = wall_end or at + 1
    line = "".join(plain).translate(_QUOTES_AND_BLANKS)
    digits = line.translate(DIGITS)
    is_turned = _READ_BACKWARDS in text
    return Folded(line, digits, tuple(starts), tuple(ends), is_turned)
