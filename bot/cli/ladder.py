"""`jianfu ladder …`: what the ladder proposes, a supervisor's decision, and the paper
to sign.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.app import opened
from bot.cases.ladder import VERDICTS, Ladder, Proposal
from bot.cli.answers import answered, common, login, out, reader, table
from bot.cli.private import write_private
from bot.ops.trouble import told
from bot.people.member import CaseReader
from bot.program import Program
from bot.reports.papers import PAPER_NAMES
from bot.reports.templates import Templates, official_day
from bot.settings import load
from dialogs.texts import text


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")
    listing = verbs.add_parser("list", help="等主管决定的；--unit 看一个单位的全部")
    listing.add_argument(
        "--unit", metavar="单位", help="这个单位的全部，决定过的也在内"
    )
    decide = verbs.add_parser("decide", help="主管决定：taken 采取，waived 不采取")
    revoke = verbs.add_parser(
        "revoke", help="结论改了，主管撤销原来的决定；发出的文书另行收回"
    )
    document = verbs.add_parser(
        "document", help="出提醒函、通报或处置建议书（Word），决定前是送审稿"
    )
    for verb in (decide, revoke, document):
        verb.add_argument("case", metavar="工单", help="代号或编号")
    decide.add_argument(
        "verdict", choices=VERDICTS, metavar="决定", help="taken 采取，waived 不采取"
    )
    for verb in (decide, revoke):
        verb.add_argument(
            "--reason", required=True, metavar="理由", help="和决定一起留档"
        )
        verb.add_argument("--by", dest="by", metavar="姓名", help="哪位主管，同 --as")
    document.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="目录",
        help="存到哪里，默认当前目录",
    )
    for verb in (listing, decide, revoke, document):
        common(verb)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app)


async def work(args: argparse.Namespace, app: Program) -> int:
    """Carry out one verb. Returns the exit code."""
    ladder = Ladder(
        database=app.resources.database,
        keys=app.resources.keys,
        casework=app.casework,
        roster=app.roster,
        register=app.register,
        templates=Templates.of(app.resources.settings),
        now=app.resources.now,
    )
    name = args.by or login()

    async def carry_out() -> None:
        if args.move == "decide":
            await _decide(args, ladder, name)
            return
        if args.move == "revoke":
            revoked = await ladder.revoke(args.case, name, args.reason)
            out(args, proposal_json(revoked), lambda: print(_revoked(revoked)))
            return
        who = await app.roster.on_duty(name)
        reader(who)
        if args.move == "list":
            found = await ladder.list(who, args.unit)
            out(args, [proposal_json(one) for one in found], lambda: _list(found))
        else:
            await _save_document(args, ladder, who)

    return await answered(args, carry_out)


async def _decide(args: argparse.Namespace, ladder: Ladder, by: str) -> None:
    decided = await ladder.decide(args.case, args.verdict, by, args.reason)
    out(args, proposal_json(decided), lambda: print(_said(decided)))


async def _save_document(
    args: argparse.Namespace, ladder: Ladder, who: CaseReader
) -> None:
    """Raises: OperatorError."""
    name, filled = await ladder.document(args.case, who)
    if filled.trouble:
        print(filled.trouble, file=sys.stderr)
    path = args.out / name
    try:
        write_private(path, filled.data)
    except OSError as error:
        raise told("写不了", path, error) from None
    said = f"已存到 {path}，请核对、签发、盖章。"
    out(args, {"path": str(path)}, lambda: print(said))


def _list(found: list[Proposal]) -> None:
    if not found:
        print("没有要决定的。")
        return
    table([_cells(one) for one in found])
    print(f"共 {len(found)} 件。")


def _cells(one: Proposal) -> list[str]:
    return [
        one.alias,
        PAPER_NAMES[one.rung] if one.rung else "—",
        one.unit,
        text("zh", f"category.{one.category}"),
        official_day(one.at),
        f"第{one.number}次" if one.number else "—",
        _state(one),
    ]


def _state(one: Proposal) -> str:
    said = f"{one.by}：{one.reason}"
    decided = f"{VERDICTS[one.decision]}（{said}）" if one.decision else ""
    match one.state:
        case "open":
            later = f"；此后又查实{one.later}件" if one.later else ""
            return f"待决定{later}"
        case "counted":
            return "已计入；处置建议这一期已经提过"
        case "decided":
            return decided
        case "lowered":
            return f"{decided}；之前有一件的结论改了，次数不够，请撤销（revoke）"
        case "withdrawn" if one.decision == "taken":
            return f"{decided}；结论改了，请收回文书并撤销（revoke）"
        case "withdrawn":
            return f"{decided}；结论改了"
        case "revoked":
            return f"已撤销（{said}）"


def _said(one: Proposal) -> str:
    paper = PAPER_NAMES[one.rung or ""]
    if one.decision == "waived":
        return f"{one.alias}：不发{paper}，理由已留档。"
    return (
        f"{one.alias}：对{one.unit}发{paper}。"
        f"出文书：jianfu ladder document {one.alias}"
    )


def _revoked(one: Proposal) -> str:
    if one.state == "revoked":
        return f"{one.alias}：原来的决定已撤销。"
    return f"{one.alias}：原来的决定已撤销，请按现在的次数重新决定。"


def proposal_json(one: Proposal) -> Mapping[str, Any]:
    """Stable names for scripts."""
    return {
        "case": one.alias,
        "serial": one.serial,
        "category": one.category,
        "unit": one.unit,
        "rung": one.rung,
        "number": one.number,
        "state": one.state,
        "later": one.later,
        "at": one.at.isoformat(),
        "decision": one.decision,
        "by": one.by or None,
        "reason": one.reason or None,
    }
