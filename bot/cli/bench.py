"""`jianfu bench`: how fast it is on this machine, beside a reference measured in the
same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from types import FrameType

from bot.lab.bench.benchmarks import BENCHMARKS
from bot.lab.bench.figures import Result, drawn, progress
from storage.encrypted import SQLITE_VERSION

BENCHMARKS_BY_NAME = {benchmark.name: benchmark for benchmark in BENCHMARKS}
UNLESS_NAMED = [one.name for one in BENCHMARKS if one.self_sufficient]
TERMINATED = 128 + signal.SIGTERM  # exit code


def arguments(parser: argparse.ArgumentParser) -> None:
    names = "、".join(BENCHMARKS_BY_NAME)
    parser.add_argument(
        "which",
        nargs="*",
        metavar="项目",
        help=f"{names}；不写就测前{len(UNLESS_NAMED)}项",
    )
    parser.add_argument("--quick", action="store_true", help="少测几回，先看个大概")
    parser.add_argument("--json", action="store_true", help="给程序读：一个 JSON 文档")


def run(args: argparse.Namespace) -> int:
    unknown = [name for name in args.which if name not in BENCHMARKS_BY_NAME]
    if unknown:
        wrong = "、".join(unknown)
        known = "、".join(BENCHMARKS_BY_NAME)
        print(f"没有 {wrong} 这个项目，可选：{known}", file=sys.stderr)
        return 1
    told_to_stop = _stop_as_interrupted()
    try:
        _measure(args)
    except KeyboardInterrupt:
        if told_to_stop.is_set():
            return TERMINATED
        raise
    return 0


def _measure(args: argparse.Namespace) -> None:
    """One benchmark after the other, each told when it is done."""
    results: list[Result] = []
    for name in args.which or UNLESS_NAMED:
        result = BENCHMARKS_BY_NAME[name].run(quick=args.quick)
        results.append(result)
        progress("")
        if not args.json:
            print(drawn(result), end="\n\n", flush=True)
    if args.json:
        print(json.dumps(_document(results), ensure_ascii=False))


def _stop_as_interrupted() -> Event:
    """From now on SIGTERM is taken as Ctrl-C, by which whatever is measured is
    cancelled and cleans its folder; an exit raised anywhere could leave it half closed.

    Returns: set once it was told to stop.
    """
    told = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        told.set()
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    return told


def _document(results: Sequence[Result]) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "sqlite": SQLITE_VERSION,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "results": [result.plain() for result in results],
    }
