"""`jianfu bench`: how fast it is on this machine, beside a reference measured in the
same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from importlib import import_module

from bot.lab.bench.figures import Result, drawn, progress

ALONE = (
    "turns",
    "http",
    "size",
    "start",
    "memory",
    "search",
)  # all that needs nothing but ourselves
BENCHES = (*ALONE, "followups", "telegram")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "which",
        nargs="*",
        metavar="项目",
        help=f"{'、'.join(BENCHES)}；不写就测前{len(ALONE)}项",
    )
    parser.add_argument("--quick", action="store_true", help="少测几回，先看个大概")
    parser.add_argument("--json", action="store_true", help="给程序读：一个 JSON 文档")


def run(args: argparse.Namespace) -> int:
    unknown = [name for name in args.which if name not in BENCHES]
    if unknown:
        print(
            f"没有 {'、'.join(unknown)} 这个项目，可选：{'、'.join(BENCHES)}",
            file=sys.stderr,
        )
        return 1
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # an end by which folders are still cleaned
    results: list[Result] = []
    for name in args.which or ALONE:
        results.append(import_module(f"bot.lab.bench.{name}").measure(args.quick))
        progress("")
        if not args.json:
            print(drawn(results[-1]), end="\n\n", flush=True)
    if args.json:
        print(json.dumps(_document(results), ensure_ascii=False))
    return 0


def _document(results: list[Result]) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "results": [
            {
                "bench": one.bench,
                "how": one.how,
                "figures": [figure.plain() for figure in one.figures],
            }
            for one in results
        ],
    }
