"""督办单: the paper that a step of the ladder writes to who leads the unit.

It says which case, by when it was due and who is asked to see to it; nothing that a
reporter said stands in it. Its form is a template (bot/reports/paper_form.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.reports.templates import Field, Paper

TITLES = {
    "supervised": "督办单",
    "escalated": "提级督办单",
    "circulated": "拟通报督办单",
}
ASKS = {
    "supervised": "请您作为分管负责人督促办理，尽快答复。",
    "escalated": "督办以后仍没有办好，请您作为主要负责人过问，尽快答复。",
    "circulated": "提级督办以后仍没有办好，专线提出通报，请您作为主要负责人过问。",
}


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """One 督办单. step: of the ladder; number: of the case; to: the leaders' names, ""
    where none is registered; rank: as it is called; due: by when the unit was to do it,
    as papers say it, "" where no time had run out; asked: what a supervisor asks for;
    drawn: when it was written.
    """

    step: str
    number: str
    unit: str
    rank: str
    to: str
    due: str
    asked: str
    drawn: date


def notice_paper(paper: NoticePaper) -> Paper:
    fields: dict[str, Field] = {
        "标题": TITLES[paper.step],
        "主送": f"{paper.unit}{paper.rank}{paper.to}",
        "编号": paper.number,
        "单位": paper.unit,
        "期限": paper.due,
        "要求": paper.asked,
        "请求": ASKS[paper.step],
    }
    return Paper("督办单", fields, paper.drawn)
