"""Receipts: the secret a reporter keeps, and the only key to a report's status.

A receipt is 16 symbols of Crockford's base32, written 4×4: 15 random ones (75 bits) and
a Luhn-mod-32 check symbol. The check finds every mistyped symbol, and every swap of
neighbours but that of `0` and `Z` (worth 0 and 31).
"""

import hmac
import re
import secrets
import unicodedata

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_WORTH = {symbol: worth for worth, symbol in enumerate(SYMBOLS)}
_MISREAD = str.maketrans("OIL", "011")
_GROUP_GAP = r"[\s\-_.·]"
_GROUP_GAPS = re.compile(rf"{_GROUP_GAP}+")
# a quick look first, before the text is folded
_MAYBE = re.compile(r"(?:[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]{4}[\W_]{0,6}){4}")
_DASHES = re.compile(r"[‐‑‒–—―−﹣－ー─━~～]|[\u200b-\u200f\u2060\ufeff]")
_INSIDE = re.compile(
    r"(?<![0-9A-Z])"
    rf"(?=([0-9A-Z]{{4}}(?:{_GROUP_GAP}{{0,3}}[0-9A-Z]{{4}}){{3}})(?![0-9A-Z]))"
)


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


def find(text: str) -> str | None:
    """The first receipt inside a sentence, as `new` wrote it; None if there is none.

    It must stand in groups of four or in one piece, and have a digit and a letter.
    """
    for candidate in _candidates(text):
        try:
            return read(candidate)
        except MalformedReceipt:
            continue
    return None


def resembles(text: str) -> bool:
    """Whether a receipt was meant: four groups with dashes.

    Where `find` finds none in such a text, it was mistyped.
    """
    return any(candidate.count("-") >= 3 for candidate in _candidates(text))


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


def _candidates(text: str) -> list[str]:
    if not _MAYBE.search(text):
        return []
    groups = [match[1] for match in _INSIDE.finditer(_plain(text))]
    return [
        candidate
        for candidate in groups
        if re.search("[0-9]", candidate) and re.search("[A-Z]", candidate)
    ]


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
