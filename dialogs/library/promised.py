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
    "address": "forget_after",
    "address_later": "forget_later",
}
KEPT: tuple[KeptKind, ...] = ("closed", "media")  # in days
NAMES = frozenset((*DEADLINES, *SPANS, *KEPT, "pictures"))


def promised(names: Iterable[str], rules: Rules, lang: str) -> dict[str, Any]:
    """Those of NAMES that are asked for, in words: {"accept": "1天"}; what is kept for
    days, and how many pictures, as numbers.
    """
    known: dict[str, Any] = {"pictures": PICTURES}
    known |= {name: amount(rules.deadlines[name], lang) for name in DEADLINES}
    known |= {name: amount(getattr(rules, rule), lang) for name, rule in SPANS.items()}
    known |= {name: rules.retention[name] for name in KEPT}
    return {name: value for name, value in known.items() if name in names}
