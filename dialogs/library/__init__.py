"""What people ask in between, and the answers: a small library in our own words.

`answer_to(words, topic)` is pure: the certificates that a question names come first,
then the entry whose words cover most of it, then the general answer to its topic. Where
nothing fits it says so: no answer is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import dialogs.library.course
import dialogs.library.duties
import dialogs.library.scope
import dialogs.library.terms
import dialogs.library.us
import dialogs.library.ways  # noqa: F401 - the shelves are filled by being read
from dialogs.library.certificates import certificate_in, items, name_in
from dialogs.library.entry import ENTRIES, Entry
from dialogs.texts import phrase
from dialogs.understand.spelling import normal
from dialogs.words import Params

__all__ = ["LibraryAnswer", "answer_to"]

phrase(
    "about.other",
    "这个我答不上来。想反映的事，直接说一句话就行；要看能做什么，说“帮助”。",
)
phrase("about.not_there", "不在了，这里什么都没留。想反映，直接说一句话就行。")
READ_AT_MOST = 300  # characters of a question
OF_THE_TOPIC = 2  # characters that the topic is worth, where any words are heard
ENOUGH = 2  # characters of a question that an entry's words must cover at least


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """The phrase that answers, and its own parameters; others, such as the times that
    the rules give, are named by `takes`.
    """

    phrase: str
    params: Params
    takes: frozenset[str] = frozenset()


def answer_to(words: str, topic: str = "other") -> LibraryAnswer:
    """The answer to a question: any string. topic: as the message was read. Never
    raises.
    """
    words = words[:READ_AT_MOST]
    found = _by_words(normal(words), topic)
    about_one = _certificate(words, found)
    if about_one is not None:
        return about_one
    if found is None:
        found = _general(topic)
    if found is None:
        return LibraryAnswer("about.other", {})
    return LibraryAnswer(found.phrase, _list_params(found.takes), found.takes)


def _by_words(plain: str, topic: str) -> Entry | None:
    """The entry whose words cover most of a question; of two that cover as much, the
    one of the topic.
    """
    weights = {one.name: _weight(one, plain, topic) for one in ENTRIES}
    best = max(ENTRIES, key=lambda one: weights[one.name])
    return best if weights[best.name] >= ENOUGH else None


def _weight(one: Entry, plain: str, topic: str) -> float:
    covered = one.covered(plain)
    is_of_topic = one.topic == topic != "other"
    return covered + OF_THE_TOPIC if covered and is_of_topic else covered


def _general(topic: str) -> Entry | None:
    return next((one for one in ENTRIES if one.general and one.topic == topic), None)


def _certificate(words: str, found: Entry | None) -> LibraryAnswer | None:
    """Whose job a certificate is; None where the words speak of none, of all, or of
    something else besides.
    """
    if found is not None and found.name == "certificates":
        return None
    item = certificate_in(words)
    if item is not None:
        told = {"title": item.short_title, "number": item.number}
        return LibraryAnswer(
            "about.certificate", _list_params() | told | {"lead": item.lead_unit}
        )
    is_else = found is not None and found.name not in ("whose_job", "outside")
    name = None if is_else else name_in(words)
    if name is None:
        return None
    return LibraryAnswer(
        "about.certificate_unlisted", _list_params() | {"called": name}
    )


def _list_params(takes: Iterable[str] = ("count", "basis")) -> dict[str, Any]:
    """What is told of the list itself, as far as it is asked for."""
    told = {"count": len(items()), "basis": items()[0].basis}
    return {name: value for name, value in told.items() if name in takes}
