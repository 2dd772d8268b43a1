"""The preview: what would be sent, line by line, and at most one question beside it."""

from __future__ import annotations

from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from dialogs import draft
from dialogs.amending import NAMED
from dialogs.looks import button
from dialogs.report.filing import send
from dialogs.report.holding import open_hold
from dialogs.report.narrowing import narrow_words, write_wider
from dialogs.report.probing import YES_OR_NO, answer_probe, decline_probe, probe_once
from dialogs.report.reading import add_sentence, take_picture
from dialogs.report.removing import remove
from dialogs.report.table import CHIPS, ReportState, ReportTurn, given, shows_kind
from dialogs.talk import Heard, Step
from dialogs.texts import phrases
from dialogs.words import Button

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
    anyway="您选择了“仍要反映”",
    keep_from="不给看：{value}",
    supervisors="只给专线主管看，别的工作人员和单位都看不到",
    narrow="“{value}”容易让人猜到是您，换个宽一点的说法更稳妥",
    probe="（可以不答）{value}",
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
        "when": given(answers.when),
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
    warnings = {"urgent": answers.urgent, "narrow": narrow_words(answers.text)}
    lines: list[dict[str, Any]] = [
        {"name": name, "text": turn.t(f"fact.{name}", value=value), "warn": True}
        for name, value in warnings.items()
        if value
    ]
    notes = {
        "supervisors": answers.supervisors_only,
        "keep_from": "、".join(answers.keep_from),
        "anyway": answers.anyway,
        "probe": probe_once(turn),
    }
    lines += [
        {"name": name, "text": turn.t(f"fact.{name}", value=value)}
        for name, value in notes.items()
        if value
    ]
    return lines


def show_preview(turn: ReportTurn) -> dict[str, object]:
    turn.answers.previewed = True
    lines = facts(turn)
    text = "\n".join(line["text"] for line in lines)
    return draft.shown(turn) | {"lines": lines, "facts": text}


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
    button("hold", "晚点交"),
    button("keep_from", "不给谁看"),
    button("cancel", "放弃", role="grave"),
)
WIDER = button("wider", "换成宽一点的说法", role="inline")


def preview_buttons(turn: ReportTurn) -> list[Button]:
    wider = [WIDER] if narrow_words(turn.answers.text) else []
    return [PREVIEW_BUTTONS[0], *wider, *PREVIEW_BUTTONS[1:]]


def opens(state: ReportState) -> Any:
    """What a button of the preview does: its step is called like itself."""
    return lambda turn, _: turn.go(state.value)


def agree(turn: ReportTurn, heard: Heard) -> None:
    """A yes sends; where something was asked beside the preview, it answers that."""
    if turn.answers.probe in YES_OR_NO:
        answer_probe(turn, heard)
    else:
        send(turn, "")


def disagree(turn: ReportTurn, heard: Heard) -> None:
    """A no is no report: nothing is changed until it is said what."""
    if NAMED.search(heard.words):
        remove(turn, heard)
    elif turn.answers.probe:
        decline_probe(turn, heard)
    else:
        turn.tell(heard, "preview.again")
        turn.prompt()


ASSENT = """
    好 好的 好了 好吧 行 行吧 中 可以 可以了 没问题 没错 对 对的 是 是的 嗯 确定 确认
    ok okay yes 一 第一个 选一 选1 发 发吧 发送 交 提交 上交 送 送吧 送出吧 就这样
"""
PREVIEW_STEP = Step(
    ReportState.PREVIEW,
    title="预览",
    ask="请看一眼，这就是要送出的内容：\n\n{masked}\n\n{facts}",
    again="没问题就说“可以了”；哪里不对直接说，比如“不是街道，是区里”。",
    short="您写的在上面，还没有送出。没问题就点“送出”；想再看一遍，说“预览”。",
    kind="draft",
    show=show_preview,
    buttons=preview_buttons,
    pressed={
        "send": send,
        **{state.value: opens(state) for state in (ReportState.CATEGORY, *CHIPS)},
        "hold": open_hold,
        "wider": write_wider,
        **draft.PRESSED_MASKS,
        **draft.PRESSED_PICTURES,
    },
    words=dict.fromkeys(ASSENT.split(), "send"),
    read=add_sentence,
    pictured=take_picture,
    hears="preview",
    means={
        "send": lambda turn, _: send(turn, ""),
        "yes": agree,
        "no": disagree,
        "answer": answer_probe,
    },
)
