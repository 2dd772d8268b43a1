"""Sending a report: from here on only the masked words exist; and its receipt."""

from __future__ import annotations

from typing import Any

from dialogs import draft, looks
from dialogs.library.promised import promised
from dialogs.looks import button
from dialogs.report.reading import to_preview
from dialogs.report.table import ReportTurn, given, shows_kind
from dialogs.talk import WRITE_IN, Command, Turn
from dialogs.texts import phrase, since_then
from dialogs.words import (
    SAVED,
    Button,
    File,
    Hold,
    HoldDay,
    LastReceipt,
    NewReceipt,
    Params,
    ReceiptSaved,
    Retaliation,
    RulesInForce,
    Wipe,
)

KEEP_IT_SAFE = "请复制或抄下来，不要存在单位设备上。凭它随时查进展，丢了我们也找不回。"
FILED = {
    "filed": "已送出，谢谢您。\n您的回执码：{receipt}\n"
    + KEEP_IT_SAFE
    + "\n下一步：{accept}内告诉您是否受理。{urgent}",
    "filed_held": "收下了，谢谢您。\n您的回执码：{receipt}\n"
    + KEEP_IT_SAFE
    + "\n下一步：{day}自动交上去；那天之前，凭回执码随时可以改主意。",
    "filed_asked": "收下了，谢谢您。\n您的回执码：{receipt}\n"
    + KEEP_IT_SAFE
    + "\n下一步：{day}前问您一次，您点头才交，不点头就删掉。",
    "filed_apart": "已送出，谢谢您。\n您的回执码：{receipt}\n"
    + KEEP_IT_SAFE
    + "\n下一步：只有专线主管看得到，马上有人看。",
}
for _name, _told in FILED.items():
    looks.message(_name, _told, "receipt")
since_then("filed", accept=("1天", "1 day"))
phrase(
    "filed.urgent",
    "您的事标了“加急”：马上提醒工作人员，转给单位后{on_site}内到场或到线，当天出结果。"
    "提醒时间可能让人联想到您。",
)
phrase("hold.day", "{month}月{day}日")
phrase("later.now", "您说的另一件事还记着：“{words}”。接着写吗？")
GO_ON = Button(WRITE_IN.choice, looks.label("go_on", "接着写这件", role="main"))
phrase("receipt.gone", "好的，回执码不再显示。以后发送回执码就能查进展。")
phrase("receipt.none", "回执码只在送出后15分钟内能再看一次，现在已经不显示了。")
ASK_STATUS = button("status", "查进展")
RECEIPT_SAVED = button(SAVED, "我已保存", role="main")


def send(turn: ReportTurn, _: str) -> None:
    """File it: from here on only the masked words exist."""
    receipt = turn.look(NewReceipt())
    to_preview(turn)
    turn.talk.move("send")
    if turn.answers.supervisors_only:
        turn.do(_retaliation(turn, receipt))
    else:
        turn.do(_file(turn, receipt))
    turn.do(Wipe())
    say_receipt(turn, receipt, *_what_is_next(turn))
    end(turn)


def end(turn: ReportTurn) -> None:
    """This report is over; a matter that was put by is next."""
    turn.talk.over = True
    if turn.talk.later:
        turn.say("later.now", GO_ON, words=draft.shorten(turn.talk.later, 30))


def _hold(turn: ReportTurn) -> Hold | None:
    answers = turn.answers
    if not answers.hold_unless or not answers.hold_days:
        return None
    day = turn.look(HoldDay(answers.hold_days))
    return Hold(day, "drop" if answers.hold_unless == "drop" else "send")


def _what_is_next(turn: ReportTurn) -> tuple[str, dict[str, str]]:
    """The message with the receipt, and what else it tells."""
    hold = _hold(turn)
    if turn.answers.supervisors_only:
        return "filed_apart", {}
    if hold is None:
        return "filed", _promised(turn, urgent=turn.answers.urgent)
    day = turn.t("hold.day", month=hold.until.month, day=hold.until.day)
    return ("filed_held" if hold.unless == "send" else "filed_asked"), {"day": day}


def _promised(turn: Turn[Any], *, urgent: bool) -> dict[str, str]:
    """What is promised beside the receipt, by the rules in force."""
    rules = turn.look(RulesInForce())
    lang = turn.talk.lang
    more = turn.t("filed.urgent", **promised({"on_site"}, rules, lang))
    return {**promised({"accept"}, rules, lang), "urgent": more if urgent else ""}


def _retaliation(turn: ReportTurn, receipt: str) -> Retaliation:
    return Retaliation(
        report=turn.answers.about or None,
        text=draft.masked(turn),
        at=turn.at,
        receipt=receipt,
        follow="receipt" if turn.answers.follow == "receipt" else "here",
        lang=turn.talk.lang,
        pictures=tuple(picture.id for picture in turn.answers.pictures),
    )


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
        when=given(answers.when),
        counts=answers.counts,
        urgent=answers.urgent,
        signpost=answers.signpost if answers.anyway else None,
        pictures=tuple(picture.id for picture in answers.pictures),
        follow="receipt" if answers.follow == "receipt" else "here",
        lang=turn.talk.lang,
        at=turn.at,
        hold=_hold(turn),
        keep_from=answers.keep_from,
    )


def say_receipt(turn: Turn[Any], receipt: str, name: str, told: Params) -> None:
    buttons = (RECEIPT_SAVED, ASK_STATUS)
    turn.say(name, *buttons, secret=True, receipt=receipt, **told)


def receipt_saved(turn: Turn[Any]) -> None:
    turn.do(ReceiptSaved())
    turn.say("receipt.gone")


def show_receipt_again(turn: Turn[Any]) -> None:
    receipt = turn.look(LastReceipt())
    if receipt is None:
        turn.say("receipt.none")
    else:
        say_receipt(turn, receipt, "filed", _promised(turn, urgent=False))


RECEIPT_COMMANDS = (
    Command(SAVED, ("我已保存",), receipt_saved),
    Command("again", ("回执码", "再看回执码"), show_receipt_again),
)
