"""Receipts: the secret a reporter keeps, and the only key to a report's status.

A receipt is 16 symbols of Crockford's base32, written 4×4: 15 random ones (75 bits) and
a Luhn-mod-32 check symbol. The check finds every mistyped symbol, and every swap of
neighbours but that of `0` and `Z` (worth 0 and 31).
"""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_WORTH = {symbol: worth for worth, symbol in enumerate(SYMBOLS)}
_MISREAD = str.maketrans("OIL", "011")
_GROUP_GAP = r"[\s\-_.·]"
_GROUP_GAPS = re.compile(rf"{_GROUP_GAP}+")
# a quick look first, before the text is folded
_SYMBOL = r"0-9A-Za-z\u2460-\u24ff\uff10-\uff5a\U0001f110-\U0001f189"
_MAYBE = re.compile(rf"(?:[{_SYMBOL}][^{_SYMBOL}\u4e00-\u9fff]{{0,7}}){{15}}")
_DASHES = re.compile(r"[‐‑‒–—―−﹣－ー─━~～]|[\u200b-\u200f\u2060\ufeff]")
# What people put between the groups, or between the symbols.
_GAP = r"[^0-9A-Z\u4e00-\u9fff\n]"
_RUN = re.compile(rf"[0-9A-Z](?:{_GAP}{{0,3}}\n?{_GAP}{{0,3}}[0-9A-Z])+")
_GROUP = re.compile(r"[0-9A-Z]+")
_BOTH = re.compile(r"[0-9]+[A-Z]|[A-Z]+[0-9]")
_ADDRESS = re.compile(
    r"(?:HTTPS?:|WWW\.)[!-~]*|[!-~]+@[!-~]+|(?:[0-9A-F]{1,4}:){5,7}[0-9A-F]{1,4}"
)
_SPOKEN_OF = re.compile(r"回执|凭证码|查询码|RECEIPT")
_READ_AT_MOST = 6000  # characters: no text is longer that a dialog takes
_NEGATIVE = {
    first + at: chr(ord("A") + at)
    for first in (0x1F130, 0x1F150, 0x1F170)
    for at in range(26)
}  # letters in black circles and squares, which NFKC leaves as they are


class MalformedReceipt(ValueError):
    """No receipt: wrong length, wrong symbol, or the check symbol does not fit.

    The message repeats nothing of what was typed.
    """


def new() -> str:
    """A fresh receipt, written `XXXX-XXXX-XXXX-XXXX`.

    It has a digit and a letter, so that neither a card number nor words are taken for
    one; that costs 0.01 bits.
    """
    while True:
        body = "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH - 1))
        if body.isdigit() or body.isalpha():
            continue
        check_symbol = SYMBOLS[-_luhn_sum(body + "0") % 32]
        return _written(body + check_symbol)


def read(text: str) -> str:
    """The receipt as `new` wrote it, from whatever a person typed.

    Case, spaces, dashes and full-width symbols do not matter; O is read as 0, I and L
    as 1.

    Raises: MalformedReceipt.
    """
    symbols = _GROUP_GAPS.sub("", _plain(text)).translate(_MISREAD)
    is_spelt_right = len(symbols) == LENGTH and all(map(_WORTH.__contains__, symbols))
    if not is_spelt_right or _luhn_sum(symbols) % 32 != 0:
        raise MalformedReceipt("not a receipt")
    return _written(symbols)


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """A receipt inside a text: code points [start, end), and the receipt as `new` wrote
    it; None where it was mistyped.
    """

    start: int
    end: int
    receipt: str | None


def find_all(text: str) -> tuple[FoundReceipt, ...]:
    """All receipts inside a text, in order, mistyped ones too.

    They may stand in groups of four, in one piece or symbol by symbol, with anything
    between but words; full width, in circles. What follows 6000 characters is not read.
    """
    text = text[:_READ_AT_MOST]
    if not _MAYBE.search(text):
        return ()
    folded, places = _folded(text)
    addresses = [match.span() for match in _ADDRESS.finditer(folded)]
    is_spoken_of = _SPOKEN_OF.search(folded) is not None
    found: list[FoundReceipt] = []
    for run in _RUN.finditer(folded):
        in_address = any(start <= run.start() < end for start, end in addresses)
        if in_address or not any(map(run[0].__contains__, "0123456789")):
            continue
        for start, end, receipt in _in_run(run, is_spoken_of=is_spoken_of):
            found.append(FoundReceipt(places[start], places[end - 1] + 1, receipt))
    return tuple(found)


def find(text: str) -> str | None:
    """The first receipt inside a sentence, as `new` wrote it; None if there is none."""
    return next((one.receipt for one in find_all(text) if one.receipt), None)


def resembles(text: str) -> bool:
    """Whether a receipt was meant that was mistyped."""
    return any(one.receipt is None for one in find_all(text))


def fingerprint(receipt: str, key: bytes) -> bytes:
    """Turn a receipt into what we keep in its place; equal receipts give equal bytes.

    Args:
        receipt: in any spelling that `read` takes.
        key: 32 secret bytes of purpose "receipt", never in the database.
    Returns: 32 bytes. Fast: with 75 bits nobody guesses, so no slow derivation is
        needed.
    Raises: MalformedReceipt.
    Source: HMAC-SHA256, RFC 2104.
    """
    return hmac.digest(key, read(receipt).encode(), "sha256")


_Group = re.Match[str]
_Piece = tuple[int, int, str | None]  # start, end, the receipt or None if mistyped


def _in_run(run: re.Match[str], *, is_spoken_of: bool) -> list[_Piece]:
    """The receipts among symbols that only gaps part: those that fit first, then what
    is nearly one in the rest.
    """
    groups = [*_GROUP.finditer(run.string, run.start(), run.end())]
    found: list[_Piece] = []
    rest: list[_Group] = []
    at = 0
    while at < len(groups):
        window = _fits_at(groups, at)
        if window:
            found += _mistyped(rest, is_spoken_of=is_spoken_of)
            found.append(_piece(window, read(_symbols(window))))
            rest = []
            at += len(window)
        else:
            rest.append(groups[at])
            at += 1
    return [*found, *_mistyped(rest, is_spoken_of=is_spoken_of)]


def _fits_at(groups: Sequence[_Group], at: int) -> Sequence[_Group]:
    """The groups from here that together are a receipt; none where they are not."""
    length = 0
    for end in range(at, min(at + LENGTH, len(groups))):
        length += len(groups[end][0])
        if length >= LENGTH:
            window = groups[at : end + 1]
            return window if length == LENGTH and _is_valid(window) else ()
    return ()


def _is_valid(groups: Sequence[_Group]) -> bool:
    symbols = _symbols(groups).translate(_MISREAD)
    if not (_has_both(symbols) and _is_even(groups)):
        return False
    known = all(map(_WORTH.__contains__, symbols))
    return known and _luhn_sum(symbols) % 32 == 0


def _is_even(groups: Sequence[_Group]) -> bool:
    """In groups of four, in halves, in one piece or symbol by symbol; whole words that
    have 16 letters together are none.
    """
    sizes = {len(group[0]) for group in groups}
    if sizes <= {4, 8, 12, 16}:
        return True
    words = [group for group in groups if len(group[0]) > 2 and group[0].isalpha()]
    return sizes <= {1, 2, 3, 4} and not words


def _mistyped(groups: Sequence[_Group], *, is_spoken_of: bool) -> list[_Piece]:
    """What was meant as a receipt among these, and is none."""
    found: list[_Piece] = []
    at = 0
    while at < len(groups):
        window = _nearly_at(groups, at, is_spoken_of=is_spoken_of)
        if window:
            found.append(_piece(window, None))
        at += len(window) or 1
    return found


def _nearly_at(
    groups: Sequence[_Group], at: int, *, is_spoken_of: bool
) -> Sequence[_Group]:
    """Four groups of which some are mixed of digits and letters, or as many symbols in
    one piece or one by one; one too few or too many is a slip, too.
    """
    one = groups[at : at + 1]
    if _is_near(one, is_spoken_of=is_spoken_of):
        return one
    four = groups[at : at + 4]
    mixed = sum(_has_both(group[0]) for group in four)
    if len(four) == 4 and all(3 <= len(group[0]) <= 5 for group in four):
        length = len(_symbols(four))
        exact = length == LENGTH and all(len(group[0]) == 4 for group in four)
        dashed = exact and _is_dashed(four) and _has_both(_symbols(four))
        near = abs(length - LENGTH) <= 1
        if dashed or (exact and mixed >= 1) or (near and mixed >= 2):
            return four
    single = _singles_from(groups, at)
    if abs(len(single) - LENGTH) <= 1 and _has_both(_symbols(single)):
        return single
    return ()


def _singles_from(groups: Sequence[_Group], at: int) -> Sequence[_Group]:
    """The groups of one symbol each that stand in a row from here."""
    end = at
    while end < len(groups) and len(groups[end][0]) == 1:
        end += 1
    return groups[at:end]


def _is_near(groups: Sequence[_Group], *, is_spoken_of: bool) -> bool:
    """Whether this one piece was meant as a receipt."""
    symbols = _symbols(groups)
    digits = sum(map(str.isdigit, symbols))
    letters = len(symbols) - digits
    if len(symbols) == LENGTH:
        return digits >= 2 and letters >= 2
    near = abs(len(symbols) - LENGTH) == 1
    return is_spoken_of and near and digits >= 2 and letters >= 2


def _is_dashed(groups: Sequence[_Group]) -> bool:
    text = groups[0].string
    gaps = [text[one.end() : next.start()] for one, next in pairwise(groups)]
    return all("-" in gap for gap in gaps)


def _symbols(groups: Sequence[_Group]) -> str:
    return "".join(group[0] for group in groups)


def _has_both(symbols: str) -> bool:
    return _BOTH.match(symbols) is not None


def _piece(groups: Sequence[_Group], receipt: str | None) -> _Piece:
    return groups[0].start(), groups[-1].end(), receipt


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in plain capitals, dashes alike; and where each of its code points
    stands in the text.
    """
    folded: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text.translate(_NEGATIVE)):
        plain = _plain(character) if character > "\x7f" else character.upper()
        folded.append(plain)
        places += [at] * len(plain)
    return "".join(folded), places


def _plain(text: str) -> str:
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())


def _written(symbols: str) -> str:
    return "-".join(symbols[start : start + 4] for start in range(0, LENGTH, 4))


def _luhn_sum(symbols: str) -> int:
    """Luhn's sum in base 32.

    Every second symbol, counted from the end, is doubled and its digits added.
    """
    worths = [_WORTH[symbol] for symbol in reversed(symbols)]
    doubled = [sum(divmod(2 * worth, 32)) for worth in worths[1::2]]
    return sum(worths[::2]) + sum(doubled)
