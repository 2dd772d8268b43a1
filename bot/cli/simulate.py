"""`jianfu simulate`: months of the hotline in minutes, people invented, checked by an
independent book.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as hour
from pathlib import Path

from bot.cli.days import day_typed
from bot.lab.simulate.ledger import printed, summary
from bot.lab.simulate.play import play
from bot.ops.terms import terms_of
from bot.settings import OperatorError, load
from bot.sizes import GIB
from dialogs.case.typed import past_day

MEMORY = Path("/dev/shm")  # nothing of this has to outlast a power cut
LEAST_MEMORY = 2 * GIB
PROGRESS_BAR = 30  # characters
PROGRESS_EVERY = 0.2  # seconds
FIRST_DAY = date(2026, 1, 5)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "用真的日程、对话和数据库，在虚拟的时钟上演一遍专线：人是编的。"
        "逐日打印台账和报告；"
        "另有一本独立的账核对该响的是否都响了、不早、不重。同一个种子，打印的一样。"
    )
    parser.add_argument(
        "--start",
        type=_first_day,
        default=FIRST_DAY,
        metavar="日期",
        help="第一天",
    )
    parser.add_argument(
        "--days", type=_positive, default=120, metavar="N", help="演多少天，默认 120"
    )
    parser.add_argument(
        "--cases", type=_positive, default=2000, metavar="N", help="收多少件，默认 2000"
    )
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="种子，默认 7")
    parser.add_argument(
        "--keep", type=Path, metavar="目录", help="把数据库和钥匙环留在这个新目录"
    )


def _first_day(typed: str) -> date:
    """Without a year the last such day up to the usual first one: the same on every
    machine.
    """
    found = past_day(day_typed(typed), FIRST_DAY)
    assert found is not None  # it was looked at
    return found


def _positive(typed: str) -> int:
    number = int(typed)
    if number < 1:
        raise argparse.ArgumentTypeError("要写成大于0的数")
    return number


def run(args: argparse.Namespace) -> int:
    if args.keep is not None and args.keep.exists():
        raise OperatorError(f"{args.keep} 已经存在：请写一个新的目录，免得盖掉什么")
    with tempfile.TemporaryDirectory(prefix="jianfu-", dir=_memory()) as folder:
        code = asyncio.run(_run(args, Path(folder)))
        if args.keep is not None:
            _keep(Path(folder), args.keep)
    return code


def _memory() -> Path | None:
    """A folder in memory, where there is room; None: wherever temporary files lie."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > LEAST_MEMORY else None


async def _run(args: argparse.Namespace, folder: Path) -> int:
    settings = load(
        data_dir=folder / "data",
        keyring=folder / "keys" / "keyring.json",
        keyring_json=None,
    )
    terms = terms_of(settings)
    start = datetime.combine(args.start, hour(), terms.zone)
    simulation = await play(
        settings,
        start,
        days=args.days,
        cases=args.cases,
        seed=args.seed,
        told=_progress(start, args.days),
    )
    oracle = simulation.oracle
    for line in printed(simulation.days, terms.calendar):
        print(line)
    for line in summary(oracle, simulation.days, simulation.staff.refused):
        print(line)
    wrong = [*simulation.failed, *oracle.problems]
    for problem in wrong:
        print(f"✗ {problem}")
    if not wrong:
        print("✓ 没有漏的、早的、晚的、重的。")
    return 1 if wrong else 0


def _progress(start: datetime, days: int) -> Callable[[datetime], None]:
    """A progress bar on stderr, where somebody watches."""
    if not sys.stderr.isatty():
        return lambda at: None
    began = time.monotonic()
    drawn_at = began - PROGRESS_EVERY

    def draw(at: datetime) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if now - drawn_at < PROGRESS_EVERY:
            return
        drawn_at = now
        share = (at - start) / timedelta(days=days)
        done = int(share * PROGRESS_BAR)
        bar = f"{'█' * done}{'░' * (PROGRESS_BAR - done)}"
        day = at.astimezone(start.tzinfo)
        words = f"\r{bar} {share:4.0%} {day:%m-%d} {now - began:.0f}s "
        print(words, end="", file=sys.stderr, flush=True)

    return draw


def _keep(folder: Path, to: Path) -> None:
    """Data and keys apart, as a deployment has them. Raises: OperatorError."""
    try:
        shutil.copytree(folder, to)
        to.chmod(0o700)
    except OSError as error:
        raise OperatorError(
            f"写不了 {to}：{error.strerror}，请换一个可写的目录"
        ) from None
    print(
        f"留下了：JIANFU_DATA_DIR={to / 'data'} "
        f"JIANFU_KEYRING={to / 'keys' / 'keyring.json'}"
    )
