"""The day-by-day ledger as it is printed: numbers and reports only, nothing that chance
named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.lab.simulate.oracle import Oracle
from dialogs.case.worktime import Calendar

LEDGER_COLUMNS = {
    "新收": "filed",
    "受理": "accept",
    "转办": "assign",
    "退回": "return",
    "吹哨": "whistle",
    "延期": "grantextend",
    "答复": "answer",
    "办结": "close",
    "重办": "reopen rebound",
    "预警": "warn",
    "超期": "breach",
    "催办": "urged",
    "督办": "supervised",
    "提级": "escalated",
    "通报": "circulated",
    "七天": "hear",
    "回访": "call_back call_back_again",
    "回头": "look_back look_back_later",
    "忘址": "forget forget_later",
    "评价": "rate",
    "推送": "pushed",
}
# whose cases: drawn by chance, another each time
ALIASES = re.compile(r"：[^：\n]*-[0-9A-Z]{4}（.*")
OLDEST_CASES = "最久的"
RINGS = {
    "warn": "预警",
    "breach": "超期",
    "urged": "催办",
    "supervised": "督办",
    "escalated": "提级督办",
    "circulated": "通报",
    "resume": "接着办",
    "hear": "七天一报",
    "call_back": "回访",
    "call_back_again": "再回访",
    "look_back": "回头看",
    "look_back_later": "90天回头看",
    "forget": "销毁地址",
    "forget_later": "91天销毁地址",
    "retain": "到期删除",
    "reply": "回话",
}


@dataclass(slots=True)
class LedgerDay:
    """What happened on one local day, in numbers, and the reports of its morning."""

    counts: Counter[str] = field(default_factory=Counter)
    reports: list[str] = field(default_factory=list)


def printed(days: Mapping[str, LedgerDay], calendar: Calendar) -> Iterator[str]:
    """A line for each day, its reports below."""
    yield "日期          " + "  ".join(LEDGER_COLUMNS)
    for label, day in sorted(days.items()):
        works = "工" if calendar.works(date.fromisoformat(label)) else "休"
        numbers = _sums(day.counts).values()
        yield f"{label} {works} " + "".join(f"{n or '·':>6}" for n in numbers)
        for report in day.reports:
            yield from _report_lines(report)


def _sums(counts: Counter[str]) -> dict[str, int]:
    """By the names of the columns."""
    sums = {}
    for name, kinds in LEDGER_COLUMNS.items():
        sums[name] = sum(counts[kind] for kind in kinds.split())
    return sums


def _report_lines(report: str) -> Iterator[str]:
    """Without what names a case."""
    for line in report.split("\n"):
        told = ALIASES.sub("", line)
        if told != OLDEST_CASES:
            yield f"    │ {told}"


def summary(
    oracle: Oracle, days: Mapping[str, LedgerDay], refused: int
) -> Iterator[str]:
    total: Counter[str] = Counter()
    for day in days.values():
        total.update(day.counts)
    sums = "，".join(f"{name}{n}" for name, n in _sums(total).items())
    rings = sorted(oracle.rang.items())
    rang = "，".join(f"{RINGS.get(kind, kind)}{n}" for kind, n in rings)
    yield ""
    yield f"合计：{sums}"
    yield f"该响的：{rang}"
    yield (
        f"另账核对：响{oracle.rang.total()}次，推送{oracle.pushed.total()}条，"
        f"不合{len(oracle.problems)}处；工作人员走不通的步骤{refused}次。"
    )
