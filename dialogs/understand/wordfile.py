"""Word lists of this package: lines "[name] head head", each followed by words, parted
by white space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Section:
    """One list: what stands after its name on the head line, and its words."""

    name: str
    head: tuple[str, ...]
    words: tuple[str, ...]


@cache
def sections(file: str) -> tuple[Section, ...]:
    """All lists of a file of this package, in order."""
    text = (files("dialogs.understand") / file).read_text("utf-8")
    return tuple(_section(block) for block in text.split("\n["))


def _section(block: str) -> Section:
    """One list, with or without the bracket that opens its head line."""
    head_line, _, body = block.lstrip("[").partition("\n")
    name, _, head = head_line.partition("]")
    each_once = dict.fromkeys(body.split())
    return Section(name, tuple(head.split()), tuple(each_once))


@cache
def wordlist(name: str) -> tuple[str, ...]:
    """The words of one list of names.txt."""
    return next(
        section.words for section in sections("names.txt") if section.name == name
    )
