"""`jianfu clock CASE`: why a case is due when it is, or overdue, line by line."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.app import opened
from bot.cases.casework import Casework
from bot.cli.answers import answered, common, login, out, reader
from bot.desk.wording import clean
from bot.people.roster import Roster
from bot.settings import load
from dialogs.case.clock import ClockLine, ahead, next_due, read
from dialogs.case.explaining import explain
from dialogs.case.worktime import Terms
from dialogs.texts import LANGUAGES


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "为何是这个期限、为何超期：每只钟从起算到现在，一行一行说明，照着日历可以数。"
    )
    parser.epilog = "怎么数，见 docs/clocks.md。"
    parser.add_argument("case", metavar="工单", help="代号、代号后四位或编号")
    parser.add_argument(
        "--lang", choices=LANGUAGES, default="zh", help="用哪种语言说，默认 zh"
    )
    common(parser)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app.casework, app.roster, app.resources.now())


async def work(
    args: argparse.Namespace, casework: Casework, roster: Roster, now: datetime
) -> int:
    """Explain one case on an open casework. Returns the exit code."""

    async def carry_out() -> None:
        who = await roster.on_duty(args.by or login())
        reader(who)
        case = (
            await casework.reading.sheet(await casework.staff.find(args.case, who))
        ).case
        terms = casework.terms
        lines = [clean(line) for line in explain(case.ledger, terms, now, args.lang)]
        found = {
            "case": case.alias,
            "due": _iso(next_due(case.ledger, terms), terms),
            "clocks": clocks_json(case.ledger, terms, now),
            "lines": lines,
        }
        out(args, found, lambda: print(case.alias, *lines, sep="\n"))

    return await answered(args, carry_out)


def clocks_json(
    ledger: Sequence[ClockLine], terms: Terms, now: datetime
) -> list[dict[str, Any]]:
    """The latest run of every clock. share: of its allowance, used; ahead: what comes
    next, and when.
    """
    found = []
    for clock in dict.fromkeys(line.clock for line in ledger):
        if reading := read(ledger, clock, terms):
            found.append(
                {
                    "clock": clock,
                    "started": _iso(reading.started, terms),
                    "allowance": f"{reading.allowance.number} {reading.allowance.unit}",
                    "due": _iso(reading.due, terms),
                    "paused": reading.paused is not None,
                    "stopped": _iso(reading.stopped, terms),
                    "share": round(reading.share(now), 4),
                    "ahead": {
                        kind: _iso(at, terms)
                        for kind, at in ahead(ledger, clock, terms).items()
                    },
                }
            )
    return found


def _iso(at: datetime | None, terms: Terms) -> str | None:
    return at.astimezone(terms.zone).isoformat() if at else None
