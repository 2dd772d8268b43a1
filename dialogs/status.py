"""The reporter comes back: the story so far, more material, an answer, a rating, a
reopening, or 忘记我.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

import dialogs.case.pushes  # noqa: F401 - its buttons stand under a story, too
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
    plain_word,
    pushed,
    register,
    resume,
)
from dialogs.texts import phrase, phrases
from dialogs.words import (
    MISTYPED,
    WISHES,
    Button,
    ByHandle,
    ByReceipt,
    DropPictures,
    Forget,
    Held,
    Hide,
    Hush,
    Mine,
    MyCase,
    Picture,
    Rate,
    Rebound,
    Reopen,
    Said,
    Supplement,
    Tell,
    Told,
    Wipe,
    Wish,
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
    UNSOLVED = "unsolved"
    SATISFIED = "satisfied"
    WORD = "word"
    REASON = "reason"
    REBOUND = "rebound"
    SETTINGS = "settings"
    FORGET = "forget"


# ── where it may go ───────────────────────────────────────────────────────────────────


def several(talk: Talk) -> bool:
    """不止一件"""
    return int(talk.answers.get("cases", 0)) > 1


BELOW_STORY = (
    State.ADD,
    State.SOLVED,
    State.UNSOLVED,
    State.REASON,
    State.REBOUND,
    State.SETTINGS,
    State.FORGET,
)
OPENING = (State.CODE, State.PICK)
TRANSITIONS: list[list[Any]] = [
    # trigger     from             to               only if
    ["opened",    State.CODE,      State.STORY],
    ["several",   State.CODE,      State.PICK],
    ["opened",    State.PICK,      State.STORY],
    ["opened",    State.STORY,     State.STORY],
    *(["solved",   state,          State.SATISFIED] for state in OPENING),
    *(["unsolved", state,          State.UNSOLVED] for state in OPENING),
    *(["rebound",  state,          State.REBOUND] for state in (*OPENING, State.STORY)),
    ["code",      State.PICK,      State.CODE],
    ["back",      State.STORY,     State.PICK, several],
    ["add",       State.STORY,     State.ADD],
    ["written",   State.STORY,     State.CHECK],
    ["written",   State.ADD,       State.CHECK],
    ["back",      State.CHECK,     State.ADD],
    ["rate",      State.STORY,     State.SOLVED],
    ["satisfied", State.STORY,     State.SATISFIED],
    ["rated",     State.SOLVED,    State.SATISFIED],
    ["unsolved",  State.SOLVED,    State.UNSOLVED],
    ["rated",     State.UNSOLVED,  State.SATISFIED],
    ["rated",     State.SATISFIED, State.WORD],
    ["back",      State.SATISFIED, State.SOLVED],
    ["rated",     State.WORD,      State.STORY],
    ["back",      State.WORD,      State.STORY],
    ["reopen",    State.STORY,     State.REASON],
    ["settings",  State.STORY,     State.SETTINGS],
    ["forget",    State.STORY,     State.FORGET],
    *(["back", state, State.STORY] for state in BELOW_STORY),
]  # fmt: skip


# ── what it says ──────────────────────────────────────────────────────────────────────

phrase("code", "请发送回执码（16位字母和数字），马上告诉您进展。")
phrase("code.again", "没有查到。请对照抄下的回执码再发一次，或说“返回”。")
phrase("code.malformed", "这个回执码有一位抄错了，请对照再发一次。")
phrase("pick", "您在这里反映过{number}件，说的是哪一件？")
phrase("pick.again", "请点选一件，或直接发送回执码。")
phrase("story", "{text}")
phrase("story.again", "请点选一个按钮；要补充，直接写就行。")
phrase(
    "add",
    "请写要补充的话，也可以发图片（最多6张）。对方问您什么，答什么就行，不用写姓名。",
)
phrase("add.again", "请写一句话，或发一张图片。")
phrase("check", "请看一眼，这就是要补充的内容：\n\n{masked}\n\n图片：{number}张")
phrase("check.again", "请点“送出”，或点一处放开、遮住。")
phrase("solved", "问题解决了吗？")
phrase("solved.again", "请点“解决了”或“没解决”。")
phrase(
    "unsolved",
    "记下了，对不住。要重新办理吗？\n点一下就重新办理；想说原因，直接写一句。",
)
phrase("unsolved.again", "请点“重新办理”或“先不用”，也可以写一句原因（500字以内）。")
phrase("satisfied", "对办理满意吗？")
phrase("satisfied.again", "请点“满意”或“不满意”。")
phrase("word", "还想说一句吗？不说也行。")
phrase("word.again", "请写一句话（500字以内），或点“不说了”。")
phrase("rated.thanks", "谢谢，记下了。单位只会看到合起来的数字，看不到您这一份。")
phrase(
    "reason",
    "为什么要重新办理？写一句就行，比如“又要报了”。单位只会看到“专线要求重新办理”。",
)
phrase("reason.again", "请写一句原因（500字以内）。")
phrase("rebound", "又反弹了？点一下就重新办理；想说现在怎样了，直接写一句。")
phrase("rebound.again", "请点“重新办理”或“返回”，也可以写一句（500字以内）。")
phrase("held", "好的，没有反弹。以后又出现，凭回执码打开，点“又反弹了”。")
phrase("later", "好的，办结满90天时再问您一次。联系方式留到那时，问完就销毁。")
phrase(
    "later.cannot",
    "这件事这里已经不留联系方式了。到时候凭回执码来看，一样能说又反弹了。",
)
phrase(
    "which",
    "认不出是哪一件，可能已经不再提醒，或联系方式已销毁。请发送回执码，接着办。",
)
phrase("hush.none", "这里没有会主动提醒您的事了。")
phrase("unsent", "您有一段补充还没送出，先点“送出”或“放弃”。")
phrase("past.rated", "这一问您答过了，谢谢。")
phrase("past.moved", "这件事有了新情况，刚才那一问不用答了。")
phrase(
    "settings",
    "这件事要主动告诉您哪些？点一下，开的关上，关的打开。\n"
    "受理、转办、办结这些变化总会告诉您；都不想听，点“别再提醒”。",
)
phrase("settings.again", "请点一项，或点“返回”。")
phrases(
    "wish",
    weekly="办理中的提醒（每7天、超期、督办）",
    callback="办结后的回访",
    look_back="30天后的回头看",
    later="90天后再问一次",
)
phrase("reopened", "已重新办理，进展会照旧告诉您。")
phrase("supplemented", "已补充，谢谢您。专线会转给承办人，单位每天只统一收到一次。")
phrase(
    "forget",
    "“忘记我”会立即销毁您写的文字、图片和联系方式，回执码随之失效，不能恢复；"
    "事情本身仍会继续办。确定吗？",
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
    satisfied="接着评价",
    reopen="重新办理",
    settings="跟进设置",
    not_now="先不用",
    wish_on="{what}：开",
    wish_off="{what}：关",
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


# ── what it does ──────────────────────────────────────────────────────────────────────


@command("status", "进度", "查进度", "进展", "查进展", "查询", "status")
def status(turn: Turn) -> None:
    """The chat's only case at once, a choice of several, or the question for the
    receipt.
    """
    find(turn, "", "status")


@command("shown")
def receipt_shown(turn: Turn) -> None:
    """A receipt, typed or pasted anywhere, opens its story; what it was asked for goes
    on.
    """
    code = turn.event.receipt if isinstance(turn.event, Said) else None
    report = turn.look(ByReceipt(code)) if code and code != MISTYPED else code
    if report is None or report == MISTYPED:
        turn.say("code.again" if report is None else "code.malformed")
        turn.prompt()
    else:
        turn.look(Tell(report))
        wanted = turn.answers.get("wanted", "status")
        if unsent(turn):
            return
        enter(turn, "status")
        WANTED[wanted](turn, report)


def meant(turn: Turn, handle: str) -> list[str]:
    """The report of this handle; without one, all that this chat may open."""
    if handle:
        report = turn.look(ByHandle(handle))
        return [report] if report else []
    return [case.report for case in turn.look(Mine())]


def find(turn: Turn, handle: str, wanted: str) -> None:
    """Do what is wanted with the case of this handle, or this chat's only one; ask
    which, or the receipt.
    """
    found = meant(turn, handle)
    if unsent(turn):
        return
    enter(turn, "status")
    turn.answers.update(cases=len(found), wanted=wanted)
    if len(found) == 1:
        WANTED[wanted](turn, found[0])
    elif found:
        turn.go("several")
    else:
        if handle:
            turn.say("which")
        turn.prompt()


def unsent(turn: Turn) -> bool:
    """A supplement that was written and shown is not swept away by whatever is pressed
    next.
    """
    if turn.talk.dialog != "status" or turn.talk.state is not State.CHECK:
        return False
    turn.say("unsent")
    turn.prompt()
    return True


def open_story(turn: Turn, report: str) -> None:
    if story_of(turn, report):
        turn.go("opened")


def story_of(turn: Turn, report: str) -> Told | None:
    """The story of what the turn is about from here on; where it was forgotten, say so
    and end.
    """
    story = turn.look(Tell(report))
    if story is None:
        turn.say("story.gone")
        end(turn)
    else:
        turn.answers.pop("wanted", None)
        turn.answers["report"] = report
    return story


def end(turn: Turn) -> None:
    """Done here: the draft below goes on, or the talk is over."""
    discard_pictures(turn)
    resume(turn)


def discard_pictures(turn: Turn) -> None:
    for picture in draft.pictures_of(turn):
        turn.do(DropPictures((picture.id,)))


def read_code(turn: Turn, words: str) -> bool:
    """Something that is no receipt, typed where one is asked for: perhaps somebody has
    news instead.
    """
    if turn.talk.under is None and len(SPEECH.findall(words)) >= SENTENCE:
        enter(turn, FIRST)
        listen(turn, current(turn.talk), words)
        return True
    turn.say(
        "code.malformed" if turn.look(ByReceipt(words)) == MISTYPED else "code.again"
    )
    turn.prompt()
    return True


def pick_buttons(turn: Turn) -> list[Button]:
    return [
        *(
            _case_button(turn, number, case)
            for number, case in enumerate(turn.look(Mine()))
        ),
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
        WANTED[turn.answers.get("wanted", "status")](turn, mine[int(number)].report)
    else:
        turn.again()


def show_story(turn: Turn) -> dict[str, Any]:
    story = turn.look(Tell(turn.answers["report"]))
    if story is None:  # forgotten meanwhile, from another chat
        turn.answers["can"] = []
        return {"text": turn.t("story.gone"), "lines": []}
    turn.answers["can"] = list(story.can)
    return {"text": story.text(turn.talk.lang), **story.params(turn.talk.lang)}


BESIDE = (
    "held",
    "rebound",
    "rate",
    "satisfied",
    "reopen",
    "settings",
    "hush",
    "forget",
)  # buttons under a story, in order


def story_buttons(turn: Turn) -> list[Button]:
    can = turn.answers["can"]
    add = (
        [Button("add", "b.answer" if "answer" in can else "b.add")]
        if {"answer", "supplement"} & {*can}
        else []
    )
    rest = [Button(move, f"b.{move}") for move in BESIDE if move in can]
    return [*add, *rest, Button("refresh", "b.refresh"), Button("close", "b.close")]


def refresh(turn: Turn, _: str) -> None:
    turn.prompt()


def close(turn: Turn, _: str) -> None:
    leave(turn)


def hush(turn: Turn, _: str) -> None:
    turn.do(Hush(turn.answers["report"], turn.at))
    turn.say("hushed")
    end(turn)


def settings(turn: Turn, _: str) -> None:
    story = turn.look(Tell(turn.answers["report"]))
    if story is not None:
        turn.answers["wishes"] = WISHES | dict(story.wishes)
    if still_there(turn):
        turn.go("settings")


def wish_buttons(turn: Turn) -> list[Button]:
    toggles = [
        Button(
            f"wish:{name}",
            "b.wish_on" if on else "b.wish_off",
            {"what": turn.t(f"wish.{name}")},
        )
        for name, on in turn.answers["wishes"].items()
    ]
    return [*toggles, Button("hush", "b.hush"), BACK]


def toggle_wish(turn: Turn, name: str) -> None:
    """One tap, kept at once; a name that there is not changes nothing."""
    wishes = turn.answers["wishes"]
    if name in wishes and still_there(turn):
        turn.answers["wishes"] = wishes | {name: not wishes[name]}
        turn.do(Wish(turn.answers["report"], {name: not wishes[name]}, turn.at))
    if not turn.talk.over and turn.talk.state is State.SETTINGS:
        turn.prompt()


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
    """The report may have been forgotten meanwhile, from another chat: then say so, and
    end.
    """
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
            known: dict[str, bool | None] = {
                "solved": None,
                "satisfied": None,
                field: value,
            }
            turn.do(
                Rate(
                    turn.answers["report"],
                    known["solved"],
                    known["satisfied"],
                    None,
                    turn.at,
                )
            )
            turn.go("rated")

    return pressed


def not_solved(turn: Turn, _: str) -> None:
    if still_there(turn):
        turn.do(Rate(turn.answers["report"], False, None, None, turn.at))
        turn.go("unsolved")


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
    """Why it should be taken up again, be it because it came back."""
    if not 0 < len(words.strip()) <= SHORT:
        return False
    take_up_again(turn, draft.without_names(turn, words.strip()))
    return True


def read_unsolved(turn: Turn, words: str) -> bool:
    """A reason takes it up again; a plain no, or the answer to the next question, is
    none.
    """
    word = plain_word(words)
    if word in ("满意", "不满意"):
        turn.talk.move("rated")
        rate("satisfied", word == "满意")(turn, "")
    elif word in NOT_NOW:
        turn.go("rated")
    else:
        return read_reason(turn, words)
    return True


NOT_NOW = ("不", "不用", "不用了", "不要", "不需要", "算了", "先不", "no")


def take_up_again(turn: Turn, reason: str) -> None:
    if still_there(turn):
        action = Rebound if turn.talk.state is State.REBOUND else Reopen
        turn.do(action(turn.answers["report"], reason, turn.at))
        if reason:
            turn.do(Wipe())
        turn.say("reopened")
        end(turn)


def without_reason(turn: Turn, _: str) -> None:
    take_up_again(turn, "")


def has_held(turn: Turn, _: str) -> None:
    if still_there(turn):
        held(turn, turn.answers["report"])


# ── what a push asked ─────────────────────────────────────────────────────────────────


def answerable(turn: Turn, report: str, *moves: str) -> bool:
    """Whether the case still allows one of these; if not, one friendly sentence, and
    its story.
    """
    story = story_of(turn, report)
    if story is None:
        return False
    if {*moves} & {*story.can}:
        return True
    turn.say("past.rated" if {"reopen", "rebound"} & {*story.can} else "past.moved")
    turn.go("opened")
    return False


def solved(turn: Turn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, True, None, None, turn.at))
        turn.go("solved")


def unsolved(turn: Turn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, False, None, None, turn.at))
        turn.go("unsolved")


def held(turn: Turn, report: str) -> None:
    if answerable(turn, report, "held"):
        turn.do(Held(report, turn.at))
        turn.say("held")
        end(turn)


def rebound(turn: Turn, report: str) -> None:
    if answerable(turn, report, "rebound", "reopen"):
        turn.go("rebound")


def later(turn: Turn, report: str) -> None:
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


def hush_it(turn: Turn, report: str) -> None:
    if story_of(turn, report):
        hush(turn, "")


WANTED: dict[str, Callable[[Turn, str], None]] = {
    "status": open_story,
    "solved": solved,
    "unsolved": unsolved,
    "held": held,
    "rebound": rebound,
    "later": later,
    "hush": hush_it,
}


def answers_push(verb: str, *words: str) -> None:
    pushed(verb, *words)(lambda turn, handle: find(turn, handle, verb))


answers_push("status")
answers_push("solved", "解决了", "已解决", "solved")
answers_push("unsolved", "没解决", "未解决", "没有解决", "not solved")
answers_push("held", "没有反弹", "没反弹")
answers_push("rebound", "又反弹了", "反弹了")
answers_push("later", "90天后再问我")


@pushed("hush")
def hush_pushed(turn: Turn, handle: str) -> None:
    """At once, and whatever is open stays open."""
    found = meant(turn, handle)
    if len(found) == 1:
        turn.do(Hush(found[0], turn.at))
        turn.say("hushed")
    elif found or handle:
        return find(turn, handle, "hush")
    else:
        turn.say("hush.none")
    if turn.answers.get("report") in found:
        end(turn)
    elif not turn.talk.idle:
        turn.tapped = False
        turn.prompt()


@command("mute", "别再提醒", "不要提醒", "别提醒了", "别再提醒我", "no more reminders")
def mute(turn: Turn) -> None:
    """Typed: of the case that is open, else of the only one, else of the one that is
    picked.
    """
    if turn.talk.dialog == "status" and "report" in turn.answers:
        hush(turn, "")
    else:
        hush_pushed(turn, "")


SHORT = 500  # characters of a free word

STEPS = [
    Step(
        State.CODE,
        ask="code",
        buttons=lambda turn: [BACK],
        read=read_code,
        again="code.again",
    ),
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
            "satisfied": lambda turn, _: turn.go("satisfied"),
            "reopen": lambda turn, _: turn.go("reopen"),
            "forget": lambda turn, _: turn.go("forget"),
            "held": has_held,
            "rebound": lambda turn, _: turn.go("rebound"),
            "settings": settings,
            "hush": hush,
            "refresh": refresh,
            "close": close,
        },
        read=write,
        again="story.again",
        pictured=add_picture,
    ),
    Step(
        State.ADD,
        ask="add",
        buttons=lambda turn: [BACK],
        read=write,
        again="add.again",
        pictured=add_picture,
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
        buttons=lambda turn: [
            Button("yes", "b.yes_solved"),
            Button("no", "b.not_solved"),
            BACK,
        ],
        pressed={"yes": rate("solved", True), "no": not_solved},
        again="solved.again",
    ),
    Step(
        State.UNSOLVED,
        ask="unsolved",
        buttons=lambda turn: [
            Button("reopen", "b.reopen"),
            Button("not_now", "b.not_now"),
        ],
        pressed={"reopen": without_reason, "not_now": lambda turn, _: turn.go("rated")},
        read=read_unsolved,
        again="unsolved.again",
    ),
    Step(
        State.SATISFIED,
        ask="satisfied",
        buttons=lambda turn: [
            Button("yes", "b.yes_satisfied"),
            Button("no", "b.not_satisfied"),
            BACK,
        ],
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
    Step(
        State.REASON,
        ask="reason",
        buttons=lambda turn: [BACK],
        read=read_reason,
        again="reason.again",
    ),
    Step(
        State.REBOUND,
        ask="rebound",
        buttons=lambda turn: [Button("reopen", "b.reopen"), BACK],
        pressed={"reopen": without_reason},
        read=read_reason,
        again="rebound.again",
    ),
    Step(
        State.SETTINGS,
        ask="settings",
        buttons=wish_buttons,
        pressed={"wish": toggle_wish, "hush": hush},
        again="settings.again",
    ),
    Step(
        State.FORGET,
        ask="forget",
        buttons=lambda turn: [Button("sure", "b.sure_forget"), BACK],
        pressed={"sure": forget},
        again="forget.again",
    ),
]

STATUS = register("status", 1, State, TRANSITIONS, STEPS)
