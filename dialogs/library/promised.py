"""Times and numbers that an answer names, by the rules of the deployment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dialogs.case.explaining import amount
from dialogs.case.rules import DeadlineName, KeptKind, Rules
from dialogs.words import PICTURES

DEADLINES: tuple[DeadlineName, ...] = ("accept", "answer", "answer_complex", "on_site")
SPANS = {  # a name in an answer → the rule
    "hear_every": "hear_every",
    "callback_after": "callback_after",
    "look_back_after": "look_back_after",
    "look_back_later": "look_back_later",
    "address": "forget_after",
    "address_later": "forget_later",
}
KEPT: tuple[KeptKind, ...] = ("closed", "media")  # in days
NAMES = frozenset((*DEADLINES, *SPANS, *KEPT, "ladder_months", "pictures"))


def promised(names: Iterable[str], rules: Rules, lang: str) -> dict[str, Any]:
    """Those of NAMES that are asked for, in words: {"accept": "1天"}; what is kept for
    days, the months of the ladder and how many pictures, as numbers.
    """
    known: dict[str, Any] = {"pictures": PICTURES, "ladder_months": rules.ladder_months}
    known |= {name: amount(rules.deadlines[name], lang) for name in DEADLINES}
    known["on_site"] = amount(rules.deadline("on_site", urgent=True), lang)
    known |= {name: amount(getattr(rules, rule), lang) for name, rule in SPANS.items()}
    known |= {name: rules.retention[name] for name in KEPT}
    return {name: value for name, value in known.items() if name in names}
