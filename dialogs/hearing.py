"""What becomes of words: their meaning is read here and now, and acted on. Where it is
not certain, the person is asked, with two buttons.

The open step comes first, then its dialog, then what every dialog understands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from dialogs.asides import (
    answer_question,
    answer_social,
    answer_unclear,
    asks_to_wait,
    reassure,
    wants_to_go_on,
)
from dialogs.assent import assents
from dialogs.emergency import goes_back, sound_alarm, takes_care, without_lead
from dialogs.library.known import topic_asked
from dialogs.looks import button
from dialogs.meaning import Intent, Meaning
from dialogs.plain import plain_word
from dialogs.talk import Doubt, Heard, Mean, Step, Turn, said_once
from dialogs.texts import phrase, phrases
from dialogs.words import Meant

WRITES: tuple[Intent, ...] = ("add", "answer", "new_report")  # are pieces of a text


def choose(turn: Turn[Any], heard: Heard) -> None:
    """One of the open step's buttons, by its number or in other words."""
    number = heard.meaning.args.get("n")
    offered = turn.step.offers(turn)
    if isinstance(number, int) and 0 < number <= len(offered):
        turn.tap(offered[number - 1].choice)
    else:
        turn.again()


EVERYWHERE: Mapping[Intent, Mean] = {
    "choose": choose,
    "emergency": sound_alarm,
    "ask": answer_question,
    "social": answer_social,
    "hurry": reassure,
    "unclear": answer_unclear,
}


ASSENT_FIRST = re.compile(
    r"(?:可以了?|好的?了?|行了?|没问题|就这样|确定|发吧|送出吧|嗯+)[，,。.！! ]+"
    r"(?:哦?对了|还有|不过|但是?|就是|等等)?[，, ]*(?=.{3})"
)
BEFORE_SENDING: tuple[Intent, ...] = ("correct", "remove", "hold_back")


def hear(turn: Turn[Any], words: str) -> None:
    """Read what these words mean, here and now, and do it, or ask whether they do."""
    if turn.talk.alarm:
        if goes_back(words):
            turn.talk.alarm = ""
        words = without_lead(words)
    heard = _read(turn, words)
    if turn.talk.alarm and takes_care(turn, heard):
        return
    if _is_noticed(turn, heard):
        return
    if wants_to_go_on(turn, words):
        turn.prompt()
        return
    wish = wish_in_doubt(turn, heard)
    if asks_to_wait(words):
        answer_unclear(turn, heard)
    elif wish is None:
        act(turn, heard)
    else:
        ask_which(turn, heard, wish)


def _is_noticed(turn: Turn[Any], heard: Heard) -> bool:
    """Whether a dialog takes these words, whatever step they were said at."""
    notices = [dialog.notices for dialog in turn.dialogs.values() if dialog.notices]
    return any(notice(turn, heard) for notice in notices)


def _read(turn: Turn[Any], words: str) -> Heard:
    moment = None
    if turn.talk.idle and turn.returning is not None:
        moment = turn.returning.moment(turn)
    if moment is None:
        moment = turn.talk.dialog.moment(turn)
    heard = Heard(words, turn.look(Meant(words, moment)))
    lead = ASSENT_FIRST.match(words)
    if lead is not None and not heard.meaning.sure:
        # of two wishes the one that comes first: the rest, before it is sent
        rest = turn.look(Meant(words[lead.end() :], moment))
        if rest.intent in BEFORE_SENDING:
            return Heard(words, rest)
    return as_known_question(heard)


MAY_ASK: tuple[Intent, ...] = (
    *WRITES,
    "unclear",
    "social",
    "send",
    "correct",
)


def as_known_question(heard: Heard) -> Heard:
    """What was read as something else, but is word for word what the library answers,
    is a question; not so surely that one tap would not write it in.
    """
    if heard.meaning.intent not in MAY_ASK:
        return heard
    topic = topic_asked(heard.words)
    if topic is None:
        return heard
    return Heard(heard.words, Meaning("ask", {"topic": topic}, sure=False))


def act(turn: Turn[Any], heard: Heard) -> None:
    """Do what is meant, where this step can; if not, say what it listens to."""
    intent = heard.meaning.intent
    if mean := _mean_of(turn, intent):
        mean(turn, heard)
    elif command := turn.meant.get(intent):
        command(turn)
    elif intent in WRITES:
        turn.read(heard.words)
    else:
        turn.tell(heard, f"{turn.step.name}.again")
        turn.prompt()


def _mean_of(turn: Turn[Any], intent: Intent) -> Mean | None:
    if intent == "emergency":
        return EVERYWHERE[intent]
    if turn.talk.idle and turn.returning is not None:
        returning = turn.returning.means.get(intent)
        if returning is not None and turn.returning.moment(turn) is not None:
            return returning
    here = turn.step.means.get(intent) or turn.talk.dialog.means.get(intent)
    return here or EVERYWHERE.get(intent)


# ── not sure what is meant ────────────────────────────────────────────────────────────

MEANT_PERHAPS = {
    "send": "要送出",
    "back": "要退回去",
    "cancel": "不报了",
    "correct": "要改前面写的",
    "remove": "要去掉一处",
    "yes": "说“对”",
    "no": "说“不用”",
    "choose": "在选一个",
    "withdraw": "要撤回已经送出的",
    "hold_back": "要晚点交、写粗点，或不给谁看",
    "rate": "在评价这件事",
    "rebound": "在说又来过没有",
    "new_report": "在说另一件事",
}  # what may be meant instead of a piece of the text
phrases("meant", **MEANT_PERHAPS)
phrase("doubt.left", "“{words}”没有写进去。")
MEANT = button("meant", "是这个意思", role="main")
WRITTEN = button("written", "写进去")
MEANS_IT = re.compile(
    r"(?:对[,，]?)?(?:就)?是这个意思|第一个?|前(?:面|一个?|者)那?个?|[一a1]"
)
WRITES_IT = re.compile(
    r"不是?|不对|no|第二个?|后(?:面|一个?|者)那?个?|[二b2]"
    r"|(?:不是|对|没错|是|就)?[,，啊呀 ]*(?:要|想|帮我|给我|都)?"
    r"(?:写|加|记)(?:上|进去|下来?|里面|吧)*(?:的|吧|啊)?"
)
ANSWER_AT_MOST = 12  # characters
REPEATS_FROM = 4  # characters of the words in question, said again
TOLD_ON: tuple[Intent, ...] = ("correct", "remove", "hold_back", "new_report")
SHOWN = 30  # characters of the words in question


class Overlay(Enum):
    DOUBT = "doubt"


def wish_in_doubt(turn: Turn[Any], heard: Heard) -> Intent | None:
    """What the words may wish for instead of being text, where that is not certain and
    either would do harm if it were the other.
    """
    meaning = heard.meaning
    if turn.talk.dialog.loses_nothing(turn, heard):
        return None
    takes_another = "new_report" in turn.step.means
    if meaning.intent == "new_report" and turn.talk.unsent and not takes_another:
        return meaning.intent
    if meaning.sure or turn.talk.dialog.write is None:
        return None
    likely = meaning.intent
    if likely in WRITES:
        likely = meaning.second or likely
    if likely == "new_report" and takes_another:
        return None
    is_told_apart = likely in MEANT_PERHAPS and turn.talk.unsent
    if likely in ("yes", "no") and not _asks_something(turn):
        return None
    return likely if is_told_apart else None


def _asks_something(turn: Turn[Any]) -> bool:
    """Whether a yes or no may be an answer here: not to "write what is to be added"."""
    asked = turn.question
    return asked is None or "？" in asked or "?" in asked


def ask_which(turn: Turn[Any], heard: Heard, wish: Intent) -> None:
    """Two buttons: the wish, or a piece of the text."""
    meaning = heard.meaning
    is_first = meaning.intent == wish
    turn.talk.doubt = Doubt(
        heard.words,
        wish,
        dict(meaning.args) if is_first else {},
        meaning.old if is_first else None,
        rather_text=meaning.intent in WRITES,
    )
    turn.overlay = DOUBT_STEP
    turn.prompt()


def settle(turn: Turn[Any]) -> Heard | None:
    """The question is over. Returns: what it was about."""
    doubt = turn.talk.doubt
    turn.talk.doubt = None
    turn.overlay = None
    return doubt.heard if doubt else None


def leave_unwritten(turn: Turn[Any]) -> None:
    """Something else was said or pressed: the words in question are not written in, and
    that is said.
    """
    heard = settle(turn)
    if heard is not None:
        turn.tapped = False
        turn.say("doubt.left", words=_shown(heard.words))


def _mean_it(turn: Turn[Any], _: str) -> None:
    heard = settle(turn)
    if heard is not None:
        act(turn, heard)


def _write_it(turn: Turn[Any], _: str) -> None:
    heard = settle(turn)
    if heard is not None:
        turn.write(heard.words)


def _read_which(turn: Turn[Any], words: str) -> bool:
    word = plain_word(words)
    if MEANS_IT.fullmatch(word):
        _mean_it(turn, "")
    elif WRITES_IT.fullmatch(word) or _says_it_again(turn, words):
        _write_it(turn, "")
    elif assents(word):  # to which of the two?
        turn.again()
    else:
        _go_on(turn, words)
    return True


WRITE_IT = re.compile(
    r"(?:要|就|也|都|帮我|给我)*(?:写|加|记)(?:上|进去|进|里面)(?:的|吧|啊)?"
)


def wants_it_written(word: str) -> bool:
    """Whether a plain word asks to write in what was just said."""
    return WRITE_IT.fullmatch(word) is not None


def _says_it_again(turn: Turn[Any], words: str) -> bool:
    """Whether the words in question are repeated, and hardly anything else."""
    doubt = turn.talk.doubt
    if doubt is None or len(doubt.words) < REPEATS_FROM:
        return False
    return doubt.words in words and len(words) <= len(doubt.words) + ANSWER_AT_MOST


def _go_on(turn: Turn[Any], words: str) -> None:
    """Who tells on instead of answering tells a story, and what was in question is a
    piece of it: that is seen, and can be taken out. What would end or send it is no
    text; and nothing is sent before it is seen without the words in question.
    """
    doubt = turn.talk.doubt
    assert doubt is not None
    settle(turn)
    heard = _read(turn, words)
    goes_on = heard.meaning.intent in (*WRITES, *TOLD_ON)
    if goes_on and (doubt.rather_text or doubt.intent in TOLD_ON):
        turn.write(doubt.words)
    else:
        turn.say("doubt.left", words=_shown(doubt.words))
    told = len(turn.actions)
    if heard.meaning.intent == "send":
        turn.prompt()
    else:
        hear(turn, words)
    if turn.talk.alarm:  # the number stands first
        turn.actions[:] = turn.actions[told:] + turn.actions[:told]
    turn.actions[:] = said_once(turn.actions)


def _show_doubt(turn: Turn[Any]) -> dict[str, str]:
    doubt = turn.talk.doubt
    assert doubt is not None
    return {"words": _shown(doubt.words), "wish": turn.t(f"meant.{doubt.intent}")}


def _shown(words: str) -> str:
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


DOUBT_STEP: Step[Any] = Step(
    Overlay.DOUBT,
    title="没听准",
    ask="“{words}”\n您是{wish}，还是想写进反映里？",
    again="请点一个按钮。",
    show=_show_doubt,
    buttons=[MEANT, WRITTEN],
    pressed={MEANT.choice: _mean_it, WRITTEN.choice: _write_it},
    read=_read_which,
)
