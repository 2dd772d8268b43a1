"""The same message at another moment where it means the same: what does not hang on the
step must not be learned as if it did.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from dialogs.meaning import Draft, Moment
from dialogs.meaning.moment import CHIPS
from dialogs.meaning.questions import kind_of
from tests.dialogs.meaning.turns import Turn

AFTER = ("filed", "idle", "story", "question_open")
WRITING = ("category", "signpost", "preview", *CHIPS)
NO_ANSWER_EXPECTED = ("none", "choices", "free", "pictures", "signpost")
Fits = Callable[[Moment], bool]


def moved(turns: Sequence[Turn], seed: int) -> list[Turn]:
    """Each turn once more at another moment, where there is one."""
    dice = random.Random(seed)
    moments = list(dict.fromkeys(turn.moment for turn in turns))
    found: list[Turn] = []
    for turn in turns:
        fits = _fitting(turn)
        if fits is None:
            continue
        others = [one for one in moments if one != turn.moment and fits(one)]
        if others:
            found.append(_at(turn, dice.choice(others)))
    return found


def _at(turn: Turn, moment: Moment) -> Turn:
    """First words of a report are `add` at the start and `new_report` later."""
    if turn.intent == "add" and moment.step == "idle":
        return replace(turn, moment=moment, labels=(("new_report", {}), ("add", {})))
    return replace(turn, moment=moment)


def _fitting(turn: Turn) -> Fits | None:
    """The moments at which a turn means the same; None where that cannot be told."""
    step = turn.moment.step
    if step in WRITING and turn.intent in ("add", "correct", "remove"):
        return _same_draft(turn.moment)
    if step in AFTER and turn.intent == "withdraw":
        return _steps(*AFTER)
    if step in (*WRITING, "supplement_open") and turn.intent == "back":
        return _steps(*WRITING, "supplement_open")
    if turn.intent == "unclear" and step in ("callback_open", "follow"):
        return None
    return {**_BY_INTENT, **(_IN_WRITING if step in WRITING else {})}.get(turn.intent)


def _steps(*steps: str) -> Fits:
    return lambda moment: moment.step in steps


def _but(*steps: str) -> Fits:
    return lambda moment: moment.step not in steps


def _unanswered(*steps: str) -> Fits:
    """At these steps, where no yes or no is asked for."""
    return lambda moment: (
        moment.step in steps and kind_of(moment.open) in NO_ANSWER_EXPECTED
    )


def _same_draft(here: Moment) -> Fits:
    """At other steps of the same report."""
    own = here.draft or Draft()

    def fits(moment: Moment) -> bool:
        draft = moment.draft or Draft()
        same_words = moment.said_before == here.said_before
        same_fields = (draft.unit, draft.place, draft.pictures) == (
            own.unit,
            own.place,
            own.pictures,
        )
        is_free = kind_of(moment.open) in NO_ANSWER_EXPECTED
        return moment.step in WRITING and same_words and same_fields and is_free

    return fits


_BY_INTENT: dict[str, Fits] = {
    "emergency": lambda moment: True,
    "receipt": lambda moment: True,
    "social": _but("callback_open", "look_back_open"),
    "ask": _but("callback_open"),
    "hurry": _steps(*AFTER),
    "status": _steps(*AFTER, "look_back_open", "callback_open", "start"),
    "unclear": _unanswered(*WRITING, "start", "idle", "filed", "story"),
}
_IN_WRITING: dict[str, Fits] = {
    "cancel": _unanswered(*WRITING),
    "send": _unanswered("preview", "unit", "place", "when", "pictures", "follow"),
    "new_report": _steps(*WRITING),
    "hold_back": _unanswered("preview", "unit", "pictures", "follow", "when", "filed"),
}
