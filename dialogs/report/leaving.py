"""Giving up, or not just now: asked once, and nothing is claimed that is not so."""

from __future__ import annotations

import re
from datetime import timedelta

from dialogs.asides import answer_unclear
from dialogs.looks import button, label
from dialogs.plain import plain_word
from dialogs.report.filing import end
from dialogs.report.reading import write
from dialogs.report.table import ReportState, ReportTurn
from dialogs.talk import Heard, Step
from dialogs.texts import phrase, phrases
from dialogs.words import Button, Wipe

phrase("cancel", "要放弃吗？放弃后会立即删除：{what}。")  # still stands on screens
phrase("cancelled", "已放弃，刚才写的都删掉了。想反映时，直接说一句话就行。")
phrase("cancel.nothing", "好，不急。这里什么都没有留下，想说的时候再来。")
phrase(
    "cancel.kept", "好，先存着，再留{hours}小时，之后自动清除。想接着写，说一声就行。"
)
phrase("sent.what", "文字{characters}字、图片{pictures}张")
phrases(
    "cancel",
    hesitates="不急，您慢慢想。不提醒，也不催；没送出的两小时后自动清掉。",
)
KEEP = label("keep", "不，继续写")
STORE = label("store", "先存着")
LEAVE = button("cancel", "放弃", role="grave")
HESITATION_AT_MOST = 16  # characters
HESITATES_FOR = timedelta(hours=3)  # to the hour before: two to three hours
TELLS_ON = re.compile(
    r"(?:还是|接着|继续|我?要|想|再|还得?).{0,3}(?:报|说|写|送|交|反映|发)|继续|接着"
)
PUTS_OFF = re.compile(r"存|放|留|下次|改天|明天|回头|晚点|有空|再想|不|别")
NOT_YET = re.compile(
    r"(?:我|还)?(?:先|还|暂时|现在)(?:不|别)(?:交|送|发|报|提交)(?:了|吧|呢)?"
)
GOES_ON_AT_MOST = 10  # characters; who says more tells more
HESITATES = re.compile(r"再想想|想一想|考虑|想好了?再|再看看|再说吧|犹豫")


def cancel(turn: ReportTurn) -> None:
    """Ask before words are lost; without words there is nothing to ask."""
    if not turn.talk.moved("cancel"):
        return
    if turn.talk.state is ReportState.GONE:
        give_up(turn)
    else:
        turn.prompt()


def stop(turn: ReportTurn, heard: Heard) -> None:
    """In free words: asked once, unless it was said to keep it."""
    answers = turn.answers
    if turn.talk.idle or answers.empty:
        turn.say("cancel.nothing")
    elif HESITATES.search(heard.words):
        think_it_over(turn)
    elif heard.meaning.args.get("mode") == "keep":
        keep_for_now(turn, "")
    else:
        cancel(turn)


def hesitates(heard: Heard) -> bool:
    """Whether somebody only wants to think; asked what then, he loses nothing."""
    is_short = len(heard.words) <= HESITATION_AT_MOST
    return is_short and bool(HESITATES.search(heard.words))


def hesitate(turn: ReportTurn, heard: Heard) -> None:
    """Who only wants to think has said what he wants; whatever else is no word to act
    on is asked again.
    """
    if hesitates(heard):
        stop(turn, heard)
    else:
        answer_unclear(turn, heard)


def think_it_over(turn: ReportTurn) -> None:
    """Who wants to think is asked nothing and not reminded, and soon nothing is left of
    it.
    """
    soon = turn.at + HESITATES_FOR
    hour = int(soon.timestamp()) // 3600 * 3600
    turn.talk.expires = min(turn.talk.expires or hour, hour)
    turn.talk.reminded = True
    turn.tapped = False
    if turn.talk.state is ReportState.CANCEL:
        turn.talk.move("back")
    turn.say("cancel.hesitates", LEAVE)


def discard(turn: ReportTurn, _: str) -> None:
    turn.talk.move("discard")
    give_up(turn)


def give_up(turn: ReportTurn) -> None:
    turn.discard()
    turn.do(Wipe())
    turn.say("cancelled")
    end(turn)


def keep_for_now(turn: ReportTurn, _: str) -> None:
    """It stays as it is; nothing more is asked until its reporter comes back."""
    if turn.talk.state is ReportState.CANCEL:
        turn.talk.move("back")
    turn.say("cancel.kept", hours=turn.hours_left)


def stopped(turn: ReportTurn, heard: Heard) -> None:
    """The answer to whether to throw it away, in words that say what to do."""
    mode = heard.meaning.args.get("mode", "unclear")
    if mode == "keep":
        keep_for_now(turn, "")
    elif mode == "discard" and heard.meaning.sure:
        discard(turn, "")
    else:
        turn.again()


def agree_to_stop(turn: ReportTurn, heard: Heard) -> None:
    """Only a plain yes throws away."""
    if heard.meaning.sure:
        discard(turn, "")
    else:
        turn.again()


def puts_off(turn: ReportTurn, heard: Heard) -> bool:
    """Whether it is only said that it is not to be sent now."""
    if turn.answers.empty or not NOT_YET.fullmatch(plain_word(heard.words)):
        return False
    keep_for_now(turn, "")
    return True


def goes_on(turn: ReportTurn, heard: Heard) -> bool:
    """Whether who was asked about stopping only says to go on, or to send; then the
    draft is shown.
    """
    words = heard.words.strip()
    is_asked = turn.talk.state is ReportState.CANCEL and len(words) <= GOES_ON_AT_MOST
    if not is_asked or PUTS_OFF.search(words) or not TELLS_ON.search(words):
        return False
    turn.go("back")
    return True


def go_on(turn: ReportTurn, heard: Heard) -> None:
    """More words instead of an answer: so it goes on, and they are written in."""
    write(turn, heard.words)


def show_what_is_lost(turn: ReportTurn) -> dict[str, object]:
    characters = len(turn.answers.text)
    pictures = len(turn.answers.pictures)
    what = turn.t("sent.what", characters=characters, pictures=pictures)
    return {"what": what, "hours": turn.hours_left}


CANCEL_STEP = Step(
    ReportState.CANCEL,
    title="要放弃吗",
    name="stop",  # "cancel" was said with other parameters
    ask="要放弃吗？放弃后会立即删除：{what}。也可以先存着，再留{hours}小时。",
    again="请点“放弃”“先存着”或“不，继续写”。",
    show=show_what_is_lost,
    buttons=[
        button("discard", "放弃", role="grave", name="cancel"),
        Button("store", STORE),
        Button("back", KEEP),
    ],
    pressed={"discard": discard, "store": keep_for_now},
    hears="cancel",
    asked="open",
    means={
        "yes": agree_to_stop,
        "no": lambda turn, _: turn.go("back"),
        "cancel": stopped,
        "add": go_on,
        "answer": go_on,
        "new_report": go_on,
        "send": lambda turn, _: turn.go("back"),
    },
)
