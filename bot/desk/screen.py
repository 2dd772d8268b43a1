"""How cases look in a terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TextIO

from bot.cases.reading import FoundCases, ListedCase, ReportView, Sheet, StepView
from bot.cases.staff import Outcome
from bot.columns import aligned, pad, shorten
from bot.desk.outcomes import outcome_text
from bot.desk.times import proviso, said_at, said_day, said_due
from bot.desk.wording import (
    FACTS,
    STEP_WORDS,
    YES,
    appeal_text,
    clean,
    fact_text,
    found_text,
    kept_text,
    papers_text,
    step_text,
)
from dialogs.case.clock import running_readings
from dialogs.case.deciding import possible_now
from dialogs.case.life import FINDINGS, LEVELS, STATES, Case
from dialogs.case.order_table import BY_NAME
from dialogs.case.worktime import Terms
from dialogs.texts import text as phrase

EXCERPT = 40  # columns
DAMAGED_CASE = (
    "[这件工单有内容已损坏，打不开：只看得到下面这些，改不了。请运行 jianfu doctor]"
)
DAMAGED_ENTRY = "[工单有损坏] "
OVERDUE = "，已超期"
BOLD, DIM, RED, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"


class CaseScreen:
    """Prints; colour only on a terminal and where NO_COLOR is not set, and never alone
    as meaning.
    """

    def __init__(self, terms: Terms, out: TextIO, now: datetime) -> None:
        """now: what it says may be done, may be done then; the year of times is left
        out where it is this one.
        """
        self._terms = terms
        self._zone = terms.zone
        self._out = out
        self._now = now
        self._colour = out.isatty() and not os.environ.get("NO_COLOR")

    def entries(self, entries: Sequence[ListedCase], most: int = 0) -> None:
        """most: how many were asked for at most; where there are so many, there may be
        more.
        """
        if not entries:
            self._line("没有这样的工单。")
            return
        self._table(entries)
        more = "可能还有，请加条件或用 --most。" if len(entries) == most else ""
        self._line(f"共 {len(entries)} 件。{more}", DIM)

    def found(self, found: FoundCases) -> None:
        """What a search found, and how many there are."""
        if not found.entries:
            self._line("没有这样的工单。")
            return
        self._table(found.entries)
        more = "要多看，用 --most。" if found.total > len(found.entries) else ""
        self._line(f"{found_text(found)}{more}", DIM)

    def _table(self, entries: Sequence[ListedCase]) -> None:
        rows = [self._row(entry) for entry in entries]
        for entry, line in zip(entries, aligned(rows), strict=True):
            self._line(line, RED if entry.case.urgent else "")

    def _row(self, entry: ListedCase) -> list[str]:
        case = entry.case
        return [
            case.alias,
            "急" if case.urgent else "",
            STATES[case.state],
            phrase("zh", f"category.{case.category}"),
            self._at(entry.opened, hourly=True),
            self._limit(case),
            clean(case.claimed.name) if case.claimed else "",
            shorten(_excerpt(entry), EXCERPT),
        ]

    def _limit(self, case: Case) -> str:
        if case.due is None:
            return ""
        late = OVERDUE if self._is_late(case) else ""
        return f"限{said_day(case.due, self._zone, now=self._now)}{late}"

    def sheet(self, sheet: Sheet, saved: Mapping[str, str]) -> None:
        case = sheet.case
        given = case.assignment
        wants = given.wants
        urgent = "  【加急】" if case.urgent else ""
        self._line(
            f"{case.alias}  {case.serial or '未编号'}  {STATES[case.state]}{urgent}",
            BOLD,
        )
        if sheet.damaged:
            self._line(DAMAGED_CASE, RED)
        self._pairs(
            {
                "类别": phrase("zh", f"category.{case.category}"),
                "承办单位": given.unit,
                "层级": LEVELS.get(given.level or ""),
                "不给看": kept_text(case),
                "不服": appeal_text(case),
                "整改": "单位报完成，等核对" if given.rectified else None,
                "结论": FINDINGS.get(given.finding or ""),
                "期限": self._due(case),
                "在办人": case.claimed.name if case.claimed else None,
                "要求延期": f"{wants.days} 个工作日：{wants.reason}" if wants else None,
                "等到": self._until(case.resumes),
                "待送达": papers_text(case),
                "待发出": case.reply.text if case.reply else None,
                "已并入": sheet.went,
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
        if sheet.damaged:
            return  # it takes no order
        now_possible = possible_now(case, self._now, self._terms)
        may = [name for name in now_possible if not BY_NAME[name].first]
        self._line(f"\n现在可以：{'、'.join(may)}", DIM)

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
        """The case and its state, then what is so now."""
        case = outcome.case
        said = outcome_text(outcome, self._terms, self._now)
        state = STATES[case.state]
        self._line(f"{case.alias}  {case.serial or '未编号'}  {state}：{said}")

    def _pairs(self, pairs: Mapping[str, str | None]) -> None:
        shown = {name: value for name, value in pairs.items() if value}
        for name, value in shown.items():
            self._line(f"  {pad(name, 10)}{clean(value or '')}")

    def _heading(self, words: str) -> None:
        self._line(f"\n── {words}", BOLD)

    def _due(self, case: Case) -> str | None:
        if case.due is None:
            return None
        readings = running_readings(case.ledger, self._terms)
        provisos = [proviso(one) for one in readings if one.due == case.due]
        late = OVERDUE if self._is_late(case) else ""
        return (self._until(case.due) or "") + late + "".join(provisos[:1])

    def _is_late(self, case: Case) -> bool:
        return bool(case.due and self._now and self._now >= case.due)

    def _until(self, due: datetime | None) -> str | None:
        return said_due(due, self._zone, now=self._now) if due else None

    def _at(self, at: int, *, hourly: bool = False) -> str:
        return said_at(at, self._zone, hourly=hourly, now=self._now)

    def _line(self, words: str, colour: str = "") -> None:
        print(
            f"{colour}{words}{PLAIN}" if colour and self._colour else words,
            file=self._out,
        )


def _excerpt(entry: ListedCase) -> str:
    words = clean(entry.text).replace("\n", " ")
    return f"{DAMAGED_ENTRY}{words}" if entry.damaged else words
