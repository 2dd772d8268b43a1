"""What a message means at the step where it is said: `meaning(text, moment)`. Pure; its
package data are read at the first call.
"""

from __future__ import annotations

from dialogs.meaning.commands import wished_after
from dialogs.meaning.details import arguments, corrected
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
from dialogs.meaning.reading import find_intent
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
    plain = normal(text)
    found = find_intent(text, plain, moment)
    is_correction = found.intent == "correct"
    return Meaning(
        intent=found.intent,
        args=arguments(found.intent, text, moment),
        sure=found.sure,
        second=found.second,
        old=corrected(text, moment).old if is_correction else None,
        then=wished_after(plain, found.intent, moment),
    )
