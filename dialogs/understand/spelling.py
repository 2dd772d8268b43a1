"""One spelling for all, as long as the text was: positions found in it hold in the
original.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase

from dialogs.understand.wordfile import wordlist

# Slips of the keyboard and of dictation, both sides of one length. Only such as cannot
# be meant otherwise.
SLIPS = tuple(slip.split("=") for slip in wordlist("slips"))

_HALF_WIDTH = "".join(map(chr, range(ord("!"), ord("~") + 1)))
_FULL_WIDTH = "".join(map(chr, range(ord("！"), ord("～") + 1)))


@cache
def _table() -> dict[int, int]:
    """Full width to half, capitals to small, traditional to simplified (OpenCC
    TSCharacters, Apache-2.0).
    """
    lines = (files(__package__) / "traditional.txt").read_text("utf-8").split("\n")
    traditional, simplified = lines[:2]
    return {
        **str.maketrans(traditional, simplified),
        **str.maketrans(_FULL_WIDTH, _HALF_WIDTH.lower()),
        **str.maketrans(ascii_uppercase, ascii_lowercase),
        **str.maketrans("\u3000\n\t\r", "    "),
    }


def normal(text: str) -> str:
    """Return `text` in one spelling, as long as it was, code point for code point."""
    text = text.translate(_table())
    for slip, meant in SLIPS:
        if slip in text:
            text = text.replace(slip, meant)
    return text
