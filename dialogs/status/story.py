"""The story of a report, and what its reporter may do from there: add to it, set what
is told, be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import dialogs.case.hold
import dialogs.case.pushes  # noqa: F401 - its buttons stand under a story, too
from dialogs import draft
from dialogs.amending import correct_words, remove_pictures, remove_words
from dialogs.asides import answer_unclear
from dialogs.commands import BACK
from dialogs.library.promised import promised
from dialogs.looks import button, label
from dialogs.plain import plain_word
from dialogs.status.finding import (
    drop_pictures,
    end,
    meant,
    still_there,
    story_of,
    unsent,
    wanted,
)
from dialogs.status.finding import find as find_report
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.talk import Command, Heard, PushAnswer, Step, Turn, leave
from dialogs.texts import phrase, phrases
from dialogs.words import (
    WISHES,
    Asked,
    Button,
    Forget,
    Hide,
    Hush,
    Picture,
    RulesInForce,
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
    turn.answers.unsure = False
    return {"text": story.text(turn.talk.lang), **story.params(turn.talk.lang)}


ADD = button("add", "补充材料")
ANSWER = Button("add", label("answer", "回答专线"))
REFRESH = button("refresh", "刷新")
CLOSE = button("close", "关闭")
HUSH = button("hush", "别再提醒")
COPY = button("copy", "留一份")
WITHDRAW = label("withdraw", "不办了，撤回")
BESIDE = (  # under a story, in order, each where its move is allowed
    Button("release", "b.hold_release"),
    Button("confirm", "b.hold_confirm"),
    Button("held", "b.held"),
    Button("rebound", "b.rebound"),
    button("rate", "评价"),
    button("satisfied", "接着评价"),
    Button("appeal", label("appeal", "换个人再看")),
    button("reopen", "重新办理"),
    button("settings", "跟进设置"),
    HUSH,
    Button("withdraw", WITHDRAW),
    button("forget", "忘记我", role="grave"),
)


def story_buttons(turn: StatusTurn) -> list[Button]:
    can = turn.answers.can
    add = []
    if "answer" in can:
        add = [ANSWER]
    elif "supplement" in can:
        add = [ADD]
    # an appeal is the reopening of what was declined, under its own name
    hidden = {"reopen"} if "appeal" in can else set()
    offered = set(can) - hidden
    rest = [button for button in BESIDE if button.choice in offered]
    return [*add, *rest, COPY, REFRESH, CLOSE]


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
        retake(turn, words)
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


phrase("asked.still", "还有一问：{text}")
phrase("asked.other", "另一件，专线也在等您一句话：{text}\n直接写就行。")
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
    turn.answers.asked = asked
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
    if turn.talk.state is StatusState.DROP:
        turn.talk.move("back")
    if turn.talk.state is StatusState.CHECK:
        turn.prompt()
        return
    if turn.talk.state is not StatusState.ADD:
        turn.talk.move("opened")
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
    hears="supplement_open",
    asked="open",
)


def show_check(turn: StatusTurn) -> dict[str, Any]:
    return draft.shown(turn) | {"number": len(turn.answers.pictures)}


def check_buttons(turn: StatusTurn) -> list[Button]:
    masks = draft.mask_buttons(turn)
    pictures = draft.picture_buttons(turn)
    return [draft.SEND, *masks, *pictures, DROP]


def send(turn: StatusTurn, _: str) -> None:
    """It goes; what else the hotline wants to know is named next."""
    if not still_there(turn):
        return
    answers = turn.answers
    others = [one for one in turn.look(Asked()) if one.report != answers.report]
    still_asked = _asked(turn)[1:]
    supplement = Supplement(
        report=answers.report,
        text=draft.masked(turn),
        pictures=tuple(picture.id for picture in answers.pictures),
        at=turn.at,
        corrects=answers.corrects,
        left=0 if answers.corrects else len(still_asked),
    )
    turn.do(supplement)
    empty(turn)
    turn.do(Wipe())  # what was masked must not stay on a screen either
    if still_asked and not supplement.corrects:
        answers.asked = still_asked
        turn.say("supplemented")
        turn.say("asked.still", text=still_asked[0])
        turn.go("more")
        return
    turn.say("supplemented")
    if others:
        turn.say("asked.other", text=others[0].text)
    end(turn)


def _asked(turn: StatusTurn) -> tuple[str, ...]:
    """What the hotline wants to know in this case, oldest first."""
    if turn.answers.asked:
        return turn.answers.asked
    story = turn.look(Tell(turn.answers.report))
    return story.questions if story else ()


def empty(turn: StatusTurn) -> None:
    """Nothing is written any more."""
    turn.answers.text = ""
    turn.answers.masks = ()
    turn.answers.pictures = ()
    turn.answers.corrects = False


def drop(turn: StatusTurn, _: str) -> None:
    drop_pictures(turn)
    empty(turn)
    turn.do(Wipe())
    turn.say("dropped")
    turn.go("dropped")


def cancel(turn: StatusTurn) -> None:
    """What was written is asked for once; where nothing was, nothing is lost."""
    match turn.talk.state:
        case StatusState.CHECK:
            turn.go("drop")
        case StatusState.DROP:
            drop(turn, "")
        case StatusState.CODE | StatusState.PICK | StatusState.STORY:
            leave(turn)
        case _:
            turn.talk.move("opened")
            turn.prompt()


def cancel_check(turn: StatusTurn, heard: Heard) -> None:
    """Kept is kept: a day, as every draft."""
    if heard.meaning.args.get("mode") == "keep":
        turn.say("cancel.kept", hours=turn.hours_left)
    else:
        turn.go("drop")


def retake(turn: StatusTurn, text: str) -> None:
    draft.put_text(turn, text, turn.look(Hide(text)))


TAKES_ALL_BACK = re.compile(
    r"^(?:我|[说写打发弄搞记]错了?|不对|不是(?:这[个件])?|没(?:有)?(?:这回事)?|当我没说"
    r"|了|的|[，,。 ])+$"
)
ALL_OF_IT = re.compile(r"当我没说|没(?:有)?(?:这回事)?[了的，,。 ]*$|不是这[个件]")
SENDS = ("嗯", "嗯嗯", "恩", "嗯哼", "昂", "噢好", "没错")


def correct_check(turn: StatusTurn, heard: Heard) -> None:
    """Where it is not told what is wrong, that is asked; who takes all of it back is
    asked whether it shall go.
    """
    words = heard.words.strip()
    if takes_back(words):
        turn.go("drop")
        return
    before = turn.answers.text
    correct_words(turn, heard, retake)
    turn.answers.unsure = turn.answers.text == before
    turn.tapped = False
    turn.prompt()


def refuse_check(turn: StatusTurn, heard: Heard) -> None:
    if takes_back(heard.words.strip()):
        turn.go("drop")
    else:
        turn.again()


def takes_back(words: str) -> bool:
    """Whether all that was written is said to be wrong: 我说错了，没有."""
    is_such = "错" in words or "当我没说" in words
    return is_such and all(one.search(words) for one in (ALL_OF_IT, TAKES_ALL_BACK))


def is_plain_at_check(words: str) -> bool:
    """Whether there is no doubt what words mean where a supplement is shown."""
    return plain_word(words) in SENDS or takes_back(words.strip())


def agree_to_send(turn: StatusTurn, heard: Heard) -> None:
    """A yes sends what is shown; not where it was asked what is wrong with it."""
    is_sound = heard.meaning.intent == "unclear"
    if is_sound and plain_word(heard.words) not in SENDS:
        answer_unclear(turn, heard)
    elif turn.answers.unsure and not SENDS_PLAINLY.search(heard.words):
        turn.answers.unsure = False
        turn.again()
    else:
        send(turn, "")


SENDS_PLAINLY = re.compile(r"送|发|交|提")


def remove_from_check(turn: StatusTurn, heard: Heard) -> None:
    args = heard.meaning.args
    if args.get("what") == "picture":
        remove_pictures(turn, heard, args.get("n", "all"))
    else:
        remove_words(turn, heard, str(args.get("quote", "")), retake)
    turn.tapped = False
    if turn.answers.unsent:
        turn.prompt()
    else:
        turn.go("back")


def put_by(turn: StatusTurn, heard: Heard) -> None:
    """Another matter, while this is not sent."""
    waiting = turn.talk.later
    turn.talk.later = f"{waiting}\n{heard.words}" if waiting else heard.words
    turn.say("later.noted", words=draft.shorten(heard.words, 20))
    turn.tapped = False
    turn.prompt()


def unsent_first(turn: StatusTurn, _: Heard) -> None:
    turn.tapped = False
    turn.say("unsent")
    turn.prompt()


CHECK_STEP = Step(
    StatusState.CHECK,
    title="看一眼补充",
    ask="请看一眼，这就是要补充的内容：\n\n{masked}\n\n图片：{number}张",
    again="请点“送出”，或点一处放开、遮住。",
    short="要补充的在上面，还没有送出。没问题就点“送出”；想再看一遍，说“预览”。",
    kind="draft",
    show=show_check,
    buttons=check_buttons,
    pressed={
        "send": send,
        "drop": lambda turn, _: turn.go("drop"),
        **draft.PRESSED_MASKS,
        **draft.PRESSED_PICTURES,
    },
    read=write,
    pictured=add_picture,
    hears="supplement_open",
    means={
        "send": lambda turn, heard: agree_to_send(turn, heard),
        "yes": lambda turn, heard: agree_to_send(turn, heard),
        "unclear": lambda turn, heard: agree_to_send(turn, heard),
        "no": lambda turn, heard: refuse_check(turn, heard),
        "add": lambda turn, heard: turn.read(heard.words),
        "correct": correct_check,
        "remove": remove_from_check,
        "cancel": cancel_check,
        "new_report": put_by,
        "status": unsent_first,
        "hurry": unsent_first,
        "withdraw": unsent_first,
        "hold_back": lambda turn, _: turn.again(),
        "rate": lambda turn, heard: turn.read(heard.words),
        "rebound": lambda turn, heard: turn.read(heard.words),
    },
)

phrase("dropped", "这段补充删掉了，没有送出。")


def show_drop(turn: StatusTurn) -> dict[str, Any]:
    characters = len(turn.answers.text)
    pictures = len(turn.answers.pictures)
    return {"what": turn.t("sent.what", characters=characters, pictures=pictures)}


DROP_STEP = Step(
    StatusState.DROP,
    title="不补充了吗",
    ask="这段补充不要了吗？放弃后会立即删除：{what}。",
    again="请点“放弃”或“不，继续写”。",
    show=show_drop,
    buttons=[DROP, Button("back", "b.keep")],
    pressed={"drop": drop},
    read=lambda turn, words: go_on_with(turn, words),
    hears="cancel",
    asked="open",
    means={
        "yes": lambda turn, _: drop(turn, ""),
        "cancel": lambda turn, _: drop(turn, ""),
        "no": lambda turn, _: turn.go("back"),
        "send": lambda turn, _: turn.go("back"),
        "add": lambda turn, heard: turn.read(heard.words),
    },
)


def go_on_with(turn: StatusTurn, words: str) -> bool:
    """More words instead of an answer: so it goes on."""
    return write(turn, words)


# ── what is told unasked ──────────────────────────────────────────────────────────────

phrases(
    "wish",
    weekly="办理中的提醒（每{hear_every}、超期、督办）",
    callback="办结后的回访",
    look_back="{look_back_after}后的回头看",
    later="{look_back_later}后再问一次",
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
    rules = turn.look(RulesInForce())
    named = {"hear_every", "look_back_after", "look_back_later"}
    spans = promised(named, rules, turn.talk.lang)
    toggles = [_wish_button(turn, name, on, spans) for name, on in wishes]
    return [*toggles, HUSH, BACK]


def _wish_button(
    turn: StatusTurn, name: str, on: bool, spans: Mapping[str, str]
) -> Button:
    params = {"what": turn.t(f"wish.{name}", **spans)}
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
    hears="story",
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
    "以前做的加密备份里还有，真要从备份恢复时会再销毁一次。事情本身仍会继续办。确定吗？",
    again="请点“确定，忘记我”或“返回”。",
    buttons=[
        button("sure", "确定，忘记我", role="grave", name="sure_forget"),
        BACK,
    ],
    pressed={"sure": forget},
    hears="story",
    asked="open",
    means={
        "yes": lambda turn, _: forget(turn, ""),
        "no": lambda turn, _: turn.go("back"),
        "cancel": lambda turn, _: turn.go("back"),
    },
)

# ── a copy ────────────────────────────────────────────────────────────────────────────

phrase("copy", "您写的（名字已遮住）：\n{words}\n\n{story}")


@wanted("copy")
def copy_found(turn: StatusTurn, report: str) -> None:
    """What was written and what became of it, as text to take away."""
    story = story_of(turn, report)
    if story is None:
        return
    if turn.talk.state is not StatusState.STORY:
        turn.talk.move("opened")
    turn.tapped = False
    turn.say("copy", words=story.words, story=story.text(turn.talk.lang))
    turn.prompt()


def copy_mine(turn: Turn[Any]) -> None:
    """Typed or pressed: of the case that is open, else of the one that is found."""
    if not kept(turn).report:
        find_report(turn, "", "copy")
    elif not unsent(turn):
        copy_found(turn, kept(turn).report)


STORY_STEPS = (ADD_STEP, CHECK_STEP, DROP_STEP, SETTINGS_STEP, FORGET_STEP)
COPY_COMMAND = Command(
    "copy", ("留一份", "给我留一份", "一份我写的", "我写的内容", "copy"), copy_mine
)
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
