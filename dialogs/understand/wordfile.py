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
    found = []
    for block in (files("dialogs.understand") / file).read_text("utf-8").split("\n["):
        head, _, body = block.lstrip("[").partition("\n")
        name, _, rest = head.partition("]")
        found.append(
            Section(name, tuple(rest.split()), tuple(dict.fromkeys(body.split())))
        )
    return tuple(found)


def wordlist(name: str) -> tuple[str, ...]:
    """The words of one list of names.txt."""
    return next(
        section.words for section in sections("names.txt") if section.name == name
    )
