"""Words as they sound: characters that take each other's place in dictation are one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[int, int]:
    """Each character → the first of those that sound like it (sounds.txt)."""
    text = (files(__package__) / "sounds.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {ord(other): ord(line[0]) for line in lines for other in line[1:]}


def sound(plain: str) -> str:
    """A `normal` text with one character for each sound, as long as it was."""
    return plain.translate(_table())
