"""What is heard before any step hears it: words that mean the same wherever in a report
they are said, whatever else they might be taken for.
"""

from __future__ import annotations

from typing import Any

from dialogs import draft
from dialogs.amending import asks_to_leave_out
from dialogs.meaning import Meaning
from dialogs.plain import plain_word
from dialogs.report.correcting import fills_in
from dialogs.report.leaving import goes_on, puts_off
from dialogs.report.probing import answer_probe
from dialogs.report.reading import write
from dialogs.report.removing import remove
from dialogs.report.swapping import opens_field, swaps
from dialogs.report.table import ASKING, ReportAnswers, ReportState, ReportTurn
from dialogs.report.telling import tells_plainly, told_field
from dialogs.retaliation import meet
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase

ABOUT_TO_SAY = ("对了", "哦对了", "对了对了", "噢对了", "还有", "等等还有")
phrase("say_it", "您说，我听着。")


ASKS_IF_FINE = (
    "中不中",
    "行不行",
    "成不成",
    "好不好",
    "可以不",
    "行吗",
    "可以吗",
    "对不对",
)


def asks_if_fine(turn: ReportTurn, heard: Heard) -> bool:
    """Whether it is asked if the draft will do: that is its reporter's to say."""
    is_asked = plain_word(heard.words) in ASKS_IF_FINE
    if not is_asked or turn.talk.state is not ReportState.PREVIEW:
        return False
    turn.say("preview.again")
    turn.remind()
    return True


def listens(turn: ReportTurn, heard: Heard) -> bool:
    """Whether something is only announced."""
    if turn.answers.empty or plain_word(heard.words) not in ABOUT_TO_SAY:
        return False
    turn.say("say_it")
    return True


FIELDS = (ReportState.UNIT, ReportState.PLACE, ReportState.WHEN)
LEFT_OUT = """
    不知道 不清楚 记不清 记不清了 没有 无 不写 不写了 不想写 不填 不说 不用 不用写 空着
    随便 都行 随你 你看着写
"""


def leaves_out(turn: ReportTurn, heard: Heard) -> bool:
    """Whether something is not to be written: the open field, or a few words."""
    if turn.talk.state in FIELDS and plain_word(heard.words) in LEFT_OUT.split():
        turn.tap("none")
        return True
    if turn.answers.empty or not asks_to_leave_out(heard.words):
        return False
    if turn.talk.state is ReportState.CANCEL:
        return False
    if heard.meaning.intent == "remove" and heard.meaning.sure:
        return False
    remove(turn, Heard(heard.words, Meaning("remove", {"what": "text"})))
    return True


def add(turn: ReportTurn, heard: Heard) -> None:
    """More of this report, said while one thing is being filled in: it is written in,
    where the open step does not take it for its own.
    """
    if turn.talk.state is ReportState.PREVIEW and turn.answers.probe:
        answer_probe(turn, heard)
        return
    turn.answers.probe = ""
    own = turn.talk.state in (ReportState.TEXT, *ASKING)
    masking = turn.talk.state is ReportState.MASKS
    if own or (masking and heard.words.strip() in turn.answers.text):
        turn.read(heard.words)
    else:
        write(turn, heard.words)


def adds_plainly(turn: ReportTurn, heard: Heard) -> bool:
    """Whether the words can only be more of this report; then they are written in."""
    is_plain = tells_plainly(turn, heard)
    if is_plain:
        if told := told_field(turn, heard):
            setattr(turn.answers, told[0], draft.without_names(turn, told[1]))
        add(turn, Heard(heard.words, Meaning("add")))
    return is_plain


TAKES = (
    goes_on,
    puts_off,
    listens,
    asks_if_fine,
    swaps,
    opens_field,
    leaves_out,
    adds_plainly,
)


def notice(turn: Turn[Any], heard: Heard) -> bool:
    """What is heard before any step hears it."""
    if meet(turn, heard) or fills_in(turn, heard):
        return True
    is_of_a_report = isinstance(turn.answers, ReportAnswers)
    if not is_of_a_report or heard.meaning.intent == "emergency":
        return False
    return any(takes(turn, heard) for takes in TAKES)
