"""Receipt codes in a message, mistyped ones too: 16 letters and digits, however they
are parted. Whether one is genuine is not asked here.
"""

from __future__ import annotations

import re
import unicodedata

LENGTH = 16
_READ_AT_MOST = 2000  # characters of a message that are looked through

_GAP = r"[\s\-_.·()（）,，、/／:：;；。|~'`“”‐‑‒–—―−─━﹣\u200b-\u200f\u2060\ufeff]"
# Symbols that stand so close that they are one code, however they are parted.
_RUN = re.compile(rf"[0-9A-Za-z](?:{_GAP}{{0,3}}[0-9A-Za-z])+")
_GAPS = re.compile(rf"{_GAP}+")
_HAS_BOTH = re.compile(r"(?=.*\d)(?=.*[A-Z])")
_NEGATIVE = {
    **{0x1F150 + at: chr(ord("A") + at) for at in range(26)},
    **{0x1F170 + at: chr(ord("A") + at) for at in range(26)},
}
_SPOKEN_OF = re.compile(r"回执|凭证|单号|查询码|编码|码")


def find_codes(text: str) -> tuple[str, ...]:
    """All codes of a message, in order: capitals, without blanks; most often none."""
    text = _folded(text[:_READ_AT_MOST])
    is_spoken_of = _SPOKEN_OF.search(text) is not None
    found: list[str] = []
    for run in _RUN.finditer(text):
        found += _codes_of_run(run.group(), is_spoken_of)
    return tuple(dict.fromkeys(found))


def without_codes(text: str) -> str:
    """What a message says beside its codes."""
    folded = _folded(text[:_READ_AT_MOST])
    kept = _RUN.sub(
        lambda run: "" if _codes_of_run(run.group(), True) else run[0], folded
    )
    return kept.strip()


def _folded(text: str) -> str:
    """Full width, circled and small letters as plain capitals."""
    return unicodedata.normalize("NFKC", text.translate(_NEGATIVE)).upper()


def _codes_of_run(run: str, is_spoken_of: bool) -> list[str]:
    """The codes of a run of symbols, most often one or none."""
    groups = _GAPS.split(run)
    symbols = "".join(groups)
    if _is_code(symbols, groups, is_spoken_of):
        return [symbols]
    found: list[str] = []
    for start in range(len(groups)):
        found += _codes_from(groups, start)
    return found


def _codes_from(groups: list[str], start: int) -> list[str]:
    """A code that begins with this group of a longer run."""
    if len(groups[start]) == LENGTH:
        pieces = groups[start : start + 1]
    else:
        pieces = groups[start : start + 4]
    symbols = "".join(pieces)
    even = len(pieces) == 1 or {len(piece) for piece in pieces} == {4}
    is_code = even and len(symbols) == LENGTH and _HAS_BOTH.match(symbols) is not None
    return [symbols] if is_code else []


def _is_code(symbols: str, groups: list[str], is_spoken_of: bool) -> bool:
    """Whether a whole run is one code; a symbol too few or too many is a slip."""
    digits = sum(symbol.isdigit() for symbol in symbols)
    is_mixed = digits >= 1 and len(symbols) - digits >= 1
    if not is_mixed:
        return False
    if len(symbols) == LENGTH:
        words = [group for group in groups if len(group) > 4 and group.isalpha()]
        return not words
    near = LENGTH - 1 <= len(symbols) <= LENGTH + 1
    in_groups = len(groups) == 4 and all(3 <= len(group) <= 5 for group in groups)
    return near and digits >= 2 and (in_groups or is_spoken_of)
