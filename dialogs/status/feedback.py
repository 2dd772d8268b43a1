"""What the reporter thinks of the result: a rating, a reopening, whether it came back;
under a story, or as the answer to a push.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dialogs import draft
from dialogs.commands import BACK
from dialogs.looks import button, label
from dialogs.plain import plain_word
from dialogs.status.finding import end, find, still_there, story_of, wanted
from dialogs.status.table import StatusState, StatusTurn
from dialogs.talk import PushAnswer, Step, Turn
from dialogs.texts import phrase
from dialogs.words import Button, Held, Rate, Rebound, Reopen, Wipe, Wish

REASON_AT_MOST = 500  # characters of a free word

# ── solved, satisfied, and a word ─────────────────────────────────────────────────────

phrase("rated.thanks", "谢谢，记下了。单位只会看到合起来的数字，看不到您这一份。")
YES_SOLVED = button("yes", "解决了", role="main", name="yes_solved")
NOT_SOLVED = button("no", "没解决", name="not_solved")
YES_SATISFIED = button("yes", "满意", role="main", name="yes_satisfied")
NOT_SATISFIED = button("no", "不满意", name="not_satisfied")
NO_WORD = button("none", "不说了", name="no_word")
REOPEN = Button("reopen", label("reopen", "重新办理"))
NOT_NOW = button("not_now", "先不用")


def is_solved(turn: StatusTurn, _: str) -> None:
    """One tap, one answer, kept at once."""
    if still_there(turn):
        turn.do(Rate(turn.answers.report, True, None, None, turn.at))
        turn.go("rated")


def not_solved(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        turn.do(Rate(turn.answers.report, False, None, None, turn.at))
        turn.go("unsolved")


def rates_satisfied(satisfied: bool) -> Callable[[StatusTurn, str], None]:
    """One tap, one answer, kept at once."""

    def pressed(turn: StatusTurn, _: str) -> None:
        if still_there(turn):
            turn.do(Rate(turn.answers.report, None, satisfied, None, turn.at))
            turn.go("rated")

    return pressed


SOLVED_STEP = Step(
    StatusState.SOLVED,
    title="解决了吗",
    ask="问题解决了吗？",
    again="请点“解决了”或“没解决”。",
    buttons=[YES_SOLVED, NOT_SOLVED, BACK],
    pressed={"yes": is_solved, "no": not_solved},
)
SATISFIED_STEP = Step(
    StatusState.SATISFIED,
    title="满意吗",
    ask="对办理满意吗？",
    again="请点“满意”或“不满意”。",
    buttons=[YES_SATISFIED, NOT_SATISFIED, BACK],
    pressed={"yes": rates_satisfied(True), "no": rates_satisfied(False)},
)


def read_word(turn: StatusTurn, words: str) -> bool:
    if not 0 < len(words.strip()) <= REASON_AT_MOST:
        return False
    word = draft.without_names(turn, words.strip())
    if still_there(turn):
        turn.do(Rate(turn.answers.report, None, None, word, turn.at))
        turn.do(Wipe())
        no_word(turn, "")
    return True


def no_word(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        turn.say("rated.thanks")
        turn.go("rated")


WORD_STEP = Step(
    StatusState.WORD,
    title="一句话",
    ask="还想说一句吗？不说也行。",
    again="请写一句话（500字以内），或点“不说了”。",
    buttons=[NO_WORD],
    pressed={"none": no_word},
    read=read_word,
)

# ── not solved: shall it be taken up again? ───────────────────────────────────────────

phrase("reopened", "已重新办理，进展会照旧告诉您。")
SAID_SATISFIED = {"满意": True, "不满意": False}  # the answer to the next question
NO_REASON = ("不", "不用", "不用了", "不要", "不需要", "算了", "先不", "no")


def take_up_again(turn: StatusTurn, reason: str) -> None:
    if not still_there(turn):
        return
    action = Rebound if turn.talk.state is StatusState.REBOUND else Reopen
    turn.do(action(turn.answers.report, reason, turn.at))
    if reason:
        turn.do(Wipe())
    turn.say("reopened")
    end(turn)


def without_reason(turn: StatusTurn, _: str) -> None:
    take_up_again(turn, "")


def read_reason(turn: StatusTurn, words: str) -> bool:
    """Why it should be taken up again, be it because it came back."""
    if not 0 < len(words.strip()) <= REASON_AT_MOST:
        return False
    take_up_again(turn, draft.without_names(turn, words.strip()))
    return True


def read_unsolved(turn: StatusTurn, words: str) -> bool:
    """A reason takes it up again; a plain no, or the answer to the next question, is
    none.
    """
    word = plain_word(words)
    if word in SAID_SATISFIED:
        turn.talk.move("rated")
        rates_satisfied(SAID_SATISFIED[word])(turn, "")
    elif word in NO_REASON:
        turn.go("rated")
    else:
        return read_reason(turn, words)
    return True


UNSOLVED_STEP = Step(
    StatusState.UNSOLVED,
    title="要重办吗",
    ask="记下了，对不住。要重新办理吗？\n点一下就重新办理；想说原因，直接写一句。",
    again="请点“重新办理”或“先不用”，也可以写一句原因（500字以内）。",
    buttons=[REOPEN, NOT_NOW],
    pressed={"reopen": without_reason, "not_now": lambda turn, _: turn.go("rated")},
    read=read_unsolved,
)
REASON_STEP = Step(
    StatusState.REASON,
    title="为什么重办",
    ask="为什么要重新办理？写一句就行，比如“又要报了”。"
    "单位只会看到“专线要求重新办理”。",
    again="请写一句原因（500字以内）。",
    buttons=[BACK],
    read=read_reason,
)

# ── has it come back? ─────────────────────────────────────────────────────────────────

REBOUND_STEP = Step(
    StatusState.REBOUND,
    title="又反弹了",
    ask="又反弹了？点一下就重新办理；想说现在怎样了，直接写一句。",
    again="请点“重新办理”或“返回”，也可以写一句（500字以内）。",
    buttons=[REOPEN, BACK],
    pressed={"reopen": without_reason},
    read=read_reason,
)


def has_held(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        push_held(turn, turn.answers.report)


# ── what a push asked ─────────────────────────────────────────────────────────────────

phrase("past.rated", "这一问您答过了，谢谢。")
phrase("past.moved", "这件事有了新情况，刚才那一问不用答了。")
phrase("held", "好的，没有反弹。以后又出现，凭回执码打开，点“又反弹了”。")
phrase("later", "好的，办结满90天时再问您一次。联系方式留到那时，问完就销毁。")
phrase(
    "later.cannot",
    "这件事这里已经不留联系方式了。到时候凭回执码来看，一样能说又反弹了。",
)


def answerable(turn: StatusTurn, report: str, *moves: str) -> bool:
    """Whether the case still allows one of these; if not, one friendly sentence, and
    its story.
    """
    story = story_of(turn, report)
    if story is None:
        return False
    can = {*story.can}
    if can & {*moves}:
        return True
    turn.say("past.rated" if can & {"reopen", "rebound"} else "past.moved")
    turn.go("opened")
    return False


@wanted("solved")
def push_solved(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, True, None, None, turn.at))
        turn.go("solved")


@wanted("unsolved")
def push_unsolved(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, False, None, None, turn.at))
        turn.go("unsolved")


@wanted("held")
def push_held(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "held"):
        turn.do(Held(report, turn.at))
        turn.say("held")
        end(turn)


@wanted("rebound")
def push_rebound(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rebound", "reopen"):
        turn.go("rebound")


@wanted("later")
def push_later(turn: StatusTurn, report: str) -> None:
    """Ask again after 90 days; where the way to this chat is gone already, only the
    receipt can.
    """
    if not answerable(turn, report, "rebound", "reopen"):
        return
    story = story_of(turn, report)
    if story is not None and "settings" not in story.can:
        turn.say("later.cannot")
        turn.go("opened")
        return
    turn.do(Wish(report, {"later": True}, turn.at))
    turn.say("later")
    end(turn)


def answers(verb: str, *words: str) -> PushAnswer:
    """The push's button finds its report first, then does what it wants with it."""

    def pushed(turn: Turn[Any], handle: str) -> None:
        find(turn, handle, verb)

    return PushAnswer(verb, words, pushed)


FEEDBACK_STEPS = (
    SOLVED_STEP,
    UNSOLVED_STEP,
    SATISFIED_STEP,
    WORD_STEP,
    REASON_STEP,
    REBOUND_STEP,
)
FEEDBACK_PUSHES = (
    answers("solved", "解决了", "已解决", "solved"),
    answers("unsolved", "没解决", "未解决", "没有解决", "not solved"),
    answers("held", "没有反弹", "没反弹"),
    answers("rebound", "又反弹了", "反弹了"),
    answers("later", "90天后再问我"),
)
