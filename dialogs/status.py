"""The reporter comes back: the story so far, more material, an answer, a rating, a reopening, or 忘记我."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

from dialogs import draft
from dialogs.talk import (
    FIRST,
    Step,
    Talk,
    Turn,
    command,
    current,
    enter,
    leave,
    listen,
    register,
    resume,
)
from dialogs.texts import phrase, phrases
from dialogs.words import (
    MISTYPED,
    Button,
    ByReceipt,
    DropPictures,
    Forget,
    Hide,
    Hush,
    Mine,
    MyCase,
    Picture,
    Rate,
    Reopen,
    Said,
    Supplement,
    Tell,
    Wipe,
)

SPEECH = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = 6  # Chinese characters that no receipt holds


class State(Enum):
    CODE = "code"
    PICK = "pick"
    STORY = "story"
    ADD = "add"
    CHECK = "check"
    SOLVED = "solved"
    SATISFIED = "satisfied"
    WORD = "word"
    REASON = "reason"
    FORGET = "forget"


# ── where it may go ──────────────────────────────────────────────────────────────────────────


def several(talk: Talk) -> bool:
    """不止一件"""
    return int(talk.answers.get("cases", 0)) > 1


BELOW_STORY = (State.ADD, State.SOLVED, State.REASON, State.FORGET)
TRANSITIONS: list[list[Any]] = [
    # trigger     from             to               only if
    ["opened",    State.CODE,      State.STORY],
    ["several",   State.CODE,      State.PICK],
    ["opened",    State.PICK,      State.STORY],
    ["code",      State.PICK,      State.CODE],
    ["back",      State.STORY,     State.PICK, several],
    ["add",       State.STORY,     State.ADD],
    ["written",   State.STORY,     State.CHECK],
    ["written",   State.ADD,       State.CHECK],
    ["back",      State.CHECK,     State.ADD],
    ["rate",      State.STORY,     State.SOLVED],
    ["rated",     State.SOLVED,    State.SATISFIED],
    ["rated",     State.SATISFIED, State.WORD],
    ["back",      State.SATISFIED, State.SOLVED],
    ["rated",     State.WORD,      State.STORY],
    ["back",      State.WORD,      State.STORY],
    ["reopen",    State.STORY,     State.REASON],
    ["forget",    State.STORY,     State.FORGET],
    *(["back", state, State.STORY] for state in BELOW_STORY),
]  # fmt: skip


# ── what it says ─────────────────────────────────────────────────────────────────────────────

phrase("code", "请发送回执码（16位字母和数字），马上告诉您进展。")
phrase("code.again", "没有查到。请对照抄下的回执码再发一次，或说“返回”。")
phrase("code.malformed", "这个回执码有一位抄错了，请对照再发一次。")
phrase("pick", "您在这里反映过{number}件，想看哪一件？")
phrase("pick.again", "请点选一件，或直接发送回执码。")
phrase("story", "{text}")
phrase("story.again", "请点选一个按钮；要补充，直接写就行。")
phrase("add", "请写要补充的话，也可以发图片（最多6张）。对方问您什么，答什么就行，不用写姓名。")
phrase("add.again", "请写一句话，或发一张图片。")
phrase("check", "请看一眼，这就是要补充的内容：\n\n{masked}\n\n图片：{number}张")
phrase("check.again", "请点“送出”，或点一处放开、遮住。")
phrase("solved", "问题解决了吗？")
phrase("solved.again", "请点“解决了”或“没解决”。")
phrase("satisfied", "对办理满意吗？")
phrase("satisfied.again", "请点“满意”或“不满意”。")
phrase("word", "还想说一句吗？不说也行。")
phrase("word.again", "请写一句话（500字以内），或点“不说了”。")
phrase("rated.thanks", "谢谢，记下了。单位只会看到合起来的数字，看不到您这一份。")
phrase("reason", "为什么要重新办理？写一句就行，比如“又要报了”。单位只会看到“专线要求重新办理”。")
phrase("reason.again", "请写一句原因（500字以内）。")
phrase("reopened", "已重新办理，进展会照旧告诉您。")
phrase("supplemented", "已补充，谢谢您。专线会转给承办人，单位每天只统一收到一次。")
phrase(
    "forget",
    "“忘记我”会立即销毁您写的文字、图片和联系方式，回执码随之失效，不能恢复；事情本身仍会继续办。确定吗？",
)
phrase("forget.again", "请点“确定，忘记我”或“返回”。")
phrase("forgotten", "已销毁，这件事再也找不到您了。谢谢您说出来。")
phrase("hushed", "好的，不再主动告诉您。凭回执码随时能查。")
phrase("story.gone", "这件事的内容已按要求销毁，查不到了。")
phrase("pick.line", "{day} {category}")
phrases(
    "b",
    add="补充材料",
    answer="回答专线",
    rate="评价",
    reopen="重新办理",
    hush="别再提醒",
    forget="忘记我",
    code="用回执码查",
    refresh="刷新",
    yes_solved="解决了",
    not_solved="没解决",
    yes_satisfied="满意",
    not_satisfied="不满意",
    no_word="不说了",
    sure_forget="确定，忘记我",
    close="关闭",
)
BACK = Button("back", "b.back")


# ── what it does ─────────────────────────────────────────────────────────────────────────────


@command("status", "进度", "查进度", "进展", "查进展", "查询", "status")
def status(turn: Turn) -> None:
    """The chat's only case at once, a choice of several, or the question for the receipt."""
    mine = turn.look(Mine())
    if len(mine) == 1:
        turn.look(Tell(mine[0].report))
    enter(turn, "status")
    turn.answers["cases"] = len(mine)
    if len(mine) == 1:
        open_story(turn, mine[0].report)
    elif mine:
        turn.go("several")
    else:
        turn.prompt()


@command("shown")
def receipt_shown(turn: Turn) -> None:
    """A receipt, typed or pasted anywhere, opens its story."""
    code = turn.event.receipt if isinstance(turn.event, Said) else None
    report = turn.look(ByReceipt(code)) if code and code != MISTYPED else code
    if report is None or report == MISTYPED:
        turn.say("code.again" if report is None else "code.malformed")
        turn.prompt()
    else:
        turn.look(Tell(report))
        enter(turn, "status")
        open_story(turn, report)


def open_story(turn: Turn, report: str) -> None:
    if turn.look(Tell(report)) is None:
        turn.say("story.gone")
        end(turn)
    else:
        turn.answers["report"] = report
        turn.go("opened")


def end(turn: Turn) -> None:
    """Done here: the draft below goes on, or the talk is over."""
    discard_pictures(turn)
    resume(turn)


def discard_pictures(turn: Turn) -> None:
    for picture in draft.pictures_of(turn):
        turn.do(DropPictures((picture.id,)))


def read_code(turn: Turn, words: str) -> bool:
    """Something that is no receipt, typed where one is asked for: perhaps somebody has news instead."""
    if turn.talk.under is None and len(SPEECH.findall(words)) >= SENTENCE:
        enter(turn, FIRST)
        listen(turn, current(turn.talk), words)
        return True
    turn.say("code.malformed" if turn.look(ByReceipt(words)) == MISTYPED else "code.again")
    turn.prompt()
    return True


def pick_buttons(turn: Turn) -> list[Button]:
    return [
        *(_case_button(turn, number, case) for number, case in enumerate(turn.look(Mine()))),
        Button("code", "b.code"),
    ]


def _case_button(turn: Turn, number: int, case: MyCase) -> Button:
    return Button(
        f"case:{number}",
        "pick.line",
        {"day": case.filed_day, "category": turn.t(f"category.{case.category}")},
    )


def pick(turn: Turn, number: str) -> None:
    mine = turn.look(Mine())
    if number.isdecimal() and int(number) < len(mine):
        open_story(turn, mine[int(number)].report)
    else:
        turn.again()


def show_story(turn: Turn) -> dict[str, Any]:
    story = turn.look(Tell(turn.answers["report"]))
    if story is None:  # forgotten meanwhile, from another chat
        turn.answers["can"] = []
        return {"text": turn.t("story.gone"), "lines": []}
    turn.answers["can"] = list(story.can)
    return {"text": story.text(turn.talk.lang), **story.params(turn.talk.lang)}


def story_buttons(turn: Turn) -> list[Button]:
    can = turn.answers["can"]
    add = (
        [Button("add", "b.answer" if "answer" in can else "b.add")]
        if {"answer", "supplement"} & {*can}
        else []
    )
    rest = [Button(move, f"b.{move}") for move in ("rate", "reopen", "hush", "forget") if move in can]
    return [*add, *rest, Button("refresh", "b.refresh"), Button("close", "b.close")]


def refresh(turn: Turn, _: str) -> None:
    turn.prompt()


def close(turn: Turn, _: str) -> None:
    leave(turn)


def hush(turn: Turn, _: str) -> None:
    turn.do(Hush(turn.answers["report"], turn.at))
    turn.say("hushed")
    end(turn)


def forget(turn: Turn, _: str) -> None:
    turn.do(Forget(turn.answers["report"], turn.at))
    turn.do(Wipe())
    turn.say("forgotten")
    end(turn)


def write(turn: Turn, words: str) -> bool:
    """Words for the case: masked and shown before they go."""
    words = "\n".join(filter(None, [turn.answers.get("text"), words.strip()]))
    if not words:
        return False
    if draft.fits(turn, words):
        draft.put_text(turn, words, turn.look(Hide(words)))
        to_check(turn)
    else:
        turn.prompt()
    return True


def add_picture(turn: Turn, picture: Picture, replaces: str | None) -> None:
    draft.add_picture(turn, picture, replaces)
    to_check(turn)


def to_check(turn: Turn) -> None:
    if turn.talk.state is State.CHECK:
        turn.prompt()
    else:
        turn.go("written")


def check_buttons(turn: Turn) -> list[Button]:
    masks, pictures = draft.mask_buttons(turn), draft.picture_buttons(turn)
    return [Button("send", "b.send"), *masks, *pictures, Button("drop", "b.cancel")]


def send(turn: Turn, _: str) -> None:
    if still_there(turn):
        hand_in(turn)


def still_there(turn: Turn) -> bool:
    """The report may have been forgotten meanwhile, from another chat: then say so, and end."""
    if turn.look(Tell(turn.answers["report"])) is None:
        turn.say("story.gone")
        end(turn)
        return False
    return True


def hand_in(turn: Turn) -> None:
    pictures = tuple(picture.id for picture in draft.pictures_of(turn))
    turn.do(Supplement(turn.answers["report"], draft.masked(turn), pictures, turn.at))
    turn.answers.pop("pictures", None)
    turn.do(Wipe())  # what was masked must not stay on a screen either
    turn.say("supplemented")
    end(turn)


def drop(turn: Turn, _: str) -> None:
    for name in ("text", "masks"):
        turn.answers.pop(name, None)
    discard_pictures(turn)
    turn.do(Wipe())
    turn.talk.move("back")
    turn.go("back")


def rate(field: str, value: bool) -> Callable[[Turn, str], None]:
    """One tap, one answer, kept at once."""

    def pressed(turn: Turn, _: str) -> None:
        if still_there(turn):
            known: dict[str, bool | None] = {"solved": None, "satisfied": None, field: value}
            turn.do(Rate(turn.answers["report"], known["solved"], known["satisfied"], None, turn.at))
            turn.go("rated")

    return pressed


def read_word(turn: Turn, words: str) -> bool:
    if not 0 < len(words.strip()) <= SHORT:
        return False
    word = draft.without_names(turn, words.strip())
    if still_there(turn):
        turn.do(Rate(turn.answers["report"], None, None, word, turn.at))
        turn.do(Wipe())
        no_word(turn, "")
    return True


def no_word(turn: Turn, _: str) -> None:
    if still_there(turn):
        turn.say("rated.thanks")
        turn.go("rated")


def read_reason(turn: Turn, words: str) -> bool:
    if not 0 < len(words.strip()) <= SHORT:
        return False
    reason = draft.without_names(turn, words.strip())
    if still_there(turn):
        turn.do(Reopen(turn.answers["report"], reason, turn.at))
        turn.do(Wipe())
        turn.say("reopened")
        end(turn)
    return True


SHORT = 500  # characters of a free word

STEPS = [
    Step(State.CODE, ask="code", buttons=lambda turn: [BACK], read=read_code, again="code.again"),
    Step(
        State.PICK,
        ask="pick",
        show=lambda turn: {"number": turn.answers["cases"]},
        buttons=pick_buttons,
        pressed={"case": pick, "code": lambda turn, _: turn.go("code")},
        again="pick.again",
    ),
    Step(
        State.STORY,
        ask="story",
        show=show_story,
        buttons=story_buttons,
        pressed={
            "add": lambda turn, _: turn.go("add"),
            "rate": lambda turn, _: turn.go("rate"),
            "reopen": lambda turn, _: turn.go("reopen"),
            "forget": lambda turn, _: turn.go("forget"),
            "hush": hush,
            "refresh": refresh,
            "close": close,
        },
        read=write,
        again="story.again",
        pictured=add_picture,
    ),
    Step(
        State.ADD, ask="add", buttons=lambda turn: [BACK], read=write, again="add.again", pictured=add_picture
    ),
    Step(
        State.CHECK,
        ask="check",
        show=lambda turn: draft.shown(turn) | {"number": len(draft.pictures_of(turn))},
        buttons=check_buttons,
        pressed={
            "send": send,
            "drop": drop,
            "mask": draft.toggle_mask,
            "hide": draft.hide_pressed,
            "unpicture": draft.drop_picture,
        },
        read=write,
        again="check.again",
        pictured=add_picture,
    ),
    Step(
        State.SOLVED,
        ask="solved",
        buttons=lambda turn: [Button("yes", "b.yes_solved"), Button("no", "b.not_solved"), BACK],
        pressed={"yes": rate("solved", True), "no": rate("solved", False)},
        again="solved.again",
    ),
    Step(
        State.SATISFIED,
        ask="satisfied",
        buttons=lambda turn: [Button("yes", "b.yes_satisfied"), Button("no", "b.not_satisfied"), BACK],
        pressed={"yes": rate("satisfied", True), "no": rate("satisfied", False)},
        again="satisfied.again",
    ),
    Step(
        State.WORD,
        ask="word",
        buttons=lambda turn: [Button("none", "b.no_word")],
        pressed={"none": no_word},
        read=read_word,
        again="word.again",
    ),
    Step(State.REASON, ask="reason", buttons=lambda turn: [BACK], read=read_reason, again="reason.again"),
    Step(
        State.FORGET,
        ask="forget",
        buttons=lambda turn: [Button("sure", "b.sure_forget"), BACK],
        pressed={"sure": forget},
        again="forget.again",
    ),
]

STATUS = register("status", 1, State, TRANSITIONS, STEPS)
