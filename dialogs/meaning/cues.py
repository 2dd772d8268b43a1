"""Words that speak for an intent, each kind a named pattern over a `normal` text.

Alone they decide little: a rule asks for them at a step where they can mean only one
thing, and the model weighs them beside everything else.
"""

from __future__ import annotations

import re

from dialogs.meaning.patterns import names, pattern

_BARE = re.compile(r"[\s,。.!?~、;:“”\"'…—\-·()（）\[\]【】]+")


def bare(plain: str) -> str:
    """A `normal` text without blanks and punctuation."""
    return _BARE.sub("", plain)


def heard(plain: str) -> frozenset[str]:
    """The names of the cues that stand in a `normal` text."""
    return frozenset(
        name for name in names("cue-") if pattern(f"cue-{name}").search(plain)
    )
