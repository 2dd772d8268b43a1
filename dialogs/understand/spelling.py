"""One spelling for all, as long as the text was: positions found in it hold in the
original.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from dialogs.understand.wordfile import wordlist

# Slips of the keyboard and of dictation, both sides of one length. Only such as cannot
# be meant otherwise.
SLIPS = tuple(
    (slip, meant) for slip, meant in (one.split("=") for one in wordlist("slips"))
)


@cache
def _table() -> dict[int, str]:
    """Full width to half, capitals to small, traditional to simplified (OpenCC
    TSCharacters, Apache-2.0).
    """
    traditional, simplified = (
        (files(__package__) / "traditional.txt").read_text("utf-8").split("\n")[:2]
    )
    table = {ord(old): new for old, new in zip(traditional, simplified, strict=True)}
    table.update({0xFF01 + i: chr(0x21 + i) for i in range(94)})
    table.update({ord("A") + i: chr(ord("a") + i) for i in range(26)})
    table.update({0xFF21 + i: chr(ord("a") + i) for i in range(26)})
    table.update({ord("\u3000"): " ", ord("\n"): " ", ord("\t"): " ", ord("\r"): " "})
    table.update(
        {ord("，"): ",", ord("；"): ";", ord("："): ":", ord("！"): "!", ord("？"): "?"}
    )
    return table


def normal(text: str) -> str:
    """Return `text` in one spelling, as long as it was, code point for code point."""
    text = text.translate(_table())
    for slip, meant in SLIPS:
        if slip in text:
            text = text.replace(slip, meant)
    return text
