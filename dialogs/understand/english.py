"""Units and places of an English report, as far as common words tell them."""

from __future__ import annotations

import re

from dialogs.understand.places import FoundPlace
from dialogs.understand.units import FoundUnit

_LEVELS = {
    "sub-district": "subdistrict",
    "subdistrict": "subdistrict",
    "street": "subdistrict",
    "township": "subdistrict",
    "town": "subdistrict",
    "district": "district",
    "county": "district",
    "municipal": "city",
    "city": "city",
    "provincial": "province",
    "province": "province",
}
_BODY = (
    "office|bureau|government|department|commission|federation|association|committee"
    "|union|league|station|authority|court|police"
)
_DEMANDS = "(?:forces?|wants?|makes?|asks?|sends?|tells?|orders?)"
_UNIT = re.compile(
    rf"\b({'|'.join(_LEVELS)})(?: [a-z]+){{0,4}}? (?:{_BODY})\b"
    rf"|\b({'|'.join(_LEVELS)})(?= {_DEMANDS})"
)
_RANKS = {
    "Community": 1,
    "Village": 1,
    "Street": 2,
    "Subdistrict": 2,
    "Township": 2,
    "Town": 2,
}
_PLACE = re.compile(
    rf"\b(?!(?:The|In|At|Our|From|Of) )(?:[A-Z][a-z]+ ){{1,2}}({'|'.join(_RANKS)})\b"
)
_SURE = 1.0


def english_unit(text: str) -> FoundUnit | None:
    """The first unit named in a text in small letters, without its article."""
    match = _UNIT.search(text)
    if match is None:
        return None
    level = _LEVELS[match[1] or match[2]]
    return FoundUnit(match.start(), match.end(), level, _SURE)


def english_place(written: str) -> FoundPlace | None:
    """The first locality with a name of its own, known by its capitals."""
    match = _PLACE.search(written)
    if match is None:
        return None
    return FoundPlace(match.start(), match.end(), _RANKS[match[1]])
