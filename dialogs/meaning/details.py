"""The arguments of an intent, from the words and the open question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogs.meaning.choices import choices_of, chosen_by_number, chosen_by_words
from dialogs.meaning.corrections import FoundCorrection, correction
from dialogs.meaning.english import danger_in_english, is_foreign, topic_in_english
from dialogs.meaning.features import danger_features, features, verdict_features
from dialogs.meaning.model import head
from dialogs.meaning.moment import Intent, Moment
from dialogs.meaning.patterns import pattern
from dialogs.meaning.questions import kind_of
from dialogs.meaning.receipts import find_codes
from dialogs.meaning.removals import removal
from dialogs.understand.spelling import normal


def arguments(intent: Intent, text: str, moment: Moment) -> dict[str, Any]:
    """The args of a message that has this intent."""
    reader = _READERS.get(intent)
    return reader(text, moment) if reader else {}


def _receipt(text: str, moment: Moment) -> dict[str, Any]:
    codes = find_codes(text)
    return {"code": codes[0] if codes else ""}


def _emergency(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    if is_foreign(plain):
        return {"number": danger_in_english(plain) or "120"}
    return {"number": _likeliest("number", danger_features(plain))}


def _choose(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    choices = choices_of(moment.open)
    n = chosen_by_number(plain, choices) or chosen_by_words(plain, choices)
    return {"n": n or 1}


def _correct(text: str, moment: Moment) -> dict[str, Any]:
    found = corrected(text, moment)
    return {"field": found.field, "value": found.value}


def corrected(text: str, moment: Moment) -> FoundCorrection:
    """What a correction changes."""
    return correction(text, moment, _told("field", text, moment))


def _remove(text: str, moment: Moment) -> dict[str, Any]:
    return removal(normal(text), moment, _told("what", text, moment))


def _cancel(text: str, moment: Moment) -> dict[str, Any]:
    return {"mode": _told("mode", text, moment)}


def _rate(text: str, moment: Moment) -> dict[str, Any]:
    """What was asked for, and what is said beside it."""
    kind = kind_of(moment.open)
    plain = normal(text)
    speaks_of_solving = pattern("rate-solved").search(plain) is not None
    if kind == "last_word":  # what was asked is how they liked it
        kind = "satisfied"
    speaks_of_liking = pattern("rate-satisfied").search(plain) is not None
    verdict = _likeliest("verdict", verdict_features(plain))
    is_middling = verdict == "middling"
    args = {}
    if speaks_of_liking or (kind == "satisfied" and not speaks_of_solving):
        args["satisfied"] = "mostly" if is_middling else verdict
    if speaks_of_solving or not args:
        args["solved"] = "partly" if is_middling else verdict
    return args


def _rebound(text: str, moment: Moment) -> dict[str, Any]:
    return {"again": _told("again", text, moment)}


def _ask(text: str, moment: Moment) -> dict[str, Any]:
    plain = normal(text)
    if is_foreign(plain):
        return {"topic": topic_in_english(plain)}
    return {"topic": _told("topic", text, moment)}


def _social(text: str, moment: Moment) -> dict[str, Any]:
    return {"kind": _told("kind", text, moment)}


def _hold_back(text: str, moment: Moment) -> dict[str, Any]:
    return {"how": _told("how", text, moment)}


def _told(argument: str, text: str, moment: Moment) -> str:
    """The likeliest value of an argument, by its head of the model."""
    return _likeliest(argument, features(text, normal(text), moment))


def _likeliest(argument: str, groups: Mapping[str, list[str]]) -> str:
    scores = head(argument).scores(groups)
    return max(scores, key=lambda value: scores[value])


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
