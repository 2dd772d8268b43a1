"""Who comes back with nothing open: the report just sent, a question of the hotline, or
the reports of this chat are what the words are about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialogs.asides import answer_question, answer_unclear
from dialogs.meaning import Intent, Moment
from dialogs.plain import plain_word
from dialogs.status.announcing import announced
from dialogs.status.finding import ask_status, choose
from dialogs.status.hearing import (
    MEANS,
    STEPS,
    not_now,
    open_quietly,
    says_later,
)
from dialogs.status.table import NAME
from dialogs.status.verdicts import sounds_bad, tells
from dialogs.talk import Heard, Mean, Returning, Turn
from dialogs.texts import phrase
from dialogs.words import (
    MISTYPED,
    Asked,
    AskedKind,
    ByReceipt,
    LastReceipt,
    Mine,
    OpenQuestion,
    Read,
    Said,
    Tell,
)

# said right after filing, whatever else is open
OF_THE_LAST = re.compile(
    r"忘了?(?:写|说|讲|提)|漏了?(?:写|说|讲)?|还有一?[句点]|补一?[句个]|再加|刚才|刚刚|刚(?:交|发|送|报|写)"
)


# ── what the words are about ──────────────────────────────────────────────────────────


def moment(turn: Turn[Any]) -> Moment | None:
    """A question of the hotline comes first, but for what is plainly of the report just
    sent; None for who never filed anything here.
    """
    question = _question(turn)
    if question is not None:
        return Moment(STEPS[question.kind], open=question.text)
    if turn.look(LastReceipt()) is not None:
        return Moment("filed")
    return Moment("idle") if turn.look(Mine()) else None


def _question(turn: Turn[Any]) -> OpenQuestion | None:
    """The newest, unless the words are of the report just sent."""
    asked = turn.look(Asked())
    if not asked:
        return None
    words = _words(turn)
    is_of_the_last = bool(OF_THE_LAST.search(words) or announced(words))
    if is_of_the_last and turn.look(LastReceipt()) is not None:
        return None
    return asked[0]


def _words(turn: Turn[Any]) -> str:
    return turn.event.text if isinstance(turn.event, Said) else ""


def _last(turn: Turn[Any]) -> str | None:
    """The report just sent."""
    receipt = turn.look(LastReceipt())
    report = turn.look(ByReceipt(receipt)) if receipt else None
    return None if report == MISTYPED else report


def _of_kind(turn: Turn[Any], kind: AskedKind) -> Sequence[str]:
    return [one.report for one in turn.look(Asked()) if one.kind == kind]


def concerned(turn: Turn[Any], intent: Intent) -> Sequence[str]:
    """The reports that words of this intent may be about, the likeliest alone where one
    is.
    """
    kinds: Mapping[Intent, AskedKind] = {"rate": "callback", "rebound": "look_back"}
    if intent in kinds and (asked := _of_kind(turn, kinds[intent])):
        return asked[:1]
    question = _question(turn)
    if question is not None:
        return [question.report]
    last = _last(turn)
    if last is not None:
        return [last]
    return [case.report for case in turn.look(Mine())]


# ── what is done with them ────────────────────────────────────────────────────────────


def concerns(intent: Intent) -> Mean:
    """What a story does with it, at the story that is meant; of several it is asked
    which.
    """

    def mean(turn: Turn[Any], heard: Heard) -> None:
        found = concerned(turn, intent)
        if len(found) != 1:
            choose(turn, found, "words", words=heard.words)
            return
        opened = open_quietly(turn.enter(NAME), found[0])
        if opened is not None:
            MEANS[intent](opened, heard)

    return mean


def add(turn: Turn[Any], heard: Heard) -> None:
    """More of what is open; with nothing open the first words of another report."""
    if plain_word(heard.words) in SENDS:
        sent(turn, heard)
        return
    if _question(turn) is None and (
        turn.look(LastReceipt()) is None or is_whole(turn, heard.words)
    ):
        turn.read(heard.words)
    else:
        concerns("add")(turn, heard)


SENDS = ("送出", "发送", "提交", "送出去", "发出去", "交", "发吧", "交吧", "送出吧")


def is_whole(turn: Turn[Any], words: str) -> bool:
    """Whether words right after a report are a report by themselves."""
    if OF_THE_LAST.search(words):
        return False
    understood = turn.look(Read(words)).understood
    return understood.in_scope and understood.clear and understood.unit is not None


def begin(turn: Turn[Any], heard: Heard) -> None:
    turn.read(heard.words)


def answer_asked(turn: Turn[Any], heard: Heard) -> None:
    """Yes and no answer what the hotline asked; with nothing asked they say nothing."""
    if _question(turn) is not None:
        concerns(heard.meaning.intent)(turn, heard)
    else:
        answer_unclear(turn, heard)


def unclear(turn: Turn[Any], heard: Heard) -> None:
    if _waits(turn, heard):
        return
    question = _question(turn)
    if question is None:
        answer_unclear(turn, heard)
    elif question.kind == "callback" and sounds_bad(heard.words):
        concerns("unclear")(turn, heard)
    elif heard.meaning.sure or question.kind != "question":
        turn.say("asked.open", text=question.text)
    else:  # one tap makes it the answer
        opened = open_quietly(turn.enter(NAME), question.report)
        if opened is not None:
            opened.tell(heard, "asked.open", text=question.text)


phrase("asked.open", "{text}\n直接说一句就行，不急。")


def stop(turn: Turn[Any], heard: Heard) -> None:
    """Nothing is written: who was just asked need not answer now."""
    if _waits(turn, heard):
        return
    if not told_filed(turn):
        turn.say("cancel.nothing")


def _waits(turn: Turn[Any], heard: Heard) -> bool:
    """Whether an answer is put off; then it is said until when."""
    question = _question(turn)
    if question is None or question.kind != "question":
        return False
    if heard.meaning.intent != "cancel" and not says_later(heard.words):
        return False
    opened = open_quietly(turn.enter(NAME), question.report)
    story = turn.look(Tell(question.report))
    if opened is not None and story is not None:
        not_now(opened, story)
    return True


phrase(
    "filed.done", "已经送出去了，退不回来。要补充，直接写一句就行；不想办了，说“撤回”。"
)


def told_filed(turn: Turn[Any]) -> bool:
    """Whether a report was sent just now: then there is no going back, and that is
    said.
    """
    if turn.look(LastReceipt()) is None:
        return False
    turn.tapped = False
    turn.say("filed.done")
    return True


phrase("receipt.here", "在这里反映的，不用码也能看：")


def ask(turn: Turn[Any], heard: Heard) -> None:
    """Who lost the receipt of what was filed here needs none."""
    is_lost = heard.meaning.args.get("topic") == "receipt_lost"
    if is_lost and turn.look(Mine()):
        turn.say("receipt.here")
        ask_status(turn)
    else:
        answer_question(turn, heard)


def sent(turn: Turn[Any], heard: Heard) -> None:
    if turn.look(LastReceipt()) is not None:
        turn.say("sent.already")
    else:
        turn.talk.dialog.means["send"](turn, heard)


def status(turn: Turn[Any], heard: Heard) -> None:
    if tells(heard.words) and concerned(turn, "add"):
        concerns("add")(turn, heard)
    elif _last(turn) is None:
        ask_status(turn)
    else:
        concerns("status")(turn, heard)


CONCERN: tuple[Intent, ...] = (
    "rate",
    "rebound",
    "correct",
    "remove",
    "withdraw",
    "hold_back",
    "hurry",
)
RETURNING = Returning(
    moment=moment,
    means={
        **{intent: concerns(intent) for intent in CONCERN},
        "add": add,
        "answer": add,
        "new_report": begin,
        "yes": answer_asked,
        "no": answer_asked,
        "unclear": unclear,
        "cancel": stop,
        "ask": ask,
        "send": sent,
        "status": status,
    },
    commands={"back": told_filed, "cancel": told_filed},
)
