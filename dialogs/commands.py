"""What is understood at every step, whatever the dialog: start, back, cancel, help, and
another language.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dialogs.emergency import RESUME, resume
from dialogs.looks import button
from dialogs.talk import WRITE_IN, Command, Turn, leave
from dialogs.texts import LANGUAGES, phrase

phrase("draft.kept", "您有一份没送出的内容，接着来：")
phrase("back.first", "这里就是最前面了。")
phrase(
    "help",
    "直接用一句话说事，看一眼预览，说“可以了”就送出；哪里不对，直接说。\n"
    "想问就问，比如“会不会查到我”“多久有结果”。\n"
    "随时可以说：进度、返回、取消、English。按钮也可以打数字代替。",
)

BACK = button("back", "返回")
HELP = button("help", "帮助")
LANGUAGE = button("lang", "English")


def start(turn: Turn[Any]) -> None:
    """The first screen; or the draft that waits, which is never thrown away by a
    greeting.
    """
    turn.tapped = False
    if turn.talk.under is not None:
        leave(turn)
        return
    if not turn.talk.dialog.opens_chat:
        turn.enter_first()
    elif not turn.talk.answers.empty:
        turn.say("draft.kept")
    turn.prompt()


def cancel(turn: Turn[Any]) -> None:
    turn.talk.dialog.cancel(turn)


def back(turn: Turn[Any]) -> None:
    """One step back by the table; from the first step of a talk, to the talk below or
    the first screen.
    """
    if turn.talk.moved("back"):
        turn.prompt()
    elif turn.talk.under is not None:
        turn.resume()
    else:
        if not turn.talk.dialog.opens_chat:
            turn.enter_first()
        elif not turn.talk.idle:
            turn.tapped = False
            turn.say("back.first")
        turn.prompt()


def tell_help(turn: Turn[Any]) -> None:
    """Help, and back to the same step."""
    turn.say("help")
    turn.remind()


def switch_language(turn: Turn[Any]) -> None:
    following = LANGUAGES.index(turn.talk.lang) + 1
    turn.talk.lang = LANGUAGES[following % len(LANGUAGES)]
    turn.prompt()


def write_in(turn: Turn[Any]) -> None:
    """The last message was no wish: what it changed is undone, and it is written in."""
    aside = turn.talk.aside
    turn.talk.aside = None
    turn.tapped = False
    if aside is None:
        turn.say("stale")
        turn.prompt()
        return
    turn.talk.alarm = ""
    if aside.answers is not None:
        dialog = turn.talk.dialog
        pictures = turn.answers.pictures  # one that was taken away is gone
        turn.talk.answers = msgspec.convert(aside.answers, dialog.answers)
        turn.talk.answers.pictures = pictures
        turn.talk.state = dialog.states(aside.state)
    turn.write(aside.words)


WRITES_IN = ("这句也写进去", "也写进去", "不是,这是要写进去的话")  # its buttons
COMMANDS = (
    Command("start", ("开始", "重新开始", "start"), start),
    Command("cancel", ("取消", "放弃", "cancel"), cancel, ("cancel",)),
    Command("back", ("返回", "上一步", "back"), back, ("back",)),
    Command(WRITE_IN.choice, WRITES_IN, write_in),
    Command(RESUME.choice, ("接着写", "继续写"), resume),
    Command("help", ("帮助", "?", "help", "怎么用"), tell_help),
    Command("lang", ("english", "中文", "language", "语言"), switch_language),
)
