"""The arguments of an intent, from the words and the open question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dialogs.meaning.choices import choices_of, chosen_by_number, chosen_by_words
from dialogs.meaning.corrections import correction
from dialogs.meaning.cues import heard
from dialogs.meaning.emergencies import danger
from dialogs.meaning.moment import Intent, Moment
from dialogs.meaning.patterns import pattern
from dialogs.meaning.receipts import find_codes
from dialogs.meaning.removals import removal
from dialogs.understand.spelling import normal

_TOPICS = (
    ("receipt_lost", "lost"),
    ("retention", "keeps"),
    ("is_it_safe", "safe"),
    ("who_sees", "sees"),
    ("how_long", "long"),
    ("who_are_you", "who"),
    ("what_next", "next"),
    ("whose_job", "duty"),
    ("how_to", "how"),
)
_KINDS = ("abuse", "thanks", "greet")
_SATISFACTION = re.compile(r"满意")


def arguments(intent: Intent, text: str, moment: Moment) -> dict[str, Any]:
    """The args of a message that has this intent."""
    reader = _READERS.get(intent)
    return reader(text, moment) if reader else {}


def _receipt(text: str, moment: Moment) -> dict[str, Any]:
    codes = find_codes(text)
    return {"code": codes[0] if codes else ""}


def _emergency(text: str, moment: Moment) -> dict[str, Any]:
    counts = danger(normal(text))
    return {"number": max(counts, key=lambda number: counts[number], default="110")}


def _choose(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    choices = choices_of(moment.open)
    n = chosen_by_number(plain, choices) or chosen_by_words(plain, choices)
    return {"n": n or 1}


def _correct(text: str, moment: Moment) -> dict[str, Any]:
    found = correction(text, moment)
    return {"field": found.field, "value": found.value}


def _remove(text: str, moment: Moment) -> dict[str, Any]:
    return removal(normal(text), moment)


def _cancel(text: str, moment: Moment) -> dict[str, Any]:
    cues = heard(normal(text))
    if "keep" in cues and not re.search(
        r"别存|不存|不(?:用|要)(?:存|留)|别留|不留", normal(text)
    ):
        return {"mode": "keep"}
    return {"mode": "discard" if "discard" in cues else "unclear"}


def _rate(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    cues = heard(plain)
    asks_satisfied = _SATISFACTION.search(moment.open or "") is not None
    if "rate_mid" in cues:
        satisfied, solved = "mostly", "partly"
    elif "rate_bad" in cues or re.search(r"不(?:是很|太|怎么|大)?满意", plain):
        satisfied, solved = "no", "no"
    else:
        satisfied, solved = "yes", "yes"
    if asks_satisfied:
        return {"satisfied": satisfied}
    if _SATISFACTION.search(plain) and not re.search(r"解决|办|弄", plain):
        return {"satisfied": satisfied}
    return {"solved": solved}


def _rebound(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    if pattern("again").search(plain) and not re.search(r"没(?:再|有)?(?:又)", plain):
        return {"again": "yes"}
    return {"again": "no" if pattern("not-again").search(plain) else "yes"}


def _ask(text: str, moment: Moment) -> dict[str, Any]:
    cues = heard(normal(text))
    return {"topic": next((topic for topic, cue in _TOPICS if cue in cues), "other")}


def _social(text: str, moment: Moment) -> dict[str, Any]:
    cues = heard(normal(text))
    return {"kind": next((kind for kind in _KINDS if kind in cues), "chat")}


def _hold_back(text: str, moment: Moment) -> dict[str, Any]:
    cues = heard(normal(text))
    if "hold_keep" in cues:
        return {"how": "keep_from"}
    return {"how": "later" if "hold_later" in cues else "coarser"}


_READERS: Mapping[Intent, Callable[[str, Moment], dict[str, Any]]] = {
    "receipt": _receipt,
    "emergency": _emergency,
    "choose": _choose,
    "correct": _correct,
    "remove": _remove,
    "cancel": _cancel,
    "rate": _rate,
    "rebound": _rebound,
    "ask": _ask,
    "social": _social,
    "hold_back": _hold_back,
}
