"""Named localities in a text (already `normal`): where they stand, how fine
they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.understand.wordfile import wordlist

_RANKS = {
    "小区": 0,
    "花园": 0,
    "家园": 0,
    "社区": 1,
    "村": 1,
    "屯": 1,
    "街道": 2,
    "镇": 2,
    "乡": 2,
}  # 0 is the finest
_END = re.compile("|".join(_RANKS))
_SMALL = re.compile(
    "|".join(wordlist("small-places"))
)  # hamlets and lanes named without "村" or "社区"
_PLACE_LETTERS = frozenset("".join(wordlist("place-letters")))
_STOP = frozenset("".join(wordlist("stop-letters")))
_NO_PLACE = frozenset(wordlist("no-place"))
_LEAD = wordlist("lead")
_PEOPLE = frozenset(
    (
        "村里",
        "村干",
        "村级",
        "村民",
        "村口",
        "村官",
        "村主",
        "村支",
        "村部",
        "村上",
        "村两",
    )
)
_NUMERALS = frozenset("一二三四五六七八九十百千万两几")


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A named locality, `text[start:end]`; `rank` 0 (an estate) to 2 (a town), the
    smaller the finer.
    """

    start: int
    end: int
    rank: int


def _run(
    text: str, low: int, end: int, most: int, fits: frozenset[str], wanted: bool
) -> int:
    """How far back from `end` the characters are ideographs that are (not) in
    `fits`.
    """
    start = end
    while (
        start > low and end - start < most and "\u4e00" <= text[start - 1] <= "\u9fff"
    ):
        if (text[start - 1] in fits) is not wanted:
            break
        start -= 1
    return start


def _name_start(text: str, low: int, end: int) -> int | None:
    """Where the name that ends at `end` begins; None where it is no name.

    A name is two to four characters usual in names of places; rarer ones only between
    clear bounds.
    """
    start = _run(text, low, end, 4, _PLACE_LETTERS, True)
    loose = _run(text, low, end, 5, _STOP, False)
    for lead in _LEAD:
        if end - loose - len(lead) >= 2 and text.startswith(lead, loose):
            loose += len(lead)
    if (
        loose < start
        and end - loose <= 3
        and any(one in _PLACE_LETTERS for one in text[loose:end])
    ):
        start = loose  # an unusual character, but nothing else before the name
    if end - start == 4 and start != loose:
        start = end - 2
    name = text[start:end]
    if start != loose and text[end : end + 2] in _PEOPLE:
        return None  # "检查结果和村里", "工资村里发": a sentence that goes on, no name
    if len(name) < 2 or all(one in _NUMERALS for one in name):
        return None
    if name in _NO_PLACE or any(
        name.endswith(no) for no in _NO_PLACE if no[-1] not in "口里上下前后"
    ):
        return None
    return start


def find_places(text: str) -> list[FoundPlace]:
    """All named localities of `text`, in order."""
    found: list[FoundPlace] = []
    low = 0
    for match in _END.finditer(text):
        start = _name_start(text, low, match.start())
        low = match.end()
        if start is not None and not (
            text[start - 1 : start] in ("“", '"', "「") and match.group() == "家园"
        ):
            found.append(FoundPlace(start, match.end(), _RANKS[match.group()]))
    return found if any(one.rank <= 1 for one in found) else found + _small_places(text)


def _small_places(text: str) -> list[FoundPlace]:
    """Hamlets, lanes: two letters usual in such names and the ending, between clear
    bounds.
    """
    found: list[FoundPlace] = []
    for match in _SMALL.finditer(text):
        end = match.start()
        start = _run(text, 0, end, 4, _PLACE_LETTERS, True)
        loose = _run(text, 0, end, 5, _STOP, False)
        for lead in _LEAD:
            if end - loose - len(lead) >= 1 and text.startswith(lead, loose):
                loose += len(lead)
        after = text[match.end() : match.end() + 1]
        if (
            start == loose
            and 1 < end - start <= 3
            and not (after in _PLACE_LETTERS and after not in "书网三")
        ):
            name = text[start:end]
            if not any(one in _NUMERALS for one in name) and name not in _NO_PLACE:
                found.append(FoundPlace(start, match.end(), 1))
    return found


def finest(found: list[FoundPlace], text: str) -> FoundPlace | None:
    """The finest place; of several as fine the one named most often, then the first."""

    def order(one: FoundPlace) -> tuple[int, int, int]:
        return one.rank, -text.count(text[one.start : one.end]), one.start

    return min(found, key=order, default=None)
