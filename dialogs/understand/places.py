"""Named localities in a text (already `normal`): where they stand, how fine
they are.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from dialogs.understand.wordfile import wordlist

_RANKS = {  # 0 is the finest
    "小区": 0,
    "花园": 0,
    "家园": 0,
    "社区": 1,
    "村": 1,
    "屯": 1,
    "街道": 2,
    "镇": 2,
    "乡": 2,
}
_END = re.compile("|".join(_RANKS))
# Hamlets and lanes, named without "村" or "社区".
_SMALL = re.compile("|".join(wordlist("small-places")))
_PLACE_LETTERS = frozenset("".join(wordlist("place-letters")))
_STOP = frozenset("".join(wordlist("stop-letters")))
_NO_PLACE = frozenset(wordlist("no-place"))
_NO_PLACE_ENDINGS = tuple(word for word in _NO_PLACE if word[-1] not in "口里上下前后")
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


def find_places(text: str) -> list[FoundPlace]:
    """All named localities of `text`, in order."""
    found: list[FoundPlace] = []
    low = 0
    for match in _END.finditer(text):
        ending = match.group()
        start = _name_start(text, low, match.start())
        low = match.end()
        if start is None:
            continue
        before = text[start - 1 : start]
        is_slogan = ending == "家园" and before in ("“", '"', "「")
        if not is_slogan:
            found.append(FoundPlace(start, match.end(), _RANKS[ending]))
    if any(place.rank <= 1 for place in found):
        return found
    return found + _small_places(text)


def _name_start(text: str, low: int, end: int) -> int | None:
    """Where the name that ends at `end` begins; None where it is no name.

    A name is two to four characters usual in names of places; rarer ones only between
    clear bounds.
    """
    usual, loose = _name_bounds(text, low, end, shortest=2)
    start = usual
    has_usual_letter = not _PLACE_LETTERS.isdisjoint(text[loose:end])
    if loose < usual and end - loose <= 3 and has_usual_letter:
        start = loose  # an unusual character, but nothing else before the name
    if end - start == 4 and start != loose:
        start = end - 2
    if start != loose and text[end : end + 2] in _PEOPLE:
        return None  # "检查结果和村里", "工资村里发": a sentence that goes on, no name
    if not _can_be_name(text[start:end]):
        return None
    return start


def _can_be_name(name: str) -> bool:
    if len(name) < 2 or _NUMERALS.issuperset(name):
        return False
    return name not in _NO_PLACE and not name.endswith(_NO_PLACE_ENDINGS)


def _small_places(text: str) -> list[FoundPlace]:
    """Hamlets, lanes: two letters usual in such names and the ending, between clear
    bounds.
    """
    found: list[FoundPlace] = []
    for match in _SMALL.finditer(text):
        end = match.start()
        start, loose = _name_bounds(text, 0, end, shortest=1)
        if start != loose or not 1 < end - start <= 3:
            continue
        after = text[match.end() : match.end() + 1]
        name_goes_on = after in _PLACE_LETTERS and after not in "书网三"
        name = text[start:end]
        has_numeral = not _NUMERALS.isdisjoint(name)
        if name_goes_on or has_numeral or name in _NO_PLACE:
            continue
        found.append(FoundPlace(start, match.end(), 1))
    return found


def _name_bounds(text: str, low: int, end: int, *, shortest: int) -> tuple[int, int]:
    """Where a name that ends at `end` begins: by the letters usual in names, and by
    what may stand before a name.

    low: nothing before it belongs to the name; shortest: characters that are left of
    the name where a leading word is cut off.
    """
    usual = _run_start(text, end, low=low, most=4, letters=_PLACE_LETTERS, within=True)
    loose = _run_start(text, end, low=low, most=5, letters=_STOP, within=False)
    for lead in _LEAD:
        name_size = end - loose - len(lead)
        if name_size >= shortest and text.startswith(lead, loose):
            loose += len(lead)
    return usual, loose


def _run_start(
    text: str,
    end: int,
    *,
    low: int,
    most: int,
    letters: frozenset[str],
    within: bool,
) -> int:
    """How far back from `end` the characters are ideographs that are (not: `within`
    False) among `letters`; not before `low`, and at `most` so many.
    """
    start = end
    lowest = max(low, end - most)
    while start > lowest:
        letter = text[start - 1]
        is_ideograph = "\u4e00" <= letter <= "\u9fff"
        if not is_ideograph or (letter in letters) is not within:
            break
        start -= 1
    return start


def finest(found: list[FoundPlace], text: str) -> FoundPlace | None:
    """The finest place; of several as fine the one named most often, then the first."""

    finest_rank = min((place.rank for place in found), default=0)
    fine = [place for place in found if place.rank == finest_rank]
    if len(fine) < 2:
        return next(iter(fine), None)
    times_named = _times_named({text[one.start : one.end] for one in fine}, text)

    def order(place: FoundPlace) -> tuple[int, int]:
        return -times_named[text[place.start : place.end]], place.start

    return min(fine, key=order)


def _times_named(names: set[str], text: str) -> Counter[str]:
    """Name → how often it stands in the text, in one go over it for each length."""
    times: Counter[str] = Counter()
    for size in {len(name) for name in names}:
        pieces = (text[at : at + size] for at in range(len(text) - size + 1))
        times.update(piece for piece in pieces if piece in names)
    return times
