"""The story of a report, and what its reporter may do from there: add to it, set what
is told, be forgotten.
"""

from __future__ import annotations

from typing import Any

import dialogs.case.pushes  # noqa: F401 - its buttons stand under a story, too
from dialogs import draft
from dialogs.commands import BACK
from dialogs.looks import button, label
from dialogs.status.finding import (
    drop_pictures,
    end,
    meant,
    still_there,
    story_of,
    wanted,
)
from dialogs.status.finding import find as find_report
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.talk import Command, PushAnswer, Step, Turn, leave
from dialogs.texts import phrase, phrases
from dialogs.words import (
    WISHES,
    Button,
    Forget,
    Hide,
    Hush,
    Picture,
    Supplement,
    Tell,
    Wipe,
    Wish,
)


@wanted(NAME)
def open_story(turn: StatusTurn, report: str) -> None:
    if story_of(turn, report):
        turn.go("opened")


# ── the story ─────────────────────────────────────────────────────────────────────────


def show_story(turn: StatusTurn) -> dict[str, Any]:
    story = turn.look(Tell(turn.answers.report))
    if story is None:  # forgotten meanwhile, from another chat
        turn.answers.can = ()
        return {"text": turn.t("story.gone"), "lines": []}
    turn.answers.can = tuple(story.can)
    return {"text": story.text(turn.talk.lang), **story.params(turn.talk.lang)}


ADD = button("add", "补充材料")
ANSWER = Button("add", label("answer", "回答专线"))
REFRESH = button("refresh", "刷新")
CLOSE = button("close", "关闭")
HUSH = button("hush", "别再提醒")
BESIDE = (  # under a story, in order, each where its move is allowed
    Button("held", "b.held"),
    Button("rebound", "b.rebound"),
    button("rate", "评价"),
    button("satisfied", "接着评价"),
    button("reopen", "重新办理"),
    button("settings", "跟进设置"),
    HUSH,
    button("forget", "忘记我", role="grave"),
)


def story_buttons(turn: StatusTurn) -> list[Button]:
    can = turn.answers.can
    add = []
    if "answer" in can:
        add = [ANSWER]
    elif "supplement" in can:
        add = [ADD]
    rest = [button for button in BESIDE if button.choice in can]
    return [*add, *rest, REFRESH, CLOSE]


def refresh(turn: StatusTurn, _: str) -> None:
    turn.prompt()


def close(turn: StatusTurn, _: str) -> None:
    leave(turn)


# ── more material, or an answer ───────────────────────────────────────────────────────

phrase("supplemented", "已补充，谢谢您。专线会转给承办人，单位每天只统一收到一次。")
DROP = button("drop", "放弃", role="grave", name="cancel")


def write(turn: StatusTurn, words: str) -> bool:
    """Words for the case: masked and shown before they go."""
    parts = [turn.answers.text, words.strip()]
    words = "\n".join(filter(None, parts))
    if not words:
        return False
    if draft.fits(turn, words):
        draft.put_text(turn, words, turn.look(Hide(words)))
        to_check(turn)
    else:
        turn.prompt()
    return True


def edited(turn: StatusTurn, old: str, new: str) -> bool:
    """Words were changed after they had been said: the supplement follows."""
    words = draft.changed(turn, old, new)
    if words is None:
        return False
    if draft.fits(turn, words):
        draft.put_text(turn, words, turn.look(Hide(words)))
    turn.prompt()
    return True


phrase("asked.one", "专线想问您：{text}")
phrase("asked.several", "专线想问您：\n{text}")


@wanted("answer")
def answer_question(turn: StatusTurn, report: str) -> None:
    """Straight to where it is answered, below what was asked; where nobody waits for an
    answer any more, to the story.
    """
    story = story_of(turn, report)
    if story is None:
        return
    asked = story.questions
    if not asked:
        turn.say("past.moved")
        turn.go("opened")
        return
    turn.talk.move("opened")
    if len(asked) == 1:
        turn.say("asked.one", text=asked[0])
    else:
        lines = [f"{number}. {one}" for number, one in enumerate(asked, 1)]
        turn.say("asked.several", text="\n".join(lines))
    turn.go("add")


def add_picture(turn: StatusTurn, picture: Picture, replaces: str | None) -> None:
    draft.add_picture(turn, picture, replaces)
    to_check(turn)


def to_check(turn: StatusTurn) -> None:
    if turn.talk.state is StatusState.CHECK:
        turn.prompt()
    else:
        turn.go("written")


@wanted("add")
def add_to_found(turn: StatusTurn, report: str) -> None:
    """Where more can be added, straight to that; else to the story."""
    story = story_of(turn, report)
    if story is None:
        return
    turn.go("opened")
    if {"answer", "supplement"} & {*story.can}:
        turn.go("add")


ADD_STEP = Step(
    StatusState.ADD,
    title="写补充",
    ask="请写要补充的话，也可以发图片（最多6张）。"
    "对方问您什么，答什么就行，不用写姓名。",
    again="请写一句话，或发一张图片。",
    buttons=[BACK],
    read=write,
    pictured=add_picture,
)


def show_check(turn: StatusTurn) -> dict[str, Any]:
    return draft.shown(turn) | {"number": len(turn.answers.pictures)}


def check_buttons(turn: StatusTurn) -> list[Button]:
    masks = draft.mask_buttons(turn)
    pictures = draft.picture_buttons(turn)
    return [draft.SEND, *masks, *pictures, DROP]


def send(turn: StatusTurn, _: str) -> None:
    if not still_there(turn):
        return
    answers = turn.answers
    pictures = tuple(picture.id for picture in answers.pictures)
    turn.do(Supplement(answers.report, draft.masked(turn), pictures, turn.at))
    answers.pictures = ()
    turn.do(Wipe())  # what was masked must not stay on a screen either
    turn.say("supplemented")
    end(turn)


def drop(turn: StatusTurn, _: str) -> None:
    turn.answers.text = ""
    turn.answers.masks = ()
    drop_pictures(turn)
    turn.answers.pictures = ()
    turn.do(Wipe())
    turn.talk.move("back")
    turn.go("back")


CHECK_STEP = Step(
    StatusState.CHECK,
    title="看一眼补充",
    ask="请看一眼，这就是要补充的内容：\n\n{masked}\n\n图片：{number}张",
    again="请点“送出”，或点一处放开、遮住。",
    kind="draft",
    show=show_check,
    buttons=check_buttons,
    pressed={
        "send": send,
        "drop": drop,
        **draft.PRESSED_MASKS,
        **draft.PRESSED_PICTURES,
    },
    read=write,
    pictured=add_picture,
)

# ── what is told unasked ──────────────────────────────────────────────────────────────

phrases(
    "wish",
    weekly="办理中的提醒（每7天、超期、督办）",
    callback="办结后的回访",
    look_back="30天后的回头看",
    later="90天后再问一次",
)
phrase("hushed", "好的，不再主动告诉您。凭回执码随时能查。")
phrase("hush.none", "这里没有会主动提醒您的事了。")
WISH_ON = label("wish_on", "{what}：开")
WISH_OFF = label("wish_off", "{what}：关")


def open_settings(turn: StatusTurn, _: str) -> None:
    story = turn.look(Tell(turn.answers.report))
    if story is not None:
        turn.answers.wishes = WISHES | dict(story.wishes)
    if still_there(turn):
        turn.go("settings")


def wish_buttons(turn: StatusTurn) -> list[Button]:
    wishes = turn.answers.wishes.items()
    toggles = [_wish_button(turn, name, on) for name, on in wishes]
    return [*toggles, HUSH, BACK]


def _wish_button(turn: StatusTurn, name: str, on: bool) -> Button:
    params = {"what": turn.t(f"wish.{name}")}
    return Button(f"wish:{name}", WISH_ON if on else WISH_OFF, params)


def toggle_wish(turn: StatusTurn, name: str) -> None:
    """One tap, kept at once; a name that there is not changes nothing."""
    wishes = turn.answers.wishes
    if name in wishes and still_there(turn):
        toggled = {name: not wishes[name]}
        turn.answers.wishes = wishes | toggled
        turn.do(Wish(turn.answers.report, toggled, turn.at))
    if not turn.talk.over and turn.talk.state is StatusState.SETTINGS:
        turn.prompt()


def hush(turn: StatusTurn, _: str) -> None:
    turn.do(Hush(turn.answers.report, turn.at))
    turn.say("hushed")
    end(turn)


@wanted("hush")
def hush_found(turn: StatusTurn, report: str) -> None:
    if story_of(turn, report):
        hush(turn, "")


def hush_pushed(turn: Turn[Any], handle: str) -> None:
    """At once, and whatever is open stays open."""
    found = meant(turn, handle)
    if len(found) == 1:
        turn.do(Hush(found[0], turn.at))
        turn.say("hushed")
    elif found or handle:
        return find_report(turn, handle, "hush")
    else:
        turn.say("hush.none")
    if kept(turn).report in found:
        end(turn)
    elif not turn.talk.idle:
        turn.tapped = False
        turn.prompt()


def mute(turn: Turn[Any]) -> None:
    """Typed: of the case that is open, else of the only one, else of the one that is
    picked.
    """
    if kept(turn).report:
        hush(turn, "")
    else:
        hush_pushed(turn, "")


SETTINGS_STEP = Step(
    StatusState.SETTINGS,
    title="跟进设置",
    ask="这件事要主动告诉您哪些？点一下，开的关上，关的打开。\n"
    "受理、转办、办结这些变化总会告诉您；都不想听，点“别再提醒”。",
    again="请点一项，或点“返回”。",
    buttons=wish_buttons,
    pressed={"wish": toggle_wish, "hush": hush},
)

# ── 忘记我 ────────────────────────────────────────────────────────────────────────────

phrase("forgotten", "已销毁，这件事再也找不到您了。谢谢您说出来。")


def forget(turn: StatusTurn, _: str) -> None:
    turn.do(Forget(turn.answers.report, turn.at))
    turn.do(Wipe())
    turn.say("forgotten")
    end(turn)


FORGET_STEP = Step(
    StatusState.FORGET,
    title="忘记我吗",
    ask="“忘记我”会立即销毁您写的文字、图片和联系方式，回执码随之失效，不能恢复；"
    "事情本身仍会继续办。确定吗？",
    again="请点“确定，忘记我”或“返回”。",
    buttons=[
        button("sure", "确定，忘记我", role="grave", name="sure_forget"),
        BACK,
    ],
    pressed={"sure": forget},
)

STORY_STEPS = (ADD_STEP, CHECK_STEP, SETTINGS_STEP, FORGET_STEP)
STORY_PUSHES = (
    PushAnswer(NAME, (), lambda turn, handle: find_report(turn, handle, NAME)),
    PushAnswer("answer", (), lambda turn, handle: find_report(turn, handle, "answer")),
    PushAnswer("hush", (), hush_pushed),
)
MUTE_COMMAND = Command(
    "mute",
    ("别再提醒", "不要提醒", "别提醒了", "别再提醒我", "no more reminders"),
    mute,
)
