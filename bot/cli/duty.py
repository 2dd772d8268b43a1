"""`jianfu duty`: who answers at a given hour, of the hotline and of the units."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, time
from typing import Any

from bot.app import clock
from bot.cli.answers import out, table
from bot.ops.terms import terms_of
from bot.settings import load
from dialogs.case.duty import kind_of, on_duty
from dialogs.case.typed import day

CLOCK = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d))?")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "谁在什么钟点接加急件：专线和各单位。名单写在规则文件的 [duty] 里。"
    )
    parser.epilog = "写法见 docs/clocks.md。"
    parser.add_argument("--at", type=_time, metavar="钟点", help="如 22:00；默认现在")
    parser.add_argument("--on", type=_day, metavar="日期", help="哪一天；默认今天")
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 文档，供脚本使用"
    )


def run(args: argparse.Namespace) -> int:
    terms = terms_of(load())
    now = clock().astimezone(terms.zone)
    on = day(args.on, now.date()) if args.on else now.date()
    at = now.time() if args.at is None else args.at
    local = datetime.combine(on or now.date(), at, terms.zone)
    found: list[dict[str, Any]] = []
    for name, shifts in terms.rules.duty.items():
        reached = on_duty(shifts, local, terms.calendar, terms.zone)
        found.append(
            {
                "name": name,
                "shifts": [f"{one.who} {one.hours}" for one in shifts],
                "reached": [one.who for one in reached],
            }
        )
    kind = kind_of(local.date(), terms.calendar)
    document = {
        "at": f"{local:%H:%M}",
        "day": local.date().isoformat(),
        "kind": kind,
        "duty": found,
    }
    out(args, document, lambda: _draw(found, local, kind))
    return 0


def _draw(found: list[dict[str, Any]], local: datetime, kind: str) -> None:
    print(f"{local.month}月{local.day}日（{kind}）{local:%H:%M} 找得到：")
    rows: list[list[str]] = []
    for one in found:
        reached = "、".join(one["reached"]) or "没有人值班"
        rows.append([one["name"], reached, f"（{'；'.join(one['shifts'])}）"])
    table(rows)


def _day(typed: str) -> str:
    """As it was typed: which day it is depends on the zone.

    Raises: ArgumentTypeError.
    """
    if day(typed, clock().date()) is None:
        raise argparse.ArgumentTypeError("请写成 2026-10-01、10月1日，或 +5")
    return typed


def _time(typed: str) -> time:
    """Raises: ArgumentTypeError."""
    found = CLOCK.fullmatch(typed.strip())
    if found is None:
        raise argparse.ArgumentTypeError("请写成 22:00")
    return time(int(found[1]), int(found[2] or 0))
