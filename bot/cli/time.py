"""`jianfu time`: whether the program's clock can be relied on, and a supervisor's word
that it is right.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from typing import Any

from bot.app import opened
from bot.cli.answers import answered, common, login, out
from bot.hours import utc
from bot.ops.timewatch import TIME_REMEDY, ClockDoubt
from bot.program import Program
from bot.settings import load
from dialogs.case.refusals import Refusal


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "时钟比最后一条记录早，或晚了48小时以上，就当它可能不准："
        "到期的删除、督办先不做，别的照常。"
        "时钟对好了、主管确认了，或开着满48小时，就接着做。"
    )
    parser.epilog = "见 docs/operations.md。"
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")
    show = verbs.add_parser("show", help="现在几点，可不可靠")
    confirm = verbs.add_parser("confirm", help="主管确认时钟没错，留档，接着做")
    for verb in (show, confirm):
        common(verb)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app)


async def work(args: argparse.Namespace, app: Program) -> int:
    """Carry out one verb. Returns the exit code."""

    async def carry_out() -> None:
        now = app.resources.now()
        found = app.time.doubt(now)
        if args.move == "confirm":
            await app.time.confirm(await _supervisor(app, args.by or login()))
            said = f"已确认：现在是 {_local(now, app)}，先前没做的接着做。"
            out(args, _json(now, None, app), lambda: print(said))
            return
        out(args, _json(now, found, app), lambda: print(_shown(now, found, app)))

    return await answered(args, carry_out)


async def _supervisor(app: Program, name: str) -> bytes:
    """Whose word counts. Raises: Refusal."""
    member = await app.roster.named(name)
    if member is None or not member.active or member.role != "supervisor":
        raise Refusal("time_for_supervisors")
    return bytes.fromhex(member.staff.id)


def _shown(now: datetime, found: ClockDoubt | None, app: Program) -> str:
    if found is None:
        return f"现在是 {_local(now, app)}，与记录对得上。"
    last = _local(utc(found.at), app)
    return (
        f"现在是 {_local(now, app)}，{found.said}（{last}）："
        f"到期的删除、督办先不做。{TIME_REMEDY}。"
    )


def _json(now: datetime, found: ClockDoubt | None, app: Program) -> dict[str, Any]:
    """Stable names for scripts. by: seconds."""
    zone = app.casework.zone
    return {
        "now": now.astimezone(zone).isoformat(timespec="seconds"),
        "doubted": found.direction if found else None,
        "by": found.by if found else 0,
    }


def _local(at: datetime, app: Program) -> str:
    return f"{at.astimezone(app.casework.zone):%Y-%m-%d %H:%M}"
