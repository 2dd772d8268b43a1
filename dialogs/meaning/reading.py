"""Which intent a message has: certain things by rules, all else by the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from dialogs.meaning.choices import choices_of, named_alone
from dialogs.meaning.commands import plain_command, plain_matter
from dialogs.meaning.corrections import looks_like_one
from dialogs.meaning.cues import bare
from dialogs.meaning.english import danger_in_english, is_foreign, wish_in_english
from dialogs.meaning.features import danger_features, features
from dialogs.meaning.model import chances, head
from dialogs.meaning.moment import UNSENT, Intent, Moment
from dialogs.meaning.receipts import find_codes
from dialogs.meaning.values import replaces_a_number

DANGER = 0.05  # from this probability on a message is an emergency
DANGER_FIRST = 0.12  # the same for first words: many a report speaks of danger
DANGER_REPORT = 0.16  # and for those that are as long as a report
REPORT_LONG = 25  # characters
SURE = 0.5  # from this probability on of the likeliest intent nobody needs to be asked
CAREFUL = 0.65  # the same, where something is changed, sent or thrown away
AHEAD = 0.15  # by how much it must be likelier than the next, too
# More words of a report are so many among the turns that rare words lean to them.
SWALLOWS = 0.3

FREE = ("preview", "supplement_open")  # steps at which nothing else is asked for
WRITTEN_IN = ("add", "answer")
CHANGES = ("send", "cancel", "withdraw", "correct", "remove", "hold_back")
# Whole ways of speaking in which words of danger mean none.
FIGURES = re.compile(
    r"跳(?:广场)?舞|轮(?:着|流)(?:来|报|填|值|写|去)|血压(?:都|又)(?:高|上来|飙)了?$"
    r"|救命啊?[,，! ]*(?:家人们?|姐妹们?|谁懂).*?谁懂啊?"
)
REASSURES = re.compile(r"请?放心|(?:已经)?在(?:办|处理|跟进)了")


@dataclass(frozen=True, slots=True)
class FoundIntent:
    """The intent, whether it is sure, and the runner-up where it is not."""

    intent: Intent
    sure: bool = True
    second: Intent | None = None


def find_intent(text: str, plain: str, moment: Moment) -> FoundIntent:
    """The intent of a message; `plain` is its text in one spelling."""
    if _is_danger(plain, moment):
        return FoundIntent("emergency")
    if find_codes(text):
        return FoundIntent("receipt")
    if not bare(plain):
        return FoundIntent("unclear")
    if named_alone(plain, choices_of(moment.open)):
        return FoundIntent("choose")
    command = plain_command(plain, moment)
    if command is not None:
        return FoundIntent(command)
    matter = plain_matter(plain, moment)
    if matter is not None:
        return FoundIntent(matter)
    if is_foreign(plain) and (wish := wish_in_english(plain)):
        return FoundIntent(wish)
    if is_foreign(plain) and moment.step == "start" and len(plain) >= REPORT_LONG:
        return FoundIntent("add")
    if moment.step in FREE and not moment.open and replaces_a_number(plain, moment):
        return FoundIntent("correct")
    likeliest = _likeliest(intent_chances(text, plain, moment))
    if likeliest.intent == "correct" and looks_like_one(plain, moment):
        return FoundIntent("correct")  # a number in place of one that was said
    return likeliest


def _is_danger(plain: str, moment: Moment) -> bool:
    if is_foreign(plain):
        return danger_in_english(plain) is not None
    told = FIGURES.sub("", plain)  # the rest may tell of danger
    likely = bool(bare(told)) and danger(told) >= _danger_from(told, moment)
    return likely and not REASSURES.search(plain)


def _danger_from(plain: str, moment: Moment) -> float:
    """From which probability on a message is an emergency here."""
    if moment.step not in ("start", "idle"):
        return DANGER
    return DANGER_REPORT if len(plain) >= REPORT_LONG else DANGER_FIRST


def danger(plain: str) -> float:
    """How likely a message tells of an emergency."""
    return chances(head("danger").scores(danger_features(plain)))["True"]


def intent_chances(text: str, plain: str, moment: Moment) -> dict[Intent, float]:
    """Intent → probability, of those that are possible at this moment."""
    scores = head("intent").scores(features(text, plain, moment))
    possible = {
        cast(Intent, intent): score - _held_back(cast(Intent, intent), moment)
        for intent, score in scores.items()
        if _is_possible(cast(Intent, intent), moment)
    }
    return cast("dict[Intent, float]", chances(cast("dict[str, float]", possible)))


def _held_back(intent: Intent, moment: Moment) -> float:
    """What is taken from the score of an intent that swallows others."""
    is_more = intent in ("add", "new_report") and moment.step != "start"
    return SWALLOWS if is_more else 0.0


def _is_possible(intent: Intent, moment: Moment) -> bool:
    """Whether a message can have this intent where it is said."""
    if intent == "receipt":
        return False  # a code was looked for before
    if intent == "choose":
        return bool(choices_of(moment.open))
    if intent in ("yes", "no"):
        return moment.open is not None
    if intent in ("correct", "remove") and moment.step == "start":
        return False
    if intent == "send":
        return moment.step in UNSENT
    return True


def _likeliest(chance: Mapping[Intent, float]) -> FoundIntent:
    first, second = sorted(chance, key=lambda intent: -chance[intent])[:2]
    is_ahead = chance[first] - chance[second] >= AHEAD
    is_likely = chance[first] >= (CAREFUL if first in CHANGES else SURE)
    if first in WRITTEN_IN:  # the words are kept, and shown
        is_likely = True
        is_ahead = is_ahead or second in WRITTEN_IN
    is_sure = is_likely and is_ahead
    return FoundIntent(first, is_sure, None if is_sure else second)
