"""The chips of the preview: each fills in, changes or leaves out one thing."""

from __future__ import annotations

import re
from collections.abc import Callable

from dialogs import draft
from dialogs.commands import BACK
from dialogs.hearing import choose
from dialogs.looks import button, label
from dialogs.report.reading import rewrite, take_picture
from dialogs.report.table import ReportState, ReportTurn
from dialogs.talk import Heard, Step
from dialogs.texts import phrases, text
from dialogs.words import PICTURES, Button, UnitName

ReadsField = Callable[[ReportTurn, str], bool]
SetsField = Callable[[ReportTurn, str], None]

LABEL = re.compile(r"^(?:责任)?(?:单位|地点|时间|频次)\s*[:：是]\s*(?=.)")
DONE = button("done", "好了", role="main")
NONE = button("none", "不写")


def done(turn: ReportTurn, _: str) -> None:
    turn.go("done")


def reads_field(name: str, most: int) -> ReadsField:
    """A step's reading of one short answer: masked, kept, back to the preview."""

    def read(turn: ReportTurn, words: str) -> bool:
        words = LABEL.sub("", words.strip())
        if not words or len(words) > most:
            return False
        if name == "unit":
            words = turn.look(UnitName(words))
        setattr(turn.answers, name, draft.without_names(turn, words))
        turn.go("done")
        return True

    return read


def sets_field(name: str, value: str | None) -> SetsField:
    def pressed(turn: ReportTurn, _: str) -> None:
        setattr(turn.answers, name, value)
        turn.go("done")

    return pressed


# ── the words themselves ──────────────────────────────────────────────────────────────

TEXT_STEP = Step(
    ReportState.TEXT,
    hears="preview",
    asked="no",
    title="改文字",
    ask="请重新写一遍，新的会换掉旧的。现在是：\n\n{text}",
    again="请写一句话。",
    show=lambda turn: {"text": turn.answers.text},
    buttons=[BACK],
    read=rewrite,
)

# ── the unit ──────────────────────────────────────────────────────────────────────────

UNIT_STEP = Step(
    ReportState.UNIT,
    hears="unit",
    asked="open",
    title="单位",
    ask="是哪个单位压下来的？写单位就行，不用写人名。",
    again="请写单位名称（60字以内），或点一个按钮。",
    buttons=[NONE, BACK],
    pressed={"none": sets_field("unit", None)},
    read=reads_field("unit", 60),
)

# ── the place ─────────────────────────────────────────────────────────────────────────

SUBDISTRICT = re.compile(r"[\u4e00-\u9fff]{1,4}?(?:街道|镇|乡)")
FINE = label("value", "{value}")
COARSE = label("place_only", "只写到{value}")


def subdistrict(words: str, place: str | None) -> str | None:
    """The subdistrict or township that the words name, where the place is finer."""
    found = SUBDISTRICT.search(words)
    if found is None or found[0] == place:
        return None
    return found[0]


def coarser(turn: ReportTurn) -> str | None:
    return subdistrict(turn.answers.text, turn.answers.found_place)


def place_buttons(turn: ReportTurn) -> list[Button]:
    fine = turn.answers.found_place
    coarse = coarser(turn)
    buttons = []
    if fine:
        buttons.append(Button("fine", FINE, {"value": fine}))
    if coarse:
        buttons.append(Button("coarse", COARSE, {"value": coarse}))
    return [*buttons, NONE, BACK]


def place_fine(turn: ReportTurn, _: str) -> None:
    turn.answers.place = turn.answers.found_place
    others = [mask for mask in turn.answers.masks if mask.type != "PLACE"]
    draft.set_masks(turn, others)
    turn.go("done")


def place_coarse(turn: ReportTurn, _: str) -> None:
    hide_place(turn, coarser(turn))


def place_none(turn: ReportTurn, _: str) -> None:
    hide_place(turn, None)


def hide_place(turn: ReportTurn, place: str | None) -> None:
    """Leave the fine place out of the fields, and hide it in the text too: half a
    secret is none.
    """
    turn.answers.place = place
    draft.hide_words(turn, turn.answers.found_place or "", "PLACE")
    turn.go("done")


PLACE_STEP = Step(
    ReportState.PLACE,
    hears="place",
    asked="choices",
    title="地点",
    ask="地点写到多细？写得细好查，写得粗更难猜到是您。",
    again="请写地点（60字以内），或点一个按钮。",
    buttons=place_buttons,
    pressed={"fine": place_fine, "coarse": place_coarse, "none": place_none},
    read=reads_field("place", 60),
)

# ── when, and how often ───────────────────────────────────────────────────────────────

phrases(
    "when",
    today="就在今天",
    week="每周都有",
    month="每月都有",
    daily="天天都有",
    once="就这一次",
)
WHENS = ("today", "daily", "week", "month", "once")


def set_when(turn: ReportTurn, which: str) -> None:
    if which in WHENS:
        turn.answers.when = text("zh", f"when.{which}")
    turn.go("done")


CHOICE = re.compile(r"第|选|^[一二三四五1-5][个号]?$|个$|^(?:前|后|上|下|最后)")


def choose_when(turn: ReportTurn, heard: Heard) -> None:
    """A choice by its number; who says it more exactly than a button is taken at his
    word.
    """
    if CHOICE.search(heard.words.strip()):
        choose(turn, heard)
    else:
        turn.read(heard.words)


WHEN_STEP = Step(
    ReportState.WHEN,
    hears="when",
    asked="choices",
    title="时间频次",
    ask="什么时候的事，多久一次？不用写具体钟点。",
    again="请写时间或频次（100字以内），或点一个按钮。",
    buttons=[*(Button(f"is:{name}", f"when.{name}") for name in WHENS), NONE, BACK],
    pressed={"is": set_when, "none": sets_field("when", None)},
    read=reads_field("when", 100),
    means={"choose": choose_when},
)

# ── pictures ──────────────────────────────────────────────────────────────────────────


def show_pictures(turn: ReportTurn) -> dict[str, object]:
    number = len(turn.answers.pictures)
    return {"most": PICTURES, "number": number, **draft.shown(turn)}


PICTURES_STEP = Step(
    ReportState.PICTURES,
    hears="pictures",
    asked="open",
    title="图片",
    ask="可以发图片（最多{most}张，每张20MB以内），已有{number}张。\n"
    "工牌、人脸、名单、自己的头像昵称，请先裁掉或涂黑。"
    "照片里的拍摄地点等信息会自动去掉。",
    again="请发图片，或点“好了”。",
    kind="draft_pictures",
    show=show_pictures,
    buttons=lambda turn: [*draft.picture_buttons(turn), DONE],
    pressed={**draft.PRESSED_PICTURES, "done": done},
    pictured=take_picture,
)

# ── how to be told of progress ────────────────────────────────────────────────────────

phrases("follow", here="在这里告诉我", receipt="只凭回执码查")

FOLLOW_STEP = Step(
    ReportState.FOLLOW,
    hears="follow",
    asked="choices",
    title="进展方式",
    ask="有进展时怎么告诉您？选“只凭回执码”，我们就不保存能找到您的地址。",
    again="请点选一个按钮。",
    kind="reach",
    buttons=[Button("here", "follow.here"), Button("receipt", "follow.receipt"), BACK],
    pressed={
        "here": sets_field("follow", "here"),
        "receipt": sets_field("follow", "receipt"),
    },
)

# ── what is hidden ────────────────────────────────────────────────────────────────────


def read_mask(turn: ReportTurn, words: str) -> bool:
    said = words.strip()
    if not draft.hide_words(turn, said):
        turn.say("draft.not_there", words=draft.shorten(said))
    turn.tapped = False
    turn.prompt()
    return True


MASKS_STEP = Step(
    ReportState.MASKS,
    hears="masks",
    asked="open",
    title="遮挡",
    ask="下面是会被遮住的地方，点一下放开或遮住。\n还要遮别的，请照原文打出那几个字。\n\n"
    "{masked}",
    again="请点一个按钮，或打出要遮的字。",
    kind="draft_words",
    show=draft.shown,
    buttons=lambda turn: [*draft.mask_buttons(turn), DONE],
    pressed={**draft.PRESSED_MASKS, "done": done},
    read=read_mask,
)

CHIP_STEPS = (
    TEXT_STEP,
    UNIT_STEP,
    PLACE_STEP,
    WHEN_STEP,
    PICTURES_STEP,
    FOLLOW_STEP,
    MASKS_STEP,
)
