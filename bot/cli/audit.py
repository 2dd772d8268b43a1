"""`jianfu audit`: the heads of the audit chain, and whether chain, heads and cases
agree.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

from anonymizer.receipts import MalformedReceipt
from bot.app import opened
from bot.cli.answers import EXIT_REFUSED, answered, out
from bot.ops.chainproof import (
    SHORTEST_CODE,
    ChainProof,
    Filing,
    KeptHead,
    examined,
    findings,
    kept_heads,
    local_hour,
)
from bot.program import Program
from bot.settings import OperatorError, load

MOST_BYTES = 1_000_000  # of a file of heads: more than two thousand years of them


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "审计链的存证码，每天一个，公布在网页 /audit 上，也告诉每位反映人。"
        "谁留着哪天的存证码，就能请人核对：那天以前的工单一件没删，时间也没改过。"
    )
    parser.epilog = "见 docs/operations.md。对得上以 0 退出，对不上以 1 退出。"
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")
    heads = verbs.add_parser("heads", help="列出每天的存证码，可以印出来、登出来")
    verify = verbs.add_parser("verify", help="核对：链、存证码、工单对得上吗")
    verify.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="存证码",
        help="别人留着的一个，连日期：'2026-11-29 7f3a9c2104 …'；可以写几个",
    )
    verify.add_argument(
        "--heads", type=Path, metavar="文件", help="以前存下的 /audit.txt"
    )
    verify.add_argument(
        "--receipt",
        action="store_true",
        help="再查一件：接着输入回执码（不显示，不进命令历史）",
    )
    for verb in (heads, verify):
        verb.add_argument(
            "--json", action="store_true", help="输出一个 JSON 文档，供脚本使用"
        )


def run(args: argparse.Namespace) -> int:
    if args.move == "heads":
        return asyncio.run(_run(args, [], None))
    kept = _kept(args)
    receipt = _typed_receipt() if args.receipt else None
    return asyncio.run(_run(args, kept, receipt))


async def _run(
    args: argparse.Namespace, kept: list[KeptHead], receipt: str | None
) -> int:
    async with opened(load(), lambda parts: []) as app:
        if args.move == "heads":
            return await answered(args, lambda: _list(args, app))
        return await verified(args, app, kept, receipt)


async def _list(args: argparse.Namespace, app: Program) -> None:
    heads = await app.casework.heads.all()
    document = [
        {"day": head.day.isoformat(), "hash": head.hash.hex()} for head in heads
    ]

    def draw() -> None:
        for one in document:
            print(one["day"], one["hash"])
        if not document:
            print("还没有存证码：专线开着过了零点，才有第一个。")

    out(args, document, draw)


async def verified(
    args: argparse.Namespace,
    app: Program,
    kept: list[KeptHead],
    receipt: str | None,
) -> int:
    """Carry out `verify`. Returns the exit code."""
    wrong: list[str] = []

    async def carry_out() -> None:
        reader = app.resources.database
        proof, cases = await examined(reader)
        wrong.extend(findings(proof, cases, kept, app.casework.zone))
        said = ""
        if receipt is not None and proof.broken is None:
            said, is_found = await _one(app, proof, receipt)
            wrong.extend([] if is_found else [said])
        out(args, _json(proof, kept, wrong), lambda: _draw(proof, kept, wrong, said))

    code = await answered(args, carry_out)
    return EXIT_REFUSED if wrong else code


async def _one(app: Program, proof: ChainProof, receipt: str) -> tuple[str, bool]:
    """What the chain says of the report behind a receipt, and whether all is well."""
    stories = app.casework.stories
    try:
        report = await stories.report_of(receipt)
    except MalformedReceipt:
        raise OperatorError("回执码抄错了，请再输一遍") from None
    filed = await stories.filing(report) if report else None
    if filed is None:
        return "这个回执码查不到反映：没有送出过，本人要求忘记了，或者被删掉了", False
    case, hour = filed
    found = proof.filing(case)
    if found is None or found.at != hour:
        return "这件反映在链里没有登记，或登记的不是这个时间：被改过", False
    return _bracketed(found, app), True


def _bracketed(found: Filing, app: Program) -> str:
    when = local_hour(found.at, app.casework.zone)
    after = f"{found.after.day}的存证码以后、" if found.after else ""
    before = f"{found.before.day}的存证码以前" if found.before else "还没有存证码"
    return f"这件反映登记在第{found.seq}行，{when}，{after}{before}"


def _draw(proof: ChainProof, kept: list[KeptHead], wrong: list[str], said: str) -> None:
    for one in wrong:
        print(f"✗ {one}")
    if said and said not in wrong:
        print(f"✓ {said}")
    if wrong:
        print("先什么都不要改：把数据库复制走，请主管来看（docs/operations.md）。")
        return
    newest = f"，最近一天是{proof.heads[-1].day}" if proof.heads else ""
    print(
        f"✓ 审计链{proof.lines}行，一行接一行；存证码{len(proof.heads)}个{newest}；"
        f"{len(proof.filings)}件反映都在，时间都没改过"
    )
    if kept:
        print(f"✓ 您给的{len(kept)}个存证码都对得上")
    else:
        print(
            "  没有给存证码：从头到尾重写过的链这样看不出来。请用 --head 或 --heads "
            "给出别人留着的。"
        )


def _json(proof: ChainProof, kept: list[KeptHead], wrong: list[str]) -> dict[str, Any]:
    """Stable names for scripts."""
    return {
        "ok": not wrong,
        "lines": proof.lines,
        "heads": len(proof.heads),
        "filed": len(proof.filings),
        "kept": len(kept),
        "wrong": wrong,
    }


def _kept(args: argparse.Namespace) -> list[KeptHead]:
    """Raises: OperatorError, where something given cannot be read as a head."""
    kept: list[KeptHead] = []
    for given in args.head:
        found = kept_heads(given)
        if len(found) != 1:
            raise OperatorError(
                f"没看懂存证码“{given}”：要写日期和至少{SHORTEST_CODE}位，"
                "如 '2026-11-29 7f3a9c2104 d6b1e877aa'"
            )
        kept += found
    if args.heads is not None:
        try:
            with args.heads.open("rb") as file:
                text = file.read(MOST_BYTES).decode("utf-8", "replace")
        except OSError as error:
            raise OperatorError(f"读不了 {args.heads}：{error.strerror}") from None
        found = kept_heads(text)
        if not found:
            raise OperatorError(f"{args.heads} 里没有存证码：一行一个，先日期后存证码")
        kept += found
    return kept


def _typed_receipt() -> str:
    """Not an argument: those can be read by every login of the machine."""
    if sys.stdin.isatty():
        return getpass.getpass("回执码：")
    return sys.stdin.readline().strip()
