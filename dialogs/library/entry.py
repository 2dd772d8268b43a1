"""One answer of the library, and the shelf that all of them stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from dialogs.texts import CHINESE, phrase

ENTRIES: list[Entry] = []
# "~6" and "~1-6" of questions.txt: so many characters of one clause.
WITHIN = re.compile(r"~(?:(\d+)-)?(\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer: the phrase "about.name".

    topic: of the reading of messages. words: what a question has that means this entry,
    over a `normal` text. general: answers the topic where no entry's words are heard.
    """

    name: str
    topic: str
    words: re.Pattern[str]
    general: bool = False

    @property
    def phrase(self) -> str:
        return f"about.{self.name}"

    @property
    def takes(self) -> frozenset[str]:
        """Names of the parameters of its phrase."""
        parsed = Formatter().parse(CHINESE[self.phrase])
        return frozenset(name for _, name, _, _ in parsed if name)

    def covered(self, plain: str) -> int:
        """How many characters of a `normal` text its words cover."""
        return sum(len(found[0]) for found in self.words.finditer(plain))


def entry(name: str, topic: str, chinese: str, *, general: bool = False) -> None:
    """Put an answer on the shelf; its words stand in questions.txt."""
    shelve(Entry(name, topic, _compiled(_words()[name]), general), chinese)


def shelve(one: Entry, chinese: str) -> None:
    phrase(one.phrase, chinese)
    ENTRIES.append(one)


@cache
def _words() -> Mapping[str, str]:
    """Name of an entry → its expressions."""
    text = (files(__package__) / "questions.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    blocks = re.split(r"^\[", "\n".join(lines), flags=re.M)
    sections = [block.partition("]\n") for block in blocks]
    return {name: body for name, _, body in sections if body}


def _compiled(expressions: str) -> re.Pattern[str]:
    one = "|".join(expressions.split())
    return re.compile(WITHIN.sub(_within, one))


def _within(found: re.Match[str]) -> str:
    return f"[^,。?]{{{found[1] or 0},{found[2]}}}"
