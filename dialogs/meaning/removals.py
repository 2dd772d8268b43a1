"""What is to go: a picture, a piece of the text, or a field."""

from __future__ import annotations

import re
from typing import Any

from dialogs.meaning.moment import Draft, Moment
from dialogs.meaning.patterns import pattern
from dialogs.meaning.pieces import all_clauses, in_common, longest_common

_FIELDS = ("unit", "place", "when")
_NUMERALS = {numeral: at for at, numeral in enumerate("零一二三四五六七八九")}
_NUMERALS |= {"两": 2, "俩": 2, "仨": 3} | {str(digit): digit for digit in range(10)}
_N = "([一二三四五六七八九两俩仨1-9])"
_PICTURE = re.compile(r"图|照片|相片|截屏|pic|附件|张|影像|p\d")
_ALL = re.compile(
    r"全|都|所有|统统|一张(?:都|也)?(?:不|别)|(?:几|仨|三|两|俩)张(?:都|全)|通通|一律|清空"
)
_NTH = re.compile(
    rf"(?:第|图|照片|p|no\.?|倒数)?\s*{_N}\s*(?:张|号|幅|个|p)|(?:第|图|照片|p){_N}"
)
_FIRST_FEW = re.compile(rf"前(?:面)?(?:的)?{_N}张")
_LAST_FEW = re.compile(rf"后(?:面)?(?:的)?{_N}张")
_LIST = re.compile(
    rf"{_N}(?:[、,和跟与及]|号(?:和|跟|、|,)|张(?:和|跟|、|,))(?:第)?{_N}"
)

_FIRST_PIECE = re.compile(
    r"第[一1](?:句|段|条|行)|开头|头一?(?:句|段|条|行)|最前|最开始|打头|前(?:一|面|头)(?:那)?(?:句|段)"
)
_NTH_PIECE = re.compile(rf"第{_N}(?:句|段|条|行)")


def removal(plain: str, moment: Moment) -> dict[str, Any]:
    """The args of a removal."""
    draft = moment.draft or Draft()
    picture = _picture(plain, draft.pictures)
    if picture is not None:
        return {"what": "picture", "n": picture}
    field = _field(plain, moment)
    if field is not None:
        return {"what": "field", "field": field}
    return {"what": "text", "quote": quoted(plain, moment)}


def _picture(plain: str, count: int) -> int | list[int] | str | None:
    """Which picture: its number, several, "all"; None where no picture is meant."""
    if not _PICTURE.search(plain):
        return None
    few = _FIRST_FEW.search(plain)
    if few:
        return list(range(1, _NUMERALS[few[1]] + 1))
    few = _LAST_FEW.search(plain)
    if few and count >= _NUMERALS[few[1]]:
        return list(range(count - _NUMERALS[few[1]] + 1, count + 1))
    both = _LIST.search(plain)
    if both:
        return [_NUMERALS[both[1]], _NUMERALS[both[2]]]
    if re.search(r"倒数第(?:二|2)", plain) and count >= 2:
        return count - 1
    if re.search(
        r"最后|末(?:一|尾)?|右(?:边|面|侧)|后(?:面|头|一张|来那)|新(?:发|传)的?那|刚(?:发|传|才|刚)",
        plain,
    ):
        return max(count, 1)
    if re.search(r"左(?:边|面|侧)|最前|头(?:一)?张|首张|前(?:面|头|一)", plain):
        return 1
    if re.search(r"中间|当中", plain):
        return (max(count, 1) + 1) // 2
    if _ALL.search(plain):
        return "all"
    nth = _NTH.search(plain)
    if nth:
        return _NUMERALS[nth[1] or nth[2]]
    if count == 1:
        return 1
    return "all"


def _field(plain: str, moment: Moment) -> str | None:
    """Which field; None where a piece of the text is meant."""
    for field in _FIELDS:
        if pattern(f"remove-{field}").search(plain):
            return field
    draft = moment.draft or Draft()
    for field in _FIELDS:
        value = getattr(draft, field)
        if (
            value
            and longest_common(plain, value)
            and not any(
                longest_common(text, value) == value for text in moment.said_before
            )
        ):
            return field
    return None


def quoted(plain: str, moment: Moment) -> str:
    """The piece of `said_before` that a message means; "" where nothing was said."""
    said = moment.said_before
    if not said:
        return ""
    pieces = all_clauses(said) or said
    worth = [in_common(plain, piece) for piece in pieces]
    best = max(range(len(pieces)), key=lambda at: worth[at])
    if worth[best] >= 0.6:
        return pieces[best]
    nth = _NTH_PIECE.search(plain)
    if nth and _NUMERALS[nth[1]] <= len(pieces):
        many = said if len(said) >= _NUMERALS[nth[1]] and len(said) > 1 else pieces
        return many[_NUMERALS[nth[1]] - 1]
    if _FIRST_PIECE.search(plain):
        return said[0] if len(said) > 1 else pieces[0]
    if pattern("piece-last").search(plain) or len(said) > 1:
        return said[-1] if len(said) > 1 else pieces[-1]
    return said[-1]
