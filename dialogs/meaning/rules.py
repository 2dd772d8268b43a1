"""What the rules alone make of a message."""

from __future__ import annotations

import re

from dialogs.meaning.choices import choices_of, chosen_by_number, chosen_by_words
from dialogs.meaning.corrections import looks_like_one
from dialogs.meaning.cues import bare, heard
from dialogs.meaning.emergencies import by_words
from dialogs.meaning.moment import CHIPS, UNSENT, Intent, Moment
from dialogs.meaning.receipts import find_codes

_LONG = 14  # letters from which on a message is likely matter of a report
_EMPTY = re.compile(
    r"(?:[a-z]{1,5}|[哦噢喔嗯呃额啊哈嘿唉哎呵m]+|那啥|啊?咋说|这个|随便|不知道|不晓得)?"
)
_YES_NO = re.compile(r"[吗么嘛]？?$|[吗么]？|对吗|好吗|是不是|要不要|没有？|没？")


def certain(text: str, plain: str, moment: Moment) -> Intent | None:
    """The intent of which there can be no doubt; else None."""
    if by_words(plain):
        return "emergency"
    if find_codes(text):
        return "receipt"
    if chosen_by_number(plain, choices_of(moment.open)):
        return "choose"
    return None


def by_rules(text: str, plain: str, moment: Moment) -> Intent:
    """The intent that the rules alone come to."""
    found = certain(text, plain, moment)
    if found is not None:
        return found
    letters = bare(plain)
    cues = heard(plain)
    if not letters or _EMPTY.fullmatch(letters):
        return "unclear"
    found = _wish(plain, letters, cues, moment)
    if found is not None:
        return found
    return _matter(letters, cues, moment)


def _wish(
    plain: str, letters: str, cues: frozenset[str], moment: Moment
) -> Intent | None:
    """A wish about what is written or filed; None where none is heard."""
    unsent = moment.step in UNSENT
    is_long = len(letters) > _LONG
    if "quote" in cues and is_long and "fix" not in cues:
        return None
    if unsent and looks_like_one(plain, moment):
        return "correct"
    if unsent and "fix" in cues and not is_long * ("reporting" in cues):
        return "correct"
    if unsent and "not_but" in cues:
        return "correct"
    if unsent and "remove" in cues and cues & {"picture", "part"}:
        return "remove"
    if cues & {"hold_keep", "hold_coarser", "hold_later"} and moment.step != "start":
        return "hold_back"
    if not is_long and moment.open and _YES_NO.search(moment.open):
        if "yes" in cues:
            return "yes"
        if "no" in cues:
            return "no"
    if (
        moment.step in ("filed", "idle", "story", "question_open")
        and "withdraw" in cues
    ):
        return "withdraw"
    if unsent and "cancel" in cues and not is_long:
        return "cancel"
    if "back" in cues and not is_long:
        return "back"
    if moment.step == "callback_open" and cues & {"rate_good", "rate_bad", "rate_mid"}:
        return "rate"
    if moment.step == "look_back_open" and "rebound" in cues:
        return "rebound"
    if moment.open and chosen_by_words(plain, choices_of(moment.open)) and not is_long:
        return "choose"
    if unsent and "send" in cues and not is_long:
        return "send"
    if not is_long and "status" in cues and not unsent:
        return "status"
    if (
        cues & {"safe", "sees", "long", "who", "next", "how", "keeps", "lost", "duty"}
        and "ask" in cues
    ):
        return "ask"
    if not is_long and "hurry" in cues:
        return "hurry"
    if not is_long and cues & {"greet", "thanks", "abuse"}:
        return "social"
    if "other_matter" in cues and is_long:
        return "new_report"
    return None


def _matter(letters: str, cues: frozenset[str], moment: Moment) -> Intent:
    """Matter of a report, of this or of another; or nothing to go on."""
    if moment.step == "question_open" or moment.step in CHIPS:
        return "answer"
    if moment.step == "callback_open":
        return "rate"
    if moment.step == "look_back_open":
        return "rebound"
    if len(letters) < 4:
        return "unclear"
    if moment.step == "idle":
        return "new_report"
    return "add"
