"""`jianfu unit papers`: the 督办单 that wait until they have reached who leads a unit,
as a list and as files to print.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from bot.cli.answers import login, out, reader, table
from bot.cli.private import write_private
from bot.desk.times import printed_at, said_at
from bot.people.directory import Directory, Leader
from bot.people.member import CaseReader
from bot.program import Program
from bot.reports.notice import TITLES, NoticePaper, notice_paper
from bot.reports.templates import Templates
from bot.settings import OperatorError
from dialogs.case.clock import running_readings
from dialogs.case.life import Case, State
from dialogs.case.notices import RANKS, Notice, waiting
from dialogs.case.order_table import BY_NAME
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms

AT_UNITS = (State.ASSIGNED, State.RETURNED, State.RECTIFYING, State.WAITING)
MOST = 10_000
NOBODY = "没有登记"


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A paper that has not reached its leader. leaders: who lead the unit in this rank;
    case: with its ledger.
    """

    case: Case
    notice: Notice
    leaders: tuple[Leader, ...]

    @property
    def number(self) -> str:
        return self.case.serial or self.case.alias

    @property
    def unit(self) -> str:
        return self.case.assignment.unit or ""

    @property
    def names(self) -> str:
        return "、".join(one.name for one in self.leaders)


async def show_papers(args: argparse.Namespace, app: Program) -> None:
    """Print them; with `--out`, write a file of each.

    Raises: Refusal; OperatorError.
    """
    who = await app.roster.on_duty(args.by or login())
    reader(who)
    papers = await waiting_papers(app, who)
    zone = app.casework.terms.zone
    out(args, [_json(one, zone) for one in papers], lambda: _draw(papers, zone))
    if args.out is None:
        return
    templates = Templates.of(app.resources.settings)
    try:
        for one in papers:
            title = TITLES[one.notice.step]
            path = args.out / f"{title}-{one.number}-{one.notice.at:%Y%m%d}.docx"
            filled = templates.fill(notice_paper(_paper(one, app.casework.terms)))
            if filled.trouble:
                print(filled.trouble, file=sys.stderr)
            write_private(path, filled.data)
            if not args.json:
                print(path)
    except OSError as error:
        raise OperatorError(
            f"写不了 {args.out}：{error.strerror}，请换一个可写的目录"
        ) from None


async def waiting_papers(app: Program, who: CaseReader) -> list[WaitingPaper]:
    """Of all cases that this reader may know of, the oldest paper first."""
    directory = await app.register.directory()
    casework = app.casework
    entries = await casework.reading.entries(who, states=AT_UNITS, limit=MOST)
    found: list[WaitingPaper] = []
    fits = BY_NAME["hand-over"].fits
    assert fits is not None  # it is no move
    for entry in entries:
        if entry.damaged or not fits(entry.case):
            continue
        row = await casework.staff.find(entry.case.alias, who)
        case = (await casework.writer.load(row)).case
        for notice in waiting(case.assignment.notices):
            leaders = _leaders(directory, case, notice)
            found.append(WaitingPaper(case, notice, leaders))
    return sorted(found, key=lambda one: one.notice.at)


def _leaders(directory: Directory, case: Case, notice: Notice) -> tuple[Leader, ...]:
    unit = directory.of(case.assignment.unit_id or "")
    return tuple(unit.led_by(notice.rank)) if unit else ()


def _draw(papers: list[WaitingPaper], zone: tzinfo) -> None:
    if not papers:
        print("没有等着送的督办单。")
        return
    table([_cells(one, zone) for one in papers])
    print(
        f"共 {len(papers)} 份。打印用 --out 目录；送到后记一笔："
        "jianfu case hand-over 工单 怎么送的。\n"
        "负责人也可以在单位网页上签收：jianfu staff link 姓名 --desk。"
    )


def _cells(one: WaitingPaper, zone: tzinfo) -> list[str]:
    whom = "；".join(leader.said for leader in one.leaders)
    return [
        one.case.alias,
        TITLES[one.notice.step],
        one.unit,
        whom or f"{RANKS[one.notice.rank]}（{NOBODY}）",
        said_at(one.notice.at, zone),
    ]


def _paper(one: WaitingPaper, terms: Terms) -> NoticePaper:
    return NoticePaper(
        step=one.notice.step,
        number=one.number,
        unit=one.unit,
        rank=RANKS[one.notice.rank],
        to=one.names,
        due=_due(one, terms),
        asked=one.notice.text,
        drawn=one.notice.at.astimezone(terms.zone).date(),
    )


def _due(one: WaitingPaper, terms: Terms) -> str:
    """The end of the time that had run out when the paper was written."""
    readings = running_readings(one.case.ledger, terms)
    over = [
        reading.ends
        for reading in readings
        if reading.clock in UNIT_CLOCKS and reading.ends <= one.notice.at
    ]
    return printed_at(min(over), terms.zone) if over else ""


def _json(one: WaitingPaper, zone: tzinfo) -> Mapping[str, Any]:
    """Stable names for scripts."""
    return {
        "case": one.case.alias,
        "paper": one.notice.step,
        "unit": one.unit,
        "rank": one.notice.rank,
        "leaders": [
            {"name": leader.name, "address": leader.address} for leader in one.leaders
        ],
        "at": one.notice.at.astimezone(zone).isoformat(timespec="seconds"),
    }
