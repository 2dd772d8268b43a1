"""The day-by-day ledger as it is printed: numbers and reports only, nothing that chance
named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.world import Day
from dialogs.case.worktime import Calendar

COLUMNS = {
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
ALIASES = re.compile(
    r"：[^：\n]*-[0-9A-Z]{4}（.*"
)  # whose cases: drawn by chance, another each time
OLDEST = "最久的"
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


def printed(days: Mapping[str, Day], calendar: Calendar) -> Iterator[str]:
    """A line for each day, its reports below."""
    yield "日期          " + "  ".join(COLUMNS)
    for label, day in sorted(days.items()):
        works = "工" if calendar.works(date.fromisoformat(label)) else "休"
        numbers = (
            sum(day.counts[kind] for kind in kinds.split())
            for kinds in COLUMNS.values()
        )
        yield f"{label} {works} " + "".join(f"{n or '·':>6}" for n in numbers)
        for report in day.reports:
            lines = (ALIASES.sub("", line) for line in report.split("\n"))
            yield from (f"    │ {line}" for line in lines if line != OLDEST)


def summary(oracle: Oracle, days: Mapping[str, Day], refused: int) -> Iterator[str]:
    total: Counter[str] = Counter()
    for day in days.values():
        total.update(day.counts)
    yield ""
    yield "合计：" + "，".join(
        f"{name}{sum(total[kind] for kind in kinds.split())}"
        for name, kinds in COLUMNS.items()
    )
    yield "该响的：" + "，".join(
        f"{RINGS.get(kind, kind)}{n}" for kind, n in sorted(oracle.rang.items())
    )
    yield (
        f"另账核对：响{sum(oracle.rang.values())}次，"
        f"推送{sum(oracle.pushed.values())}条，"
        f"不合{len(oracle.problems)}处；工作人员走不通的步骤{refused}次。"
    )
