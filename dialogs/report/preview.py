"""The preview: what would be sent, line by line; and sending it."""

from __future__ import annotations

from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from dialogs import draft, looks
from dialogs.looks import button
from dialogs.report.reading import add_sentence, take_picture
from dialogs.report.table import CHIPS, ReportState, ReportTurn, given
from dialogs.talk import Command, Step, Turn
from dialogs.texts import phrase, phrases
from dialogs.words import (
    SAVED,
    File,
    LastReceipt,
    NewReceipt,
    ReceiptSaved,
    Wipe,
)

# ── what stands in it ─────────────────────────────────────────────────────────────────

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
ALWAYS = ("unit", "place", "when")  # lines that stand there even while they are empty


def facts(turn: ReportTurn) -> list[dict[str, Any]]:
    """The lines under the preview, in order: [{"name", "text"}], with "warn" where a
    line must not be overlooked. A line is called like the button that changes it.
    """
    return [*_answered(turn), *_notes(turn)]


def _answered(turn: ReportTurn) -> list[dict[str, Any]]:
    answers = turn.answers
    covered = sum(mask.on for mask in answers.masks)
    values = {
        "category": _category(turn),
        "unit": given(answers.unit),
        "place": given(answers.place),
        "when": answers.when,
        "pictures": len(answers.pictures) or None,
        "follow": turn.t(f"follow.{answers.follow}"),
        "masks": covered or None,
    }
    return [
        {"name": name, "text": _line(turn, name, value)}
        for name, value in values.items()
        if value is not None or name in ALWAYS
    ]


def _line(turn: ReportTurn, name: str, value: object) -> str:
    because = _because(turn) if name == "category" else ""
    return turn.t(f"fact.{name}", value=value or turn.t("fact.none"), because=because)


def _category(turn: ReportTurn) -> str:
    name = turn.t(f"category.{turn.answers.category}")
    if not shows_kind(turn):
        return name
    kind = turn.t(f"kind.{turn.answers.kind}")
    return name + turn.t("fact.kind", kind=kind)


def _because(turn: ReportTurn) -> str:
    words = turn.answers.because
    if turn.answers.by_hand or not words:
        return ""
    return turn.t("fact.because", words="、".join(words))


def _notes(turn: ReportTurn) -> list[dict[str, Any]]:
    answers = turn.answers
    warnings = {"alarm": answers.alarm, "urgent": answers.urgent}
    lines: list[dict[str, Any]] = [
        {"name": name, "text": turn.t(f"fact.{name}", value=value), "warn": True}
        for name, value in warnings.items()
        if value
    ]
    if answers.anyway:
        lines.append({"name": "anyway", "text": turn.t("fact.anyway")})
    return lines


def shows_kind(turn: ReportTurn) -> bool:
    return turn.answers.category == "fingertip" and bool(turn.answers.kind)


def show_preview(turn: ReportTurn) -> dict[str, object]:
    turn.answers.previewed = True
    lines = facts(turn)
    text = "\n".join(line["text"] for line in lines)
    return draft.shown(turn) | {"lines": lines, "facts": text}


# ── sending it ────────────────────────────────────────────────────────────────────────

looks.message(
    "filed",
    "已送出，谢谢您。\n您的回执码：{receipt}\n"
    "请复制或抄下来，不要存在单位设备上。凭它随时查进展，丢了我们也找不回。\n"
    "下一步：1天内告诉您是否受理。{urgent}",
    "receipt",
)
phrase(
    "filed.urgent", "您的事标了“加急”，会立即提醒工作人员，提醒时间可能让人联想到您。"
)
phrase("receipt.gone", "好的，回执码不再显示。以后发送回执码就能查进展。")
phrase("receipt.none", "回执码只在送出后15分钟内能再看一次，现在已经不显示了。")
ASK_STATUS = button("status", "查进展")
RECEIPT_SAVED = button(SAVED, "我已保存", role="main")


def send(turn: ReportTurn, _: str) -> None:
    """File it: from here on only the masked words exist."""
    receipt = turn.look(NewReceipt())
    turn.talk.move("send")
    turn.do(_file(turn, receipt))
    turn.do(Wipe())
    say_receipt(turn, receipt, urgent=turn.answers.urgent)
    turn.talk.over = True


def _file(turn: ReportTurn, receipt: str) -> File:
    answers = turn.answers
    others = [code for code in answers.codes if code != answers.category]
    return File(
        receipt=receipt,
        text=draft.masked(turn),
        category=answers.category,
        also=tuple(others[:2]),
        kind=answers.kind if shows_kind(turn) else None,
        unit=given(answers.unit),
        unit_level=answers.unit_level,
        place=given(answers.place),
        when=answers.when,
        counts=answers.counts,
        urgent=answers.urgent,
        signpost=answers.signpost if answers.anyway else None,
        pictures=tuple(picture.id for picture in answers.pictures),
        follow="receipt" if answers.follow == "receipt" else "here",
        lang=turn.talk.lang,
        at=turn.at,
    )


def say_receipt(turn: Turn[Any], receipt: str, *, urgent: bool) -> None:
    note = turn.t("filed.urgent") if urgent else ""
    buttons = (RECEIPT_SAVED, ASK_STATUS)
    turn.say("filed", *buttons, secret=True, receipt=receipt, urgent=note)


def receipt_saved(turn: Turn[Any]) -> None:
    turn.do(ReceiptSaved())
    turn.say("receipt.gone")


def show_receipt_again(turn: Turn[Any]) -> None:
    receipt = turn.look(LastReceipt())
    if receipt is None:
        turn.say("receipt.none")
    else:
        say_receipt(turn, receipt, urgent=False)


RECEIPT_COMMANDS = (
    Command(SAVED, ("我已保存",), receipt_saved),
    Command("again", ("回执码", "再看回执码"), show_receipt_again),
)

# ── its steps ─────────────────────────────────────────────────────────────────────────

PREVIEW_BUTTONS = (
    draft.SEND,
    button("category", "类别"),
    button("unit", "单位"),
    button("place", "地点"),
    button("when", "时间频次"),
    button("pictures", "图片"),
    button("follow", "进展方式"),
    button("masks", "遮挡"),
    button("text", "改文字"),
    button("cancel", "放弃", role="grave"),
)


def opens(state: ReportState) -> Any:
    """What a button of the preview does: its step is called like itself."""
    return lambda turn, _: turn.go(state.value)


PREVIEW_STEP = Step(
    ReportState.PREVIEW,
    title="预览",
    ask="请看一眼，这就是要送出的内容：\n\n{masked}\n\n{facts}",
    again="请点“送出”，或点要改的一项。",
    kind="draft",
    show=show_preview,
    buttons=PREVIEW_BUTTONS,
    pressed={
        "send": send,
        **{state.value: opens(state) for state in (ReportState.CATEGORY, *CHIPS)},
        **draft.PRESSED_MASKS,
        **draft.PRESSED_PICTURES,
    },
    read=add_sentence,
    pictured=take_picture,
)
