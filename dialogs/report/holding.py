"""Not yet, not so recognisable, or not for everybody: what a report is kept from."""

from __future__ import annotations

import re

from dialogs import draft
from dialogs.commands import BACK
from dialogs.looks import button, label
from dialogs.report.coarser import is_named, write_coarser
from dialogs.report.filing import send
from dialogs.report.reading import shown_again, to_preview
from dialogs.report.table import BEFORE_PREVIEW, ReportState, ReportTurn, given
from dialogs.talk import Heard, Step
from dialogs.texts import phrase, phrases
from dialogs.understand.units import find_units
from dialogs.words import HOLD_AT_MOST, Button, HoldDay

# ── whose wish it is ──────────────────────────────────────────────────────────────────


def hold_back(turn: ReportTurn, heard: Heard) -> None:
    how = heard.meaning.args.get("how", "later")
    if how == "coarser":
        write_coarser(turn, heard)
    elif how == "keep_from":
        keep_from(turn, heard)
    else:
        hold_until_later(turn, heard)


# ── not yet ───────────────────────────────────────────────────────────────────────────

phrase("hold.first", "可以晚点交。先把这件事说清楚，看预览时点“晚点交”。")
phrase("hold.until", "那就{day}。")
PERIODS = {  # days, by the first that the words name
    r"半个?月|[两二2]个?(?:周|星期|礼拜)|(?:十五|15)天": 15,
    r"[三3]个?(?:周|星期|礼拜)": 21,
    r"[一1个下]个?月|过月|(?:30|三十)天": HOLD_AT_MOST,
    r"[一1下]个?(?:周|星期|礼拜)|[七7]天|几天|几日": 7,
    r"[三3两2]天|后天": 3,
    r"明天": 1,
}
CHOICES = (7, 15, HOLD_AT_MOST)
SEND_LATER = label("hold_send", "收着，{day}自动交", role="main")
ASK_LATER = label("hold_drop", "收着，我点头才交")
OTHER_DAYS = label("hold_days", "改成{days}天后")
NOW = button("now", "现在就交", name="hold_now")


def days_meant(words: str) -> int:
    for pattern, days in PERIODS.items():
        if re.search(pattern, words):
            return days
    return HOLD_AT_MOST


def hold_until_later(turn: ReportTurn, heard: Heard) -> None:
    turn.answers.hold_days = days_meant(heard.words)
    if turn.talk.state is ReportState.CANCEL:  # a month later is no discarding
        turn.talk.move("back")
    if turn.talk.state in BEFORE_PREVIEW:
        turn.tell(heard, "hold.first")
        turn.prompt()
        return
    to_preview(turn)
    turn.tapped = False
    open_hold(turn, "")


def open_hold(turn: ReportTurn, _: str) -> None:
    turn.answers.hold_days = turn.answers.hold_days or HOLD_AT_MOST
    turn.go("hold")


def day_text(turn: ReportTurn) -> str:
    day = turn.look(HoldDay(turn.answers.hold_days))
    return turn.t("hold.day", month=day.month, day=day.day)


def hold_buttons(turn: ReportTurn) -> list[Button]:
    chosen = turn.answers.hold_days
    others = [days for days in CHOICES if days != chosen]
    return [
        Button("until:send", SEND_LATER, {"day": day_text(turn)}),
        Button("until:drop", ASK_LATER),
        *(Button(f"days:{days}", OTHER_DAYS, {"days": days}) for days in others),
        NOW,
        BACK,
    ]


def set_days(turn: ReportTurn, days: str) -> None:
    if days.isdecimal() and 0 < int(days) <= HOLD_AT_MOST:
        turn.answers.hold_days = int(days)
    turn.prompt()


def send_later(turn: ReportTurn, unless: str) -> None:
    turn.answers.hold_unless = "drop" if unless == "drop" else "send"
    send(turn, "")


def send_now(turn: ReportTurn, _: str) -> None:
    turn.answers.hold_days = 0
    send(turn, "")


def read_days(turn: ReportTurn, words: str) -> bool:
    turn.answers.hold_days = days_meant(words)
    turn.say("hold.until", day=day_text(turn))
    turn.prompt()
    return True


HOLD_STEP = Step(
    ReportState.HOLD,
    title="晚点交",
    ask="可以先替您收着，{day}再交，回执码现在就给。到那天之前，工作人员看不到，也不计数；"
    "办理的期限从那天算起，所以会晚一些。",
    again="请点一个按钮，或说个时间，比如“过一个星期”。最多31天。",
    show=lambda turn: {"day": day_text(turn)},
    buttons=hold_buttons,
    pressed={"until": send_later, "days": set_days, "now": send_now},
    read=read_days,
    hears="preview",
    asked="choices",
    means={"hold_back": lambda turn, heard: set_period(turn, heard)},
)


def set_period(turn: ReportTurn, heard: Heard) -> None:
    if heard.meaning.args.get("how", "later") != "later":
        hold_back(turn, heard)
        return
    read_days(turn, heard.words)


# ── not for everybody ─────────────────────────────────────────────────────────────────

phrases("did", keep_from="不给{unit}的人看")
phrase(
    "keep_from.sees",
    "承办单位只看得到事情，看不到您。您要是不放心，可以说不给哪个单位或哪一级的人看。",
)


def keep_from(turn: ReportTurn, heard: Heard) -> None:
    unit = _unit_named(turn, heard.words)
    if unit is None:
        turn.say("keep_from.sees")
        to_preview(turn)
        turn.tapped = False
        if turn.talk.state in BEFORE_PREVIEW:
            turn.prompt()
        else:
            turn.go("keep_from")
        return
    _keep_from(turn, unit)
    turn.understood(heard, "did.keep_from", unit=unit)
    shown_again(turn)


def _unit_named(turn: ReportTurn, words: str) -> str | None:
    found = [words[unit.start : unit.end] for unit in find_units(words, [])]
    unit = given(turn.answers.unit)
    if found:
        return max(found, key=len)
    return unit if unit and is_named(words, unit) else None


def _keep_from(turn: ReportTurn, unit: str) -> None:
    if unit not in turn.answers.keep_from:
        turn.answers.keep_from = (*turn.answers.keep_from, unit)


def read_keep_from(turn: ReportTurn, words: str) -> bool:
    words = words.strip()
    if not 0 < len(words) <= 60:
        return False
    _keep_from(turn, _unit_named(turn, words) or draft.without_names(turn, words))
    turn.go("done")
    return True


def keep_from_nobody(turn: ReportTurn, _: str) -> None:
    turn.answers.keep_from = ()
    turn.go("done")


KEEP_FROM_STEP = Step(
    ReportState.KEEP_FROM,
    title="不给谁看",
    ask="不想让哪个单位、哪一级的人看到？写单位就行，不用写人名。",
    again="请写单位名称（60字以内），或点一个按钮。",
    buttons=[button("nobody", "不用了，都可以看"), BACK],
    pressed={"nobody": keep_from_nobody},
    read=read_keep_from,
    hears="unit",
    asked="open",
)
