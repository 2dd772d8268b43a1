"""Which report is meant: the chat's own, one of several, or the one of a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dialogs.commands import BACK
from dialogs.looks import button
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.talk import Command, Step, Turn
from dialogs.texts import phrase
from dialogs.words import (
    MISTYPED,
    Button,
    ByHandle,
    ByReceipt,
    DropPictures,
    Mine,
    MyCase,
    Tell,
    Told,
)

SPEECH = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = 6  # Chinese characters that no receipt holds

phrase("code.malformed", "这个回执码有一位抄错了，请对照再发一次。")
phrase(
    "which",
    "认不出是哪一件，可能已经不再提醒，或联系方式已销毁。请发送回执码，接着办。",
)
phrase("unsent", "您有一段补充还没送出，先点“送出”或“放弃”。")
phrase("story.gone", "这件事的内容已按要求销毁，查不到了。")
phrase("pick.line", "{day} {category}")

Wanted = Callable[[StatusTurn, str], None]
WANTED: dict[str, Wanted] = {}  # what can be done with a report once it is found


def wanted(name: str) -> Callable[[Wanted], Wanted]:
    """Make a function what "name" wants with the report (hex) that is found."""

    def known(act: Wanted) -> Wanted:
        WANTED[name] = act
        return act

    return known


# ── finding it ────────────────────────────────────────────────────────────────────────


def ask_status(turn: Turn[Any]) -> None:
    """The chat's only case at once, a choice of several, or the question for the
    receipt.
    """
    find(turn, "", NAME)


def take_receipt(turn: Turn[Any], receipt: str) -> None:
    """A receipt, typed or pasted anywhere, opens its story; what it was asked for goes
    on.
    """
    mistyped = receipt == MISTYPED
    report = None if mistyped else turn.look(ByReceipt(receipt))
    if report == MISTYPED:
        mistyped = True
    if report is None or mistyped:
        turn.say("code.malformed" if mistyped else "code.again")
        turn.prompt()
        return
    turn.look(Tell(report))
    wants = kept(turn).wanted
    if unsent(turn):
        return
    WANTED[wants](turn.enter(NAME), report)


def meant(turn: Turn[Any], handle: str) -> list[str]:
    """The report of this handle; without one, all that this chat may open."""
    if handle:
        report = turn.look(ByHandle(handle))
        return [report] if report else []
    return [case.report for case in turn.look(Mine())]


def find(turn: Turn[Any], handle: str, wants: str) -> None:
    """Do what is wanted with the case of this handle, or this chat's only one; ask
    which, or the receipt.
    """
    found = meant(turn, handle)
    if unsent(turn):
        return
    opened: StatusTurn = turn.enter(NAME)
    opened.answers.cases = len(found)
    opened.answers.wanted = wants
    if len(found) == 1:
        WANTED[wants](opened, found[0])
    elif found:
        opened.go("several")
    else:
        if handle:
            opened.say("which")
        opened.prompt()


def unsent(turn: Turn[Any]) -> bool:
    """A supplement that was written and shown is not swept away by whatever is pressed
    next.
    """
    if turn.talk.state is not StatusState.CHECK:
        return False
    turn.say("unsent")
    turn.prompt()
    return True


# ── once it is found ──────────────────────────────────────────────────────────────────


def story_of(turn: StatusTurn, report: str) -> Told | None:
    """The story of what the turn is about from here on; where it was forgotten, say so
    and end.
    """
    story = turn.look(Tell(report))
    if story is None:
        turn.say("story.gone")
        end(turn)
    else:
        turn.answers.wanted = NAME
        turn.answers.report = report
    return story


def still_there(turn: StatusTurn) -> bool:
    """The report may have been forgotten meanwhile, from another chat: then say so, and
    end.
    """
    if turn.look(Tell(turn.answers.report)) is None:
        turn.say("story.gone")
        end(turn)
        return False
    return True


def end(turn: Turn[Any]) -> None:
    """Done here: the draft below goes on, or the talk is over."""
    drop_pictures(turn)
    turn.resume()


def drop_pictures(turn: Turn[Any]) -> None:
    for picture in turn.answers.pictures:
        turn.do(DropPictures((picture.id,)))


# ── its steps ─────────────────────────────────────────────────────────────────────────


def read_code(turn: StatusTurn, words: str) -> bool:
    """Something that is no receipt, typed where one is asked for: perhaps somebody has
    news instead.
    """
    if turn.talk.under is None and len(SPEECH.findall(words)) >= SENTENCE:
        turn.enter_first().read(words)
        return True
    mistyped = turn.look(ByReceipt(words)) == MISTYPED
    turn.say("code.malformed" if mistyped else "code.again")
    turn.prompt()
    return True


CODE_STEP = Step(
    StatusState.CODE,
    title="要回执码",
    ask="请发送回执码（16位字母和数字），马上告诉您进展。",
    again="没有查到。请对照抄下的回执码再发一次，或说“返回”。",
    buttons=[BACK],
    read=read_code,
)
BY_CODE = button("code", "用回执码查")


def pick_buttons(turn: StatusTurn) -> list[Button]:
    mine = turn.look(Mine())
    cases = [_case_button(turn, number, case) for number, case in enumerate(mine)]
    return [*cases, BY_CODE]


def _case_button(turn: StatusTurn, number: int, case: MyCase) -> Button:
    category = turn.t(f"category.{case.category}")
    params = {"day": case.filed_day, "category": category}
    return Button(f"case:{number}", "pick.line", params)


def pick(turn: StatusTurn, number: str) -> None:
    mine = turn.look(Mine())
    if number.isdecimal() and int(number) < len(mine):
        WANTED[turn.answers.wanted](turn, mine[int(number)].report)
    else:
        turn.again()


PICK_STEP = Step(
    StatusState.PICK,
    title="选哪一件",
    ask="您在这里反映过{number}件，说的是哪一件？",
    again="请点选一件，或直接发送回执码。",
    show=lambda turn: {"number": turn.answers.cases},
    buttons=pick_buttons,
    pressed={"case": pick, "code": lambda turn, _: turn.go("code")},
)

FINDING_STEPS = (CODE_STEP, PICK_STEP)
STATUS_COMMAND = Command(
    NAME, ("进度", "查进度", "进展", "查进展", "查询", "status"), ask_status
)
