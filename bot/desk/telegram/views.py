"""How staff see a case in a chat: title, icon, card, buttons, lists. Nothing here is
finer than the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cases.reading import ListedCase, ReportView, Sheet, StepView
from bot.channels.telegram.door import STAFF_BUTTON
from bot.channels.telegram.markup import Html, join, shortened, tag, units
from bot.desk.times import proviso, said_at, said_due
from bot.desk.verbs import VERBS
from bot.desk.wording import (
    FACTS,
    STEP_WORDS,
    YES,
    appeal_text,
    clean,
    fact_text,
    kept_text,
    papers_text,
    step_text,
)
from dialogs.case.clock import read, running, steps_done
from dialogs.case.deciding import possible_now
from dialogs.case.life import FINDINGS, FINISHED, LEVELS, STATES, Case, State
from dialogs.case.order_table import PICTURED
from dialogs.case.worktime import Terms
from dialogs.texts import text
from dialogs.words import Button

ICONS = {
    State.FILED: "📰",
    State.ACCEPTED: "📝",
    State.DECLINED: "📁",
    State.ASSIGNED: "📣",
    State.RETURNED: "❓",
    State.ANSWERED: "💬",
    State.VERIFIED: "🔎",
    State.RECTIFYING: "💼",
    State.CLOSED: "✅",
    State.CALLBACK: "🗣",
    State.LOOK_BACK: "👀",
    State.WAITING: "📆",
    State.MERGED: "📚",
    State.WITHDRAWN: "📁",
}  # each is among the icons that Telegram allows
MOST = 3800  # UTF-16 units of a card; Telegram takes 4096
BRIEF = 200  # characters of a report where two cases are compared
EXCERPT = 1500  # characters of a report on the card
STEPS, NOTES = 6, 3  # shown on the card, the newest
GONE = "这件工单的内容已按保存期限删除。"


@dataclass(frozen=True, slots=True)
class View:
    """What shall stand there. buttons: (callback data, label); offers: names of the
    orders among them.
    """

    title: str
    icon: str
    text: Html
    buttons: tuple[tuple[str, str], ...]
    closed: bool
    offers: tuple[str, ...]


def data(verb: str, alias: str, more: str = "") -> str:
    """What a button of staff's carries; at most 64 bytes."""
    return f"{STAFF_BUTTON}{verb}:{alias}" + (f":{more}" if more else "")


def button(verb: str, alias: str, label: str, more: str = "") -> Button:
    return Button(data(verb, alias, more), "desk.button", {"text": label})


def view(sheet: Sheet, terms: Terms, zone: ZoneInfo, at: datetime) -> View:
    """As it is at this moment."""
    case = sheet.case
    offered = () if sheet.damaged else offers(case, terms, at)
    return View(
        title(case),
        ICONS[case.state],
        card(sheet, terms, zone),
        buttons(sheet, offered),
        case.state in FINISHED,
        offered,
    )


def offers(case: Case, terms: Terms, at: datetime) -> tuple[str, ...]:
    """Names of the orders that have a button: only what would not be refused now."""
    return () if case.followup.retained else possible_now(case, at, terms)


def topic_link(chat: int, thread: int) -> str:
    """Opens for whoever is in the group."""
    group = str(chat).removeprefix("-100")
    return f"https://t.me/c/{group}/{thread}"


def title(case: Case) -> str:
    marks = ["急"] if case.urgent else []
    return " ".join(
        [case.alias, STATES[case.state], *marks, *(["超期"] if late(case) else [])]
    )


def late(case: Case) -> bool:
    if case.state is State.MERGED:  # its clocks wait: another case goes on
        return False
    return any(
        "breached" in steps_done(case.ledger, clock) for clock in running(case.ledger)
    )


def buttons(sheet: Sheet, offered: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """For these orders, then for what can be looked at."""
    case = sheet.case
    if case.followup.retained:
        return ()
    found = [(data(verb, case.alias), VERBS[verb].label) for verb in offered]
    pictures = sum(len(report.pictures) for report in sheet.reports)
    pictures += sum(
        int(step.params.get("pictures", 0))
        for step in sheet.steps
        if step.kind in PICTURED
    )
    looks = [(data("full", case.alias), "全文")]
    if pictures:
        looks.append((data("pictures", case.alias), f"图片{pictures}"))
    if case.ledger:
        looks.append((data("why", case.alias), "为何这个期限"))
    return (*found, *looks)


# ── the card ──────────────────────────────────────────────────────────────────────────


def card(sheet: Sheet, terms: Terms, zone: ZoneInfo) -> Html:
    """Cut until it fits: first the story, then the words."""
    for excerpt, steps in ((EXCERPT, STEPS), (EXCERPT // 2, STEPS), (500, 3), (150, 1)):
        found = join(
            "\n", [*_head(sheet, terms, zone), *_body(sheet, zone, excerpt, steps)]
        )
        if units(found) <= MOST:
            return found
    return join("\n", [*_head(sheet, terms, zone), "（太长，点“全文”看）"])


def full(sheet: Sheet, zone: ZoneInfo) -> str:
    """All that was reported and done, as plain words."""
    said = [line for report in sheet.reports for line in _report(report, zone, 1 << 20)]
    lines = [
        f"{sheet.case.alias} 全文",
        *said,
        "经过：",
        *(_step(step, zone) for step in sheet.steps),
    ]
    lines += [
        f"备注 {said_at(note.at, zone)} {clean(note.by)}：{clean(note.text)}"
        for note in sheet.notes
    ]
    return "\n".join(lines)


def _head(sheet: Sheet, terms: Terms, zone: ZoneInfo) -> list[str]:
    case = sheet.case
    given = case.assignment
    wants = given.wants
    urgent = "　加急" if case.urgent else ""
    facts = {
        "编号": case.serial,
        "类别": text("zh", f"category.{case.category}"),
        "承办": "，".join(filter(None, [given.unit, LEVELS.get(given.level or "")])),
        "不给看": kept_text(case),
        "不服": appeal_text(case),
        "待送达": papers_text(case),
        "整改": "单位报完成，等核对" if given.rectified else None,
        "结论": FINDINGS.get(given.finding or ""),
        "在办": case.claimed.name if case.claimed else "没人认领",
        "要求延期": f"{wants.days}个工作日：{wants.reason}" if wants else None,
        "待发出": case.reply.text if case.reply else None,
        "已并入": sheet.went,
        "并进来": "、".join(sheet.merged),
    }
    lines: list[str] = [tag("b", f"{case.alias}　{STATES[case.state]}{urgent}")]
    lines += [f"{name}：{clean(value)}" for name, value in facts.items() if value]
    return [*lines, *_clocks(case, terms, zone)]


def _clocks(case: Case, terms: Terms, zone: ZoneInfo) -> list[str]:
    """When each running clock ends; no more exact than what started it."""
    found: list[str] = []
    if case.state is State.MERGED:
        return found
    for clock in running(case.ledger):
        reading = read(case.ledger, clock, terms)
        if reading is None:
            continue
        name = text("zh", f"clock.name_{clock}")
        if reading.due is None:
            found.append(f"期限：{name}（暂停）")
        else:
            over = "，已超期" if "breached" in steps_done(case.ledger, clock) else ""
            due = said_due(reading.due, zone)
            found.append(f"期限：{name} {due} 前{over}{proviso(reading)}")
    return found


def _body(sheet: Sheet, zone: ZoneInfo, excerpt: int, steps: int) -> list[str]:
    lines = [
        line for report in sheet.reports for line in _report(report, zone, excerpt)
    ]
    if sheet.steps:
        lines += [
            "",
            "经过：",
            *(_step(step, zone, 120) for step in sheet.steps[-steps:]),
        ]
    if sheet.notes:
        lines += ["", "备注（内部）："]
        lines += [
            f"{clean(note.by)}：{shortened(clean(note.text), 200)}"
            for note in sheet.notes[-NOTES:]
        ]
    return lines


def _report(report: ReportView, zone: ZoneInfo, most: int) -> list[str]:
    number = f"反映{report.number}" if report.number else "反映"
    lines = [
        "",
        f"{number}（{said_at(report.filed, zone, hourly=True)}）",
        shortened(clean(report.text), most),
    ]
    said = {
        name: fact_text(code, report.facts.get(code)) for code, name in FACTS.items()
    }
    lines += [f"{name}：{clean(value)}" for name, value in said.items() if value]
    if (report.solved, report.satisfied) != (None, None):
        lines.append(f"评价：解决了 {YES[report.solved]}，满意 {YES[report.satisfied]}")
    if report.word:
        lines.append(f"评价的话：{shortened(clean(report.word), most)}")
    return lines


def _step(step: StepView, zone: ZoneInfo, most: int = 1 << 20) -> str:
    who = clean(step.by or "反映人") + (f"（反映{step.report}）" if step.report else "")
    said = shortened(clean(step_text(step, zone)), most)
    at = said_at(step.at, zone, hourly=step.by is None)
    return f"{at} {who} {STEP_WORDS.get(step.kind, step.kind)}" + (
        f"：{said}" if said else ""
    )


def brief(sheet: Sheet, zone: ZoneInfo) -> str:
    """What a case is about, to be told from another: a few lines."""
    case = sheet.case
    kind = text("zh", f"category.{case.category}")
    unit = case.assignment.unit
    at_unit = f"，{clean(unit)}在办" if unit else ""
    lines = [f"{case.alias}　{STATES[case.state]}　{kind}{at_unit}"]
    for report in sheet.reports:
        said = shortened(clean(report.text), BRIEF)
        lines.append(f"{said_at(report.filed, zone, hourly=True)}：{said}")
    return "\n".join(lines)


# ── lists ─────────────────────────────────────────────────────────────────────────────


def listed(entries: Sequence[ListedCase], zone: ZoneInfo) -> str:
    lines = []
    for entry in entries:
        case = entry.case
        marks = "急 " if case.urgent else ""
        due = f"，限{said_due(case.due, zone)}" if case.due else ""
        who = f"，{clean(case.claimed.name)}在办" if case.claimed else ""
        kind = text("zh", f"category.{case.category}")
        lines.append(f"{marks}{case.alias} {STATES[case.state]} {kind}{due}{who}")
    return "\n".join(lines) if lines else "没有这样的工单。"
