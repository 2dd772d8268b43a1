"""Texts that are searched, and what a search comes to. It is found in an index
(`search_index.py`), or where there is none, by looking through all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class IndexedText:
    """One text that is to be found.

    id: its own; group: what is shown where it is found, several texts may have the
    same; both random bytes. at: of the group, seconds since 1970: the newest hits come
    first. reserved: it counts for those alone who see all. text: folded, as the words
    of a query are.
    """

    id: bytes
    group: bytes
    at: int
    reserved: bool
    text: str

    @property
    def rank(self) -> int:
        """The greatest comes first. Within the same second chance decides, always in
        the same way: the group's id.
        """
        return self.at << 32 | int.from_bytes(self.group[:4], "big")


@dataclass(frozen=True, slots=True)
class Hit:
    """A group, and that of its texts by which it was found."""

    group: bytes
    id: bytes


@dataclass(frozen=True, slots=True)
class Hits:
    """The first groups that were found, and how many there are in all."""

    found: Sequence[Hit]
    total: int


def has_all(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def hits_among(having: Iterable[IndexedText], most: int) -> Hits:
    """The same from texts that all have the words, as `TextIndex.find` answers."""
    of_group: dict[bytes, IndexedText] = {}
    for one in having:
        of_group[one.group] = one
    ordered = sorted(of_group.values(), key=lambda one: one.rank, reverse=True)
    return Hits([Hit(one.group, one.id) for one in ordered[:most]], len(ordered))
