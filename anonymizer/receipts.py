"""Receipts: the secret a reporter keeps, and the only key to a report's status.

A receipt is 16 symbols of Crockford's base32, written 4×4: 15 random ones (75 bits) and
a Luhn-mod-32 check symbol. The check finds every mistyped symbol, and every swap of
neighbours but that of `0` and `Z` (worth 0 and 31).
"""

import hmac
import re
import secrets
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_WORTH = {symbol: worth for worth, symbol in enumerate(SYMBOLS)}
_DOUBLED = [sum(divmod(2 * worth, 32)) for worth in range(32)]  # by worth, for Luhn
# the same by the symbol's byte: a text of thousands of symbols is summed up at once
_WORTHS = bytes(_WORTH.get(chr(code), 0) for code in range(256))
_DOUBLED_WORTHS = bytes(_DOUBLED[worth] for worth in _WORTHS)
_IS_DIGIT = bytes(code in b"0123456789" for code in range(256))
_IS_UNKNOWN = bytes(chr(code) not in _WORTH for code in range(256))
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
_ANY_DIGIT = re.compile(r"[0-9]")
_ANY_LETTER = re.compile(r"[A-Z]")
_BOTH = re.compile(r"[0-9]+[A-Z]|[A-Z]+[0-9]")
_ADDRESS = re.compile(  # looked for once in each piece, not from each of its characters
    r"(?:HTTPS?:|WWW\.)[!-~]*|(?<![!-~])[!-~]+@[!-~]+|(?:[0-9A-F]{1,4}:){5,7}[0-9A-F]{1,4}"
)
# of a group by which a receipt was meant: one by one, in fours, in one piece; a slip
_NEAR_SIZES = frozenset((1, 3, 4, 5, LENGTH - 1, LENGTH, LENGTH + 1))
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
    begins = [start for start, _ in addresses]
    is_spoken_of = _SPOKEN_OF.search(folded) is not None
    found: list[FoundReceipt] = []
    for run in _RUN.finditer(folded):
        before = bisect_right(begins, run.start())
        in_address = before > 0 and run.start() < addresses[before - 1][1]
        if in_address or not _may_hold(run[0]):
            continue
        for start, end, receipt in _in_run(run, is_spoken_of=is_spoken_of):
            found.append(FoundReceipt(places[start], places[end - 1] + 1, receipt))
    return tuple(found)


def _may_hold(run: str) -> bool:
    """Every receipt, mistyped or not, has a digit and a letter."""
    return _ANY_DIGIT.search(run) is not None and _ANY_LETTER.search(run) is not None


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


_Piece = tuple[int, int, str | None]  # start, end, the receipt or None if mistyped


class _Run:
    """Symbols that only gaps part, in groups; sums are taken once, so that each place
    is looked at in the same few steps, however long the run is.
    """

    def __init__(self, run: re.Match[str]) -> None:
        self.text = run.string
        self.groups = [
            one.span() for one in _GROUP.finditer(run.string, run.start(), run.end())
        ]
        self.sizes = [end - start for start, end in self.groups]
        self.begins = [0, *accumulate(self.sizes)]  # of each group among the symbols
        self.symbols = "".join(run.string[start:end] for start, end in self.groups)
        self.group_at = {begin: at for at, begin in enumerate(self.begins)}
        self.singles = self._singles()
        self._sum()

    def _singles(self) -> list[int]:
        """How many groups of one symbol stand in a row from each group on."""
        singles = [0] * (len(self.sizes) + 1)
        for at in range(len(self.sizes) - 1, -1, -1):
            if self.sizes[at] == 1:
                singles[at] = singles[at + 1] + 1
        return singles

    def _sum(self) -> None:
        """Up to each symbol: digits, symbols that no receipt has, and Luhn's sum, with
        every second symbol doubled from the first or from the second on.
        """
        plain = self.symbols.translate(_MISREAD)
        written = plain.encode("ascii")
        worths = written.translate(_WORTHS)
        doubled = written.translate(_DOUBLED_WORTHS)
        from_first = bytearray(worths)
        from_first[::2] = doubled[::2]
        from_second = bytearray(worths)
        from_second[1::2] = doubled[1::2]
        self._plain = plain
        self._digits = [0, *accumulate(written.translate(_IS_DIGIT))]
        self._unknown = [0, *accumulate(written.translate(_IS_UNKNOWN))]
        self._luhn = [0, *accumulate(from_first)], [0, *accumulate(from_second)]

    def fits_at(self, at: int) -> int:
        """The group behind those that together are a receipt from here; 0: none are."""
        begin = self.begins[at]
        end = begin + LENGTH
        behind = self.group_at.get(end)
        if behind is None or self._unknown[end] > self._unknown[begin]:
            return 0
        digits = self._digits[end] - self._digits[begin]
        if digits in (0, LENGTH):
            return 0
        sums = self._luhn[begin % 2]
        if (sums[end] - sums[begin]) % 32 != 0:
            return 0
        return behind if self._is_even(at, behind) else 0

    def _is_even(self, at: int, behind: int) -> bool:
        """In groups of four, in halves, in one piece or symbol by symbol; whole words
        that have 16 letters together are none.
        """
        sizes = set(self.sizes[at:behind])
        if sizes <= {4, 8, 12, 16}:
            return True
        pieces = map(self.piece, range(at, behind))
        has_words = any(len(piece) > 2 and piece.isalpha() for piece in pieces)
        return sizes <= {1, 2, 3, 4} and not has_words

    def nearly_at(self, at: int, end: int, *, is_spoken_of: bool) -> int:
        """How many groups from here, of those before `end`, were meant as a receipt.

        Four groups of which some are mixed of digits and letters, or as many symbols
        in one piece or one by one; one too few or too many is a slip, too.
        """
        size = self.sizes[at]
        if size not in _NEAR_SIZES:
            return 0
        if abs(size - LENGTH) <= 1 and self._is_near(at, is_spoken_of=is_spoken_of):
            return 1
        if 3 <= size <= 5 and at + 4 <= end and self._are_near(at):
            return 4
        count = min(self.singles[at], end - at)
        if abs(count - LENGTH) <= 1 and _has_both(self._between(at, at + count)):
            return count
        return 0

    def _is_near(self, at: int, *, is_spoken_of: bool) -> bool:
        """Whether this one piece was meant as a receipt."""
        symbols = self.piece(at)
        digits = sum(map(str.isdigit, symbols))
        letters = len(symbols) - digits
        has_both = digits >= 2 and letters >= 2
        return has_both and (len(symbols) == LENGTH or is_spoken_of)

    def _are_near(self, at: int) -> bool:
        """Whether these four pieces were."""
        sizes = self.sizes[at : at + 4]
        if not all(3 <= size <= 5 for size in sizes):
            return False
        mixed = sum(_has_both(self.piece(one)) for one in range(at, at + 4))
        is_exact = sizes == [4, 4, 4, 4]
        is_near = abs(sum(sizes) - LENGTH) <= 1
        if (is_exact and mixed >= 1) or (is_near and mixed >= 2):
            return True
        is_dashed = is_exact and self._is_dashed(at)
        return is_dashed and _has_both(self._between(at, at + 4))

    def _is_dashed(self, at: int) -> bool:
        four = self.groups[at : at + 4]
        gaps = [self.text[one[1] : following[0]] for one, following in pairwise(four)]
        return all("-" in gap for gap in gaps)

    def piece(self, at: int) -> str:
        start, end = self.groups[at]
        return self.text[start:end]

    def _between(self, at: int, behind: int) -> str:
        return self.symbols[self.begins[at] : self.begins[behind]]

    def receipt(self, at: int) -> str:
        begin = self.begins[at]
        return _written(self._plain[begin : begin + LENGTH])

    def found(self, at: int, behind: int, receipt: str | None) -> _Piece:
        return self.groups[at][0], self.groups[behind - 1][1], receipt


def _in_run(match: re.Match[str], *, is_spoken_of: bool) -> list[_Piece]:
    """The receipts among symbols that only gaps part: those that fit first, then what
    is nearly one in the rest.
    """
    run = _Run(match)
    found: list[_Piece] = []
    rest = 0  # the first group that is in no receipt yet
    at = 0
    while at < len(run.groups):
        behind = run.fits_at(at)
        if behind:
            found += _mistyped(run, rest, at, is_spoken_of=is_spoken_of)
            found.append(run.found(at, behind, run.receipt(at)))
            rest = behind
            at = behind
        else:
            at += 1
    return [*found, *_mistyped(run, rest, at, is_spoken_of=is_spoken_of)]


def _mistyped(run: _Run, at: int, end: int, *, is_spoken_of: bool) -> list[_Piece]:
    """What was meant as a receipt among the groups before `end`, and is none."""
    found: list[_Piece] = []
    while at < end:
        count = run.nearly_at(at, end, is_spoken_of=is_spoken_of)
        if count:
            found.append(run.found(at, at + count, None))
        at += count or 1
    return found


def _has_both(symbols: str) -> bool:
    return _BOTH.match(symbols) is not None


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text in plain capitals, dashes alike; and where each of its code points
    stands in the text.
    """
    text = text.translate(_NEGATIVE)
    plain_of = {character: _plain_one(character) for character in set(text)}
    pieces = [plain_of[character] for character in text]
    if all(len(plain) == 1 for plain in plain_of.values()):
        return "".join(pieces), range(len(pieces))
    places: list[int] = []
    for at, plain in enumerate(pieces):
        places += [at] * len(plain)
    return "".join(pieces), places


@lru_cache(maxsize=4096)
def _plain_one(character: str) -> str:
    return character.upper() if character.isascii() else _plain(character)


def _plain(text: str) -> str:
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())


def _written(symbols: str) -> str:
    return "-".join(symbols[start : start + 4] for start in range(0, LENGTH, 4))


def _luhn_sum(symbols: str) -> int:
    """Luhn's sum in base 32.

    Every second symbol, counted from the end, is doubled and its digits added.
    """
    worths = [_WORTH[symbol] for symbol in reversed(symbols)]
    doubled = [_DOUBLED[worth] for worth in worths[1::2]]
    return sum(worths[::2]) + sum(doubled)
