"""The reporter's dialog: one sentence, one look at the preview, sent.

At most one question stands before the preview; all else hangs there as chips to fill in
or leave.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from dialogs import draft
from dialogs.talk import Step, Talk, Turn, command, discard, enter, leave, register
from dialogs.texts import phrase, phrases, text
from dialogs.understand import CATEGORIES, Understanding
from dialogs.words import (
    Button,
    File,
    LastReceipt,
    NewReceipt,
    Picture,
    Read,
    ReceiptSaved,
    Wipe,
)

Reading = Callable[[Turn, str], bool]
Pressing = Callable[[Turn, str], None]


class State(Enum):
    START = "start"
    SIGNPOST = "signpost"
    CATEGORY = "category"
    PREVIEW = "preview"
    TEXT = "text"
    UNIT = "unit"
    PLACE = "place"
    WHEN = "when"
    PICTURES = "pictures"
    FOLLOW = "follow"
    MASKS = "masks"
    CANCEL = "cancel"
    FILED = "filed"
    GONE = "gone"


# ── where it may go ───────────────────────────────────────────────────────────────────


def not_ours(talk: Talk) -> bool:
    """别处的事"""
    return not talk.answers["in_scope"]


def unsure(talk: Talk) -> bool:
    """拿不准类别"""
    return not talk.answers["sure"]


def chosen(talk: Talk) -> bool:
    """看过预览"""
    return bool(talk.answers.get("previewed"))


def said(talk: Talk) -> bool:
    """写过字"""
    return "text" in talk.answers


CHIPS = (
    State.TEXT,
    State.UNIT,
    State.PLACE,
    State.WHEN,
    State.PICTURES,
    State.FOLLOW,
    State.MASKS,
)
ASKING = (State.START, State.SIGNPOST, State.CATEGORY)
TRANSITIONS: list[list[Any]] = [
    # trigger        from             to              only if
    *(["understood", state, State.SIGNPOST, not_ours] for state in ASKING),
    *(["understood", state, State.CATEGORY, unsure] for state in ASKING),
    *(["understood", state, State.PREVIEW] for state in ASKING),
    ["anyway", State.SIGNPOST, State.PREVIEW],
    ["back", State.SIGNPOST, State.START],
    ["chosen", State.CATEGORY, State.PREVIEW],
    ["back", State.CATEGORY, State.PREVIEW, chosen],
    ["back", State.CATEGORY, State.START],
    ["category", State.PREVIEW, State.CATEGORY],
    *([state.value, State.PREVIEW, state] for state in CHIPS),
    *(["done", state, State.PREVIEW] for state in CHIPS),
    *(["back", state, State.PREVIEW] for state in CHIPS),
    ["back", State.PREVIEW, State.TEXT],
    ["send", State.PREVIEW, State.FILED],
    *(
        ["cancel", state, State.CANCEL, said]
        for state in (*ASKING, State.PREVIEW, *CHIPS)
    ),
    *(["cancel", state, State.GONE] for state in (*ASKING, State.PREVIEW, *CHIPS)),
    ["discard", State.CANCEL, State.GONE],
    ["cancel", State.CANCEL, State.GONE],
    ["back", State.CANCEL, State.PREVIEW, chosen],
    ["back", State.CANCEL, State.SIGNPOST, not_ours],
    ["back", State.CANCEL, State.CATEGORY],
]


# ── what it says ──────────────────────────────────────────────────────────────────────

phrases(
    "signpost",
    **{
        "110": "听起来很急：正在发生的违法犯罪或人身危险，请马上拨打 110。",
        "119": "听起来很急：着火、漏气、被困，请马上拨打 119。",
        "120": "听起来很急：有人受伤或发病，请马上拨打 120。",
        "12345": "这像是居民或企业的诉求，12345 热线能直接派单，办得更快。",
        "12388": "这像是违纪违法的举报，请拨 12388 或上 12388 网站，那边专门受理。",
        "petition": "这像是信访事项，请走国家信访局网上信访或当地信访局。",
        "court": "这像是诉讼或执行的事，请找法院或拨 12368；法律咨询可拨 12348。",
        "none": "没看出要反映哪件加重基层负担的事。",
    },
)
phrase(
    "welcome",
    "这里是减负专线，一周七天，匿名收“给基层添负担”的线索。\n"
    "不问姓名、电话、账号；只留您确认送出的文字和图片，全程加密，工作人员只看到代号。\n"
    "请勿使用单位网络和设备。\n"
    "现在请用一句话说说：谁，要您做什么。",
)
phrase(
    "welcome.again", "请用一句话说说是什么事，比如：“街道要求同一份台账每周报五次”。"
)
phrase("picture.more", "图片收到了（{number}张），还没有送出。再用一句话说说是什么事。")
phrase("signpost", "{signpost}\n您写的内容还在，也可以继续在这里反映。")
phrase("signpost.again", "请点选一个按钮，或者再说具体一点。")
phrase("category", "大概是哪一类？选错也没关系，后面能改。")
phrase("category.again", "请点选一类，或者再说具体一点。")
phrase(
    "preview",
    "请看一眼，这就是要送出的内容：\n\n{masked}\n\n{facts}",
)
phrase("preview.again", "请点“送出”，或点要改的一项。")
phrase("text", "请重新写一遍，新的会换掉旧的。现在是：\n\n{text}")
phrase("text.again", "请写一句话。")
phrase("unit", "是哪个单位压下来的？写单位就行，不用写人名。")
phrase("unit.again", "请写单位名称（60字以内），或点一个按钮。")
phrase("place", "地点写到多细？写得细好查，写得粗更难猜到是您。")
phrase("place.again", "请写地点（60字以内），或点一个按钮。")
phrase("when", "什么时候的事，多久一次？不用写具体钟点。")
phrase("when.again", "请写时间或频次（100字以内），或点一个按钮。")
phrase(
    "pictures",
    "可以发图片（最多{most}张，每张20MB以内），已有{number}张。\n"
    "截图里常有自己的头像和昵称，请先裁掉或涂黑。照片里的拍摄地点等信息会自动去掉。",
)
phrase("pictures.again", "请发图片，或点“好了”。")
phrase("follow", "有进展时怎么告诉您？选“只凭回执码”，我们就不保存能找到您的地址。")
phrase("follow.again", "请点选一个按钮。")
phrase(
    "masks",
    "下面是会被遮住的地方，点一下放开或遮住。\n还要遮别的，请照原文打出那几个字。\n\n"
    "{masked}",
)
phrase("masks.again", "请点一个按钮，或打出要遮的字。")
phrase("cancel", "要放弃吗？放弃后会立即删除：{what}。")
phrase("cancel.again", "请点“放弃”或“不，继续写”。")
phrase("cancelled", "已放弃，刚才的内容都删除了。想反映时，直接说一句话就行。")
phrase(
    "filed",
    "已送出，谢谢您。\n您的回执码：{receipt}\n"
    "请复制或抄下来，不要存在单位设备上。凭它随时查进展，丢了我们也找不回。\n"
    "下一步：1天内告诉您是否受理。{urgent}",
)
phrase(
    "filed.urgent", "您的事标了“加急”，会立即提醒工作人员，提醒时间可能让人联想到您。"
)
phrase("receipt.gone", "好的，回执码不再显示。以后发送回执码就能查进展。")
phrase("receipt.none", "回执码只在送出后15分钟内能再看一次，现在已经不显示了。")
phrase("draft.kept", "您有一份没送出的内容，接着来：")
phrase("sent.what", "文字{characters}字、图片{pictures}张")
phrases(
    "fact",
    category="类别：{value}{because}",
    because="（因为提到“{words}”，选错了点一下改）",
    kind=" · {kind}",
    unit="责任单位：{value}",
    place="地点：{value}",
    when="时间频次：{value}",
    pictures="图片：{value}张",
    follow="进展：{value}",
    masks="已遮住{value}处，可以放开，也可以再遮",
    urgent="加急：会立即提醒工作人员",
    alarm="如果正有危险，请先拨打 {value}",
    anyway="您选择了“仍要反映”",
    none="未填",
)
phrases("follow", here="在这里告诉我", receipt="只凭回执码查")
phrases(
    "when",
    today="就在今天",
    week="每周都有",
    month="每月都有",
    daily="天天都有",
    once="就这一次",
)
phrases(
    "b",
    send="送出",
    anyway="仍要反映",
    restate="换个说法",
    more="更多类别",
    category="类别",
    unit="单位",
    place="地点",
    when="时间频次",
    pictures="图片",
    follow="进展方式",
    masks="遮挡",
    text="改文字",
    cancel="放弃",
    keep="不，继续写",
    done="好了",
    back="返回",
    none="不写",
    value="{value}",
    place_only="只写到{value}",
    status="查进展",
    help="帮助",
    lang="English",
    saved="我已保存",
)

COMMON = [
    Button("status", "b.status"),
    Button("help", "b.help"),
    Button("lang", "b.lang"),
]
BACK = Button("back", "b.back")
DONE = Button("done", "b.done")


# ── what it does ──────────────────────────────────────────────────────────────────────


def take_sentence(turn: Turn, sentence: str) -> bool:
    """The first words, or more of them: read, understood, and on to the preview or one
    question.
    """
    return take_text(turn, join(turn.answers.get("text"), sentence), "understood")


def join(old: str | None, new: str) -> str:
    return f"{old}\n{new.strip()}" if old else new.strip()


def take_text(turn: Turn, text: str, trigger: str | None) -> bool:
    if not text:
        return False
    if draft.fits(turn, text):
        reading = turn.look(Read(text))
        draft.put_text(turn, text, reading.masks)
        keep(turn, reading.understood)
    if trigger and turn.answers.get("text") == text:
        turn.go(trigger)
    else:
        turn.prompt()
    return True


def keep(turn: Turn, found: Understanding) -> None:
    """Keep what was understood; what the reporter set by hand stays."""
    answers = turn.answers
    answers.update(
        codes=list(found.categories),
        in_scope=found.in_scope or bool(answers.get("anyway")),
        sure=found.clear or bool(answers.get("by_hand")),
        signpost=found.signpost,
        alarm=found.alarm,
        kind=found.kind,
        unit_level=found.unit_level,
        counts=[list(count) for count in found.counts],
        urgent=found.urgent,
        because=list(found.because),
        found_place=found.place,
    )
    if not answers.get("by_hand"):
        answers["category"] = found.categories[0]
    for name, value in (("unit", found.unit), ("place", found.place)):
        if value is not None:
            answers.setdefault(name, value)


def take_picture(turn: Turn, picture: Picture, replaces: str | None) -> None:
    draft.add_picture(turn, picture, replaces)
    if turn.talk.state is State.START:
        turn.say("picture.more", number=len(draft.pictures_of(turn)))
    else:
        turn.prompt()


def category_buttons(turn: Turn) -> list[Button]:
    ranked = turn.answers["codes"]
    codes = CATEGORIES if turn.answers.get("more") else ranked[:3]
    more = [] if turn.answers.get("more") else [Button("more", "b.more")]
    return [*(Button(f"is:{code}", f"category.{code}") for code in codes), *more, BACK]


def choose_category(turn: Turn, code: str) -> None:
    if code in CATEGORIES:
        turn.answers.update(category=code, by_hand=True, sure=True)
        turn.answers.pop("more", None)
        turn.go("chosen")
    else:
        turn.again()


def more_categories(turn: Turn, _: str) -> None:
    turn.answers["more"] = True
    turn.prompt()


def anyway(turn: Turn, _: str) -> None:
    turn.answers.update(anyway=True, in_scope=True)
    turn.go("anyway")


def restate(turn: Turn, _: str) -> None:
    for name in ("text", "masks"):
        turn.answers.pop(name, None)
    turn.go("back")


def facts(turn: Turn) -> list[dict[str, str]]:
    """The lines under the preview: [{"name", "text"}], in order."""
    answers, t = turn.answers, turn.t
    kind = t("fact.kind", kind=t(f"kind.{answers['kind']}")) if shows_kind(turn) else ""
    because = answers["because"] if not answers.get("by_hand") else ()
    rows = {
        "category": t(f"category.{answers['category']}") + kind,
        "unit": answers.get("unit"),
        "place": answers.get("place"),
        "when": answers.get("when"),
        "pictures": len(draft.pictures_of(turn)) or None,
        "follow": t(f"follow.{answers.get('follow', 'here')}"),
        "masks": sum(mask.on for mask in draft.masks_of(turn)) or None,
    }
    lines = [
        {
            "name": name,
            "text": t(f"fact.{name}", value=value or t("fact.none"), because=""),
        }
        for name, value in rows.items()
        if value is not None or name in ("unit", "place", "when")
    ]
    if because:
        lines[0]["text"] += t("fact.because", words="、".join(because))
    notes = {name: answers.get(name) for name in ("alarm", "urgent", "anyway")}
    return lines + [
        {"name": name, "text": t(f"fact.{name}", value=on)}
        for name, on in notes.items()
        if on
    ]


def shows_kind(turn: Turn) -> bool:
    return turn.answers["category"] == "fingertip" and bool(turn.answers.get("kind"))


def show_preview(turn: Turn) -> dict[str, object]:
    turn.answers["previewed"] = True
    lines = facts(turn)
    return draft.shown(turn) | {
        "lines": lines,
        "facts": "\n".join(line["text"] for line in lines),
    }


PREVIEW_BUTTONS = [
    Button(name, f"b.{name}")
    for name in (
        "send",
        "category",
        "unit",
        "place",
        "when",
        "pictures",
        "follow",
        "masks",
        "text",
        "cancel",
    )
]


def send(turn: Turn, _: str) -> None:
    """File it: from here on only the masked words exist."""
    answers = turn.answers
    receipt = turn.look(NewReceipt())
    ranked = [code for code in answers["codes"] if code != answers["category"]]
    turn.talk.move("send")
    turn.do(
        File(
            receipt=receipt,
            text=draft.masked(turn),
            category=answers["category"],
            also=tuple(ranked[:2]),
            kind=answers["kind"] if shows_kind(turn) else None,
            unit=answers.get("unit"),
            unit_level=answers.get("unit_level"),
            place=answers.get("place"),
            when=answers.get("when"),
            counts=tuple((str(number), str(of)) for number, of in answers["counts"]),
            urgent=answers["urgent"],
            signpost=answers["signpost"] if answers.get("anyway") else None,
            pictures=tuple(picture.id for picture in draft.pictures_of(turn)),
            follow=answers.get("follow", "here"),
            lang=turn.talk.lang,
            at=turn.at,
        )
    )
    turn.do(Wipe())
    say_receipt(turn, receipt, urgent=answers["urgent"])
    turn.talk.over = True


def say_receipt(turn: Turn, receipt: str, *, urgent: bool) -> None:
    buttons = (Button("saved", "b.saved"), Button("status", "b.status"))
    turn.say(
        "filed",
        *buttons,
        secret=True,
        receipt=receipt,
        urgent=turn.t("filed.urgent") if urgent else "",
    )


def take_field(name: str, most: int) -> Reading:
    """A step's reading of one short answer: masked, kept, back to the preview."""

    def read(turn: Turn, words: str) -> bool:
        words = words.strip()
        if not words or len(words) > most:
            return False
        turn.answers[name] = draft.without_names(turn, words)
        turn.go("done")
        return True

    return read


def set_field(name: str, value: str | None) -> Pressing:
    def pressed(turn: Turn, _: str) -> None:
        turn.answers[name] = value
        turn.go("done")

    return pressed


def rewrite(turn: Turn, text: str) -> bool:
    return take_text(turn, text.strip(), "done")


def done(turn: Turn, _: str) -> None:
    turn.go("done")


def unit_buttons(turn: Turn) -> list[Button]:
    return [Button("none", "b.none"), BACK]


SUBDISTRICT = re.compile(r"[\u4e00-\u9fff]{1,4}?(?:街道|镇|乡)")


def coarser(turn: Turn) -> str | None:
    """The subdistrict or township the text names, where the place is finer."""
    found = SUBDISTRICT.search(turn.answers.get("text", ""))
    return found[0] if found and found[0] != turn.answers.get("found_place") else None


def place_buttons(turn: Turn) -> list[Button]:
    fine, coarse = turn.answers.get("found_place"), coarser(turn)
    return [
        *([Button("fine", "b.value", {"value": fine})] if fine else []),
        *([Button("coarse", "b.place_only", {"value": coarse})] if coarse else []),
        Button("none", "b.none"),
        BACK,
    ]


def place_fine(turn: Turn, _: str) -> None:
    turn.answers["place"] = turn.answers.get("found_place")
    draft.set_masks(
        turn, [mask for mask in draft.masks_of(turn) if mask.type != "PLACE"]
    )
    turn.go("done")


def place_coarse(turn: Turn, _: str) -> None:
    hide_place(turn, coarser(turn))


def place_none(turn: Turn, _: str) -> None:
    hide_place(turn, None)


def hide_place(turn: Turn, place: str | None) -> None:
    """Leave the fine place out of the fields, and hide it in the text too: half a
    secret is none.
    """
    turn.answers["place"] = place
    draft.hide_words(turn, turn.answers.get("found_place") or "", "PLACE")
    turn.go("done")


WHENS = ("today", "daily", "week", "month", "once")


def set_when(turn: Turn, which: str) -> None:
    if which in WHENS:
        turn.answers["when"] = text("zh", f"when.{which}")
    turn.go("done")


def read_mask(turn: Turn, words: str) -> bool:
    if not draft.hide_words(turn, words.strip()):
        turn.say("draft.not_there", words=draft.shorten(words.strip()))
    turn.tapped = False
    turn.prompt()
    return True


def discarded(turn: Turn) -> dict[str, object]:
    answers = turn.answers
    pictures = len(draft.pictures_of(turn))
    return {
        "what": turn.t(
            "sent.what", characters=len(answers.get("text", "")), pictures=pictures
        )
    }


def let_go(turn: Turn, _: str) -> None:
    turn.talk.move("discard")
    gone(turn)


def gone(turn: Turn) -> None:
    discard(turn)
    turn.do(Wipe())
    turn.say("cancelled")


def go(trigger: str) -> Pressing:
    def pressed(turn: Turn, _: str) -> None:
        turn.go(trigger)

    return pressed


STEPS = [
    Step(
        State.START,
        ask="welcome",
        buttons=lambda turn: COMMON,
        read=take_sentence,
        again="welcome.again",
        pictured=take_picture,
    ),
    Step(
        State.SIGNPOST,
        ask="signpost",
        show=lambda turn: {
            "signpost": turn.t(f"signpost.{turn.answers['signpost'] or 'none'}")
        },
        buttons=lambda turn: [
            Button("anyway", "b.anyway"),
            Button("restate", "b.restate"),
            Button("cancel", "b.cancel"),
        ],
        pressed={"anyway": anyway, "restate": restate},
        read=take_sentence,
        again="signpost.again",
        pictured=take_picture,
    ),
    Step(
        State.CATEGORY,
        ask="category",
        buttons=category_buttons,
        pressed={"is": choose_category, "more": more_categories},
        read=take_sentence,
        again="category.again",
        pictured=take_picture,
    ),
    Step(
        State.PREVIEW,
        ask="preview",
        show=show_preview,
        buttons=lambda turn: PREVIEW_BUTTONS,
        pressed={
            "send": send,
            "category": go("category"),
            **{state.value: go(state.value) for state in CHIPS},
            "mask": draft.toggle_mask,
            "hide": draft.hide_pressed,
            "unpicture": draft.drop_picture,
        },
        read=lambda turn, text: take_text(turn, join(turn.answers["text"], text), None),
        again="preview.again",
        pictured=take_picture,
    ),
    Step(
        State.TEXT,
        ask="text",
        show=lambda turn: {"text": turn.answers["text"]},
        buttons=lambda turn: [BACK],
        read=rewrite,
        again="text.again",
    ),
    Step(
        State.UNIT,
        ask="unit",
        buttons=unit_buttons,
        pressed={"none": set_field("unit", None)},
        read=take_field("unit", 60),
        again="unit.again",
    ),
    Step(
        State.PLACE,
        ask="place",
        buttons=place_buttons,
        pressed={"fine": place_fine, "coarse": place_coarse, "none": place_none},
        read=take_field("place", 60),
        again="place.again",
    ),
    Step(
        State.WHEN,
        ask="when",
        buttons=lambda turn: [
            *(Button(f"is:{name}", f"when.{name}") for name in WHENS),
            Button("none", "b.none"),
            BACK,
        ],
        pressed={"is": set_when, "none": set_field("when", None)},
        read=take_field("when", 100),
        again="when.again",
    ),
    Step(
        State.PICTURES,
        ask="pictures",
        show=lambda turn: {
            "most": draft.PICTURES,
            "number": len(draft.pictures_of(turn)),
            **draft.shown(turn),
        },
        buttons=lambda turn: [*draft.picture_buttons(turn), DONE],
        pressed={"unpicture": draft.drop_picture, "done": done},
        again="pictures.again",
        pictured=take_picture,
    ),
    Step(
        State.FOLLOW,
        ask="follow",
        buttons=lambda turn: [
            Button("here", "follow.here"),
            Button("receipt", "follow.receipt"),
            BACK,
        ],
        pressed={
            "here": set_field("follow", "here"),
            "receipt": set_field("follow", "receipt"),
        },
        again="follow.again",
    ),
    Step(
        State.MASKS,
        ask="masks",
        show=draft.shown,
        buttons=lambda turn: [*draft.mask_buttons(turn), DONE],
        pressed={"mask": draft.toggle_mask, "hide": draft.hide_pressed, "done": done},
        read=read_mask,
        again="masks.again",
    ),
    Step(
        State.CANCEL,
        ask="cancel",
        show=discarded,
        buttons=lambda turn: [Button("discard", "b.cancel"), Button("back", "b.keep")],
        pressed={"discard": let_go},
        again="cancel.again",
    ),
]

REPORT = register("report", 1, State, TRANSITIONS, STEPS)


# ── commands of its own ───────────────────────────────────────────────────────────────


@command("start", "开始", "重新开始", "start")
def start(turn: Turn) -> None:
    """The first screen; or the draft that waits, which is never thrown away by a
    greeting.
    """
    turn.tapped = False
    if turn.talk.under is not None:
        leave(turn)
    elif turn.talk.dialog != "report":
        enter(turn, "report")
        turn.prompt()
    else:
        if turn.answers:
            turn.say("draft.kept")
        turn.prompt()


@command("cancel", "取消", "放弃", "不报了", "cancel")
def cancel(turn: Turn) -> None:
    """Ask before words are lost; without words there is nothing to ask."""
    if turn.talk.dialog != "report":
        leave(turn)
    elif turn.talk.moved("cancel"):
        if turn.talk.state is State.GONE:
            gone(turn)
        else:
            turn.prompt()


@command("saved", "我已保存")
def saved(turn: Turn) -> None:
    turn.do(ReceiptSaved())
    turn.say("receipt.gone")


@command("again", "回执码", "再看回执码")
def show_receipt_again(turn: Turn) -> None:
    receipt = turn.look(LastReceipt())
    if receipt is None:
        turn.say("receipt.none")
    else:
        say_receipt(turn, receipt, urgent=False)
