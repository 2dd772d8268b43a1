"""How cases look in a terminal, and as JSON. Nothing a reporter wrote can steer the
terminal.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from bot.cases.reading import (
    ListedCase,
    NoteView,
    PictureInfo,
    ReportView,
    Sheet,
    StepView,
)
from bot.cases.staff import Outcome
from bot.columns import aligned, pad, shorten
from bot.hours import ending, utc
from dialogs.case.life import FINDINGS, LEVELS, ORDERED, STATES, Case, legal
from dialogs.case.order_table import STEPS
from dialogs.texts import text as phrase

# What stands in a case's story, by kind of step: orders as their table has it, then
# what units and reporters did and what fell due.
STEP_WORDS: Mapping[str, str] = {
    **STEPS,
    "received": "单位签收",
    "supplemented": "反映人补充",
    "rated": "反映人评价",
    "held": "没有反弹",
    "rebounded": "又反弹了",
    "forgotten": "反映人要求删除",
    "breached": "到期没办",
    "urged": "催办",
    "escalated": "提级督办",
    "circulated": "提出通报",
    "called_back": "回访",
    "called_back_again": "再次回访",
    "looked_back": "回头看",
    "absorbed": "并进来",
}
FACTS = {
    "also": "也像",
    "kind": "细类",
    "unit": "责任单位",
    "place": "地点",
    "when": "时间频次",
    "counts": "数量",
    "signpost": "曾指路",
}
YES = {True: "是", False: "否", None: "没说"}
ANYTIME = ("reply", "note")  # no moves
EXCERPT = 40  # columns
BOLD, DIM, RED, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"


# ── for people ────────────────────────────────────────────────────────────────────────


class Screen:
    """Prints; colour only on a terminal and where NO_COLOR is not set, and never alone
    as meaning.
    """

    def __init__(self, zone: ZoneInfo, out: TextIO) -> None:
        self._zone, self._out = zone, out
        self._colour = out.isatty() and not os.environ.get("NO_COLOR")

    def entries(self, entries: Sequence[ListedCase], most: int = 0) -> None:
        """most: how many were asked for at most; where there are so many, there may be
        more.
        """
        if not entries:
            self._line("没有这样的工单。")
            return
        rows = [self._row(entry) for entry in entries]
        for entry, line in zip(entries, aligned(rows), strict=True):
            self._line(line, RED if entry.case.urgent else "")
        more = "可能还有，请加条件或用 --most。" if len(entries) == most else ""
        self._line(f"共 {len(entries)} 件。{more}", DIM)

    def _row(self, entry: ListedCase) -> list[str]:
        case = entry.case
        return [
            case.alias,
            "急" if case.urgent else "",
            STATES[case.state],
            phrase("zh", f"category.{case.category}"),
            f"{utc(entry.opened).astimezone(self._zone):%m-%d %H时}",
            f"限{ending(case.due, self._zone)[0]:%m-%d}" if case.due else "",
            clean(case.claimed.name) if case.claimed else "",
            shorten(clean(entry.text).replace("\n", " "), EXCERPT),
        ]

    def sheet(self, sheet: Sheet, saved: Mapping[str, str]) -> None:
        case = sheet.case
        urgent = "  【加急】" if case.urgent else ""
        self._line(
            f"{case.alias}  {case.serial or '未编号'}  {STATES[case.state]}{urgent}",
            BOLD,
        )
        self._pairs(
            {
                "类别": phrase("zh", f"category.{case.category}"),
                "承办单位": case.unit,
                "层级": LEVELS.get(case.level or ""),
                "结论": FINDINGS.get(case.finding or ""),
                "期限": self._until(case.due),
                "在办人": case.claimed.name if case.claimed else None,
                "要求延期": f"{case.wants.days} 个工作日：{case.wants.reason}"
                if case.wants
                else None,
                "等到": self._until(case.resumes),
                "待发出": case.reply.text if case.reply else None,
                "已并入": sheet.into,
                "并进来": "、".join(sheet.merged) or None,
            }
        )
        for report in sheet.reports:
            self._report(report, saved)
        self._heading("经过")
        for step in sheet.steps:
            self._step(step)
        if sheet.notes:
            self._heading("内部备注（反映人看不到）")
        for note in sheet.notes:
            self._line(f"{self._at(note.at)}  {clean(note.by)}：{clean(note.text)}")
        may = [name for name in legal(case) if name in ORDERED]
        self._line(f"\n现在可以：{'、'.join([*may, *ANYTIME])}", DIM)

    def _report(self, report: ReportView, saved: Mapping[str, str]) -> None:
        number = f"反映 {report.number}" if report.number else "反映"
        self._heading(f"{number}（{self._at(report.filed, hourly=True)}）")
        self._line(clean(report.text))
        facts = {
            name: fact_text(code, report.facts.get(code))
            for code, name in FACTS.items()
        }
        rated = (report.solved, report.satisfied) != (None, None)
        rating = (
            f"解决了：{YES[report.solved]}，满意：{YES[report.satisfied]}"
            if rated
            else None
        )
        self._pairs({**facts, "评价": rating, "评价的话": report.word})
        for picture in report.pictures:
            where = (
                f" → {saved[picture.id]}"
                if picture.id in saved
                else "（用 --pictures 目录 另存）"
            )
            self._line(f"  图片 {picture.width}×{picture.height}{where}")

    def _step(self, step: StepView) -> None:
        who = clean(step.by or "反映人") + (
            f"（反映 {step.report}）" if step.report else ""
        )
        said = clean(step_text(step, self._zone))
        what = f"{who}：{said}" if said else who
        hidden = "" if step.public else "  〔内部〕"
        at = self._at(step.at, hourly=step.by is None)
        kind = STEP_WORDS.get(step.kind, step.kind)
        self._line(f"{pad(at, 16)}  {pad(kind, 16)}  {what}{hidden}")

    def outcome(self, outcome: Outcome) -> None:
        case = outcome.case
        told = f"，会告诉 {outcome.told} 位反映人" if outcome.told else ""
        self._line(
            f"{case.alias}  {case.serial or '未编号'}  {STATES[case.state]}{told}。"
        )

    def _pairs(self, pairs: Mapping[str, str | None]) -> None:
        shown = {name: value for name, value in pairs.items() if value}
        for name, value in shown.items():
            self._line(f"  {pad(name, 10)}{clean(value or '')}")

    def _heading(self, words: str) -> None:
        self._line(f"\n── {words}", BOLD)

    def _until(self, due: datetime | None) -> str | None:
        return " ".join(map(str, ending(due, self._zone))) if due else None

    def _at(self, at: int, hourly: bool = False) -> str:
        shape = "%Y-%m-%d %H时" if hourly else "%Y-%m-%d %H:%M"
        return f"{utc(at).astimezone(self._zone):{shape}}"

    def _line(self, words: str, colour: str = "") -> None:
        print(
            f"{colour}{words}{PLAIN}" if colour and self._colour else words,
            file=self._out,
        )


def fact_text(code: str, value: Any) -> str | None:
    if not value:
        return None
    match code:
        case "also":
            return "、".join(phrase("zh", f"category.{one}") for one in value)
        case "kind":
            return phrase("zh", f"kind.{value}")
        case "counts":
            return "、".join("".join(map(str, count)) for count in value)
        case _:
            return str(value)


def step_text(step: StepView, zone: ZoneInfo) -> str:
    """The words of a step, with what belongs to its kind before them."""
    params = step.params
    before = []
    if step.kind != "found" and params.get("unit"):
        before.append(params["unit"])
    if params.get("rule"):
        before.append(f"依据：{params['rule']}")
    if params.get("days"):
        before.append(f"{params['days']}个工作日")
    if params.get("finding"):
        before.append(FINDINGS[params["finding"]])
    if params.get("due"):
        before.append(f"限{utc(params['due']).astimezone(zone):%Y-%m-%d}")
    if params.get("until"):
        before.append(f"到{utc(params['until']).astimezone(zone):%Y-%m-%d}")
    if params.get("pictures"):
        before.append(f"{params['pictures']}张图片")
    return "，".join([*before, *filter(None, [params.get("text")])])


def clean(words: str) -> str:
    """Without control characters, which could move the cursor, forge lines or turn the
    writing direction.
    """
    return "".join(
        one
        for one in words
        if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )


# ── for scripts ───────────────────────────────────────────────────────────────────────


def _iso(at: int | datetime | None, zone: ZoneInfo) -> str | None:
    moment = utc(at) if isinstance(at, int) else at
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def case_json(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "alias": case.alias,
        "serial": case.serial,
        "state": case.state.value,
        "category": case.category,
        "urgent": case.urgent,
        "unit": case.unit,
        "level": case.level,
        "finding": case.finding,
        "due": _iso(case.due, zone),
        "claimed_by": case.claimed.name if case.claimed else None,
        "legal": [name for name in legal(case) if name in ORDERED],
    }


def entry_json(entry: ListedCase, zone: ZoneInfo) -> dict[str, Any]:
    return case_json(entry.case, zone) | {
        "opened": _iso(entry.opened, zone),
        "text": entry.text,
    }


def outcome_json(outcome: Outcome, zone: ZoneInfo) -> dict[str, Any]:
    return case_json(outcome.case, zone) | {"told": outcome.told}


def sheet_json(
    sheet: Sheet, zone: ZoneInfo, saved: Mapping[str, str]
) -> dict[str, Any]:
    wants = sheet.case.wants
    return case_json(sheet.case, zone) | {
        "opened": _iso(sheet.opened, zone),
        "returns": sheet.case.returns,
        "wants": {"days": wants.days, "reason": wants.reason} if wants else None,
        "resumes": _iso(sheet.case.resumes, zone),
        "reply": sheet.case.reply.text if sheet.case.reply else None,
        "merged_into": sheet.into,
        "merged": list(sheet.merged),
        "reports": [_report_json(report, zone, saved) for report in sheet.reports],
        "steps": [_step_json(step, zone) for step in sheet.steps],
        "notes": [_note_json(note, zone) for note in sheet.notes],
    }


def _report_json(
    report: ReportView, zone: ZoneInfo, saved: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "number": report.number,
        "filed": _iso(report.filed, zone),
        "text": report.text,
        **{name: report.facts.get(name) for name in ("category", "unit_level", *FACTS)},
        "pictures": [_picture_json(picture, saved) for picture in report.pictures],
        "rating": {
            "solved": report.solved,
            "satisfied": report.satisfied,
            "word": report.word,
        },
    }


def _picture_json(picture: PictureInfo, saved: Mapping[str, str]) -> dict[str, Any]:
    file = saved.get(picture.id)
    return {
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "file": file,
    }


def _step_json(step: StepView, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "at": _iso(step.at, zone),
        "by": step.by,
        "report": step.report,
        "public": step.public,
        **{name: step.params.get(name) for name in ("text", "unit", "finding")},
        "due": _iso(step.params.get("due"), zone),
        "pictures": step.params.get("pictures", 0),
    }


def _note_json(note: NoteView, zone: ZoneInfo) -> dict[str, Any]:
    return {"at": _iso(note.at, zone), "by": note.by, "text": note.text}
