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
_ALL = re.compile(r"全|都|所有|统统|通通|一律|清空|侪|拢|一张(?:都|也)?(?:不|别)")
_KEPT = re.compile(r"留(?!一?个)(?!言)|保留|不动|别动|照旧")
_NTH = re.compile(
    rf"第\s*{_N}(?!张都|张图都)|(?:图|照片|pic|p|no\.?)\s*{_N}(?!张)"
    rf"|{_N}\s*(?:号|#)(?!楼|院)|{_N}图"
)
_BOTH = re.compile(
    rf"{_N}(?:张|号|幅)?[、,和跟与及搭同]*(?:第)?{_N}(?:张|号|幅|两张|俩)?"
)
_FIRST_FEW = re.compile(r"(?:前|头|首)(?:面)?(?:的)?([两俩2二三3仨])(?:张|幅|个)")
_LAST_FEW = re.compile(r"(?:后|末)(?:面|头|尾)?(?:的)?([两俩2二三3仨])(?:张|幅|个)")
_SO_MANY = re.compile(rf"{_N}\s*(?:张|幅)")
_FIRST_PIECE = re.compile(
    r"第[一1](?:句|段|条|行)|首(?:句|段|条|行)|开头|头一?(?:句|段|条|行)|最前|最开始|打头|前(?:一|面|头)(?:那)?(?:句|段)"
)
# What stands before these words tells which piece is meant.
_NAMED = re.compile(
    r"(.{1,12}?)(?:那|这|格)(?:半|一)?(?:句|段|条|桩|话|几个字|[二两三]个字)"
)
_NTH_PIECE = re.compile(rf"第{_N}(?:句|段|条|行)")


def removal(plain: str, moment: Moment, what: str) -> dict[str, Any]:
    """The args of a removal. what: picture, text or field."""
    if what == "picture":
        count = moment.draft.pictures if moment.draft else 0
        return {"what": "picture", "n": _picture(plain, count)}
    field = _field(plain, moment)
    if what == "field" and field is not None:
        return {"what": "field", "field": field}
    return {"what": "text", "quote": quoted(plain, moment)}


def _picture(plain: str, count: int) -> int | list[int] | str:
    """Which picture: its number, several, or "all"."""
    few = _FIRST_FEW.search(plain)
    if few:
        return list(range(1, _NUMERALS[few[1]] + 1))
    few = _LAST_FEW.search(plain)
    if few and count >= _NUMERALS[few[1]]:
        return list(range(count - _NUMERALS[few[1]] + 1, count + 1))
    wanted = sorted(_numbers(plain, count))
    if len(wanted) == 1:
        return wanted[0]
    if wanted:
        return wanted
    so_many = _SO_MANY.search(plain)
    is_all = _ALL.search(plain) or (so_many and _NUMERALS[so_many[1]] == count)
    if is_all or count != 1:
        return "all"
    return 1


def _numbers(plain: str, count: int) -> set[int]:
    """The pictures that are named by their number or place."""
    found: set[int] = set()
    for part in re.split(r"[,，。;；\s]+", plain):
        if _KEPT.search(part) and not re.search(r"删|去掉|不要|撤|拿", part):
            continue
        found |= {int(_NUMERALS[n]) for nth in _NTH.findall(part) for n in nth if n}
        found |= _at_ends(part, count) if len(found) < 2 else set()
        if not found:
            both = _BOTH.search(part)
            found |= {_NUMERALS[both[1]], _NUMERALS[both[2]]} if both else set()
    return found


def _at_ends(part: str, count: int) -> set[int]:
    """The pictures that are named as the first, the last, the middle one."""
    places = {"first": 1, "last": max(count, 1), "middle": (max(count, 1) + 1) // 2}
    if re.search(r"倒数第(?:二|2)", part):
        return {max(count - 1, 1)}
    return {
        n for place, n in places.items() if pattern(f"picture-{place}").search(part)
    }


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
    named = _NAMED.match(plain)
    for words, least in ((named[1] if named else "", 0.3), (plain, 0.6)):
        worth = [in_common(words, piece) for piece in pieces]
        best = max(range(len(pieces)), key=lambda at: worth[at])
        if worth[best] >= least:
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
