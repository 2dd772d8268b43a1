"""What a message means at the step where it is said: `meaning(text, moment)`. Pure; its
package data are read at the first call.
"""

from __future__ import annotations

from dialogs.meaning.corrections import correction
from dialogs.meaning.details import arguments
from dialogs.meaning.moment import (
    FIELDS,
    INTENTS,
    NUMBERS,
    STEPS,
    TOPICS,
    Draft,
    Intent,
    Meaning,
    Moment,
)
from dialogs.meaning.rules import by_rules
from dialogs.understand.spelling import normal

__all__ = [
    "FIELDS",
    "INTENTS",
    "NUMBERS",
    "STEPS",
    "TOPICS",
    "Draft",
    "Intent",
    "Meaning",
    "Moment",
    "meaning",
]

READ_AT_MOST = 3000  # characters


def meaning(text: str, moment: Moment) -> Meaning:
    """Read one message: any string; what follows `READ_AT_MOST` characters is not read.
    Never raises.
    """
    text = text[:READ_AT_MOST]
    intent = by_rules(text, normal(text), moment)
    return Meaning(
        intent=intent,
        args=arguments(intent, text, moment),
        old=correction(text, moment).old if intent == "correct" else None,
    )
