"""What is read, when it is said, and what it may mean: plain values and their written
constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Intent = Literal[
    "add", "correct", "remove", "send", "back", "cancel", "yes", "no", "choose",
    "status", "receipt", "new_report", "answer", "rate", "rebound", "ask", "emergency",
    "hurry", "social", "withdraw", "hold_back", "unclear",
]  # fmt: skip
INTENTS: tuple[Intent, ...] = get_args(Intent)

STEPS = (
    "start", "category", "signpost", "preview",
    "unit", "place", "when", "pictures", "follow", "masks",
    "cancel", "filed", "idle", "story",
    "question_open", "callback_open", "look_back_open", "supplement_open",
)  # fmt: skip
CHIPS = ("unit", "place", "when", "pictures", "follow", "masks")
# Steps at which something is written and not yet sent.
UNSENT = ("category", "signpost", "preview", *CHIPS, "cancel", "supplement_open")

TOPICS = (
    "who_are_you", "is_it_safe", "who_sees", "how_long", "what_next", "whose_job",
    "how_to", "retention", "receipt_lost", "other",
)  # fmt: skip
FIELDS = ("unit", "place", "when", "category", "count", "text")
NUMBERS = ("110", "119", "120", "12356")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the hotline has understood of a report that is not yet sent.

    category: a code. unit, place, when: as written. pictures: how many.
    """

    category: str | None = None
    unit: str | None = None
    place: str | None = None
    when: str | None = None
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """When a message is said.

    step: one of STEPS. said_before: what the reporter has written in this draft, in
    order. open: the hotline's open question as the reporter sees it, numbered choices
    included.
    """

    step: str
    said_before: tuple[str, ...] = ()
    draft: Draft | None = None
    open: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means.

    args: by intent: correct {"field","value"} · remove {"what","n"|"quote"|"field"} ·
    cancel {"mode"} · choose {"n"} · receipt {"code"} · rate {"solved","satisfied"} ·
    rebound {"again"} · ask {"topic"} · emergency {"number"} · social {"kind"} ·
    hold_back {"how"}.
    sure: certain enough to act on without asking. second: the runner-up where not sure.
    old: the value that a correction replaces, as it stands in `said_before` or the
    draft, where it can be told.
    then: further wishes of the same message, to be asked about once the first is done.
    """

    intent: Intent
    args: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = True
    second: Intent | None = None
    old: str | None = None
    then: tuple[str, ...] = ()
