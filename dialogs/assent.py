"""A yes answers what was said last, and nothing further back: "好" after "先存着", or
after an answered question, sends no report.
"""

from __future__ import annotations

from typing import Any

from dialogs.talk import Turn
from dialogs.texts import phrase

# Heard beside whatever was said: only the question itself makes a yes of them.
NODS = (
    "好",
    "好的",
    "好吧",
    "好嘞",
    "行",
    "行吧",
    "行的",
    "中",
    "嗯",
    "嗯嗯",
    "哦",
    "噢",
    "ok",
    "okay",
    "是",
    "是的",
    "对",
    "对的",
    "对对",
    "没错",
    "yes",
    "知道了",
    "明白了",
    "收到",
)
# They speak of what was written, which a reminder names too.
APPROVALS = ("好了", "可以", "可以了", "没问题", "确定", "确认", "就这样", "就这样吧")


phrase(
    "nod.heard",
    "好，写的都留着，还没有送出。想接着写，说“继续”；想送出，说“送出”。",
)


def assents(word: str) -> bool:
    """Whether a plain word is a yes that names nothing."""
    return word in NODS or word in APPROVALS


def assents_to_something_else(turn: Turn[Any], word: str) -> bool:
    """Whether a plain word agrees to what was said after the open question, where the
    step would take it for a yes to that question.
    """
    if turn.talk.idle or not _takes_a_yes(turn):
        return False
    last = turn.talk.last
    if word in NODS:
        return last != "question"
    return word in APPROVALS and last == "aside"


def take_nod(turn: Turn[Any], word: str) -> None:
    """Who nods to what was said in between is left alone; else it is asked anew."""
    if word in NODS and turn.talk.last == "aside" and turn.talk.unsent:
        turn.say("nod.heard")
    else:
        turn.tapped = False
        turn.prompt()


def _takes_a_yes(turn: Turn[Any]) -> bool:
    return bool(turn.step.words) or not {"yes", "send"}.isdisjoint(turn.step.means)
