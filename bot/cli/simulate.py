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

from bot.address import Address
from bot.app import opened
from bot.lab.simulate.book import printed, summary
from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.people import UNITS, calls, reporter
from bot.lab.simulate.world import (
    CHANNEL,
    STAFF,
    Clock,
    Parts,
    People,
    SeededJitter,
    World,
)
from bot.ops.terms import terms_of
from bot.outbox.messages import OutboxMessages
from bot.program import Program
from bot.reports.bulletins import Bulletins
from bot.reports.press import Press
from bot.settings import OperatorError, Settings, load

MEMORY = Path("/dev/shm")  # nothing of this has to outlast a power cut
ROOM = 2 << 30  # bytes that it must have
WIDTH = 30
QUIET = (21, 8)  # as promised, whatever is set
FIRST = date(2026, 1, 5)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "用真的日程、对话和数据库，在虚拟的时钟上演一遍专线：人是编的。"
        "逐日打印台账和报告；"
        "另有一本独立的账核对该响的是否都响了、不早、不重。同一个种子，打印的一样。"
    )
    parser.add_argument(
        "--start", type=date.fromisoformat, default=FIRST, metavar="日期", help="第一天"
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


def _positive(typed: str) -> int:
    number = int(typed)
    if number < 1:
        raise argparse.ArgumentTypeError("要写成大于0的数")
    return number


def run(args: argparse.Namespace) -> int:
    if args.keep is not None and args.keep.exists():
        raise OperatorError(f"{args.keep} 已经存在：请写一个新的目录，免得盖掉什么")
    roomy = (
        MEMORY.is_dir()
        and os.access(MEMORY, os.W_OK)
        and shutil.disk_usage(MEMORY).free > ROOM
    )
    with tempfile.TemporaryDirectory(
        prefix="jianfu-", dir=MEMORY if roomy else None
    ) as folder:
        code = asyncio.run(_run(args, Path(folder)))
        if args.keep is not None:
            _keep(Path(folder), args.keep)
    return code


async def _run(args: argparse.Namespace, folder: Path) -> int:
    settings = load(
        data_dir=folder / "data",
        keyring=folder / "keys" / "keyring.json",
        keyring_json=None,
    )
    terms = terms_of(settings)
    start = datetime.combine(args.start, hour(), terms.zone)
    world = await play(
        settings, start, args.days, args.cases, args.seed, _bar(start, args.days)
    )
    print("\n".join(printed(world.days, terms.calendar)))
    print("\n".join(summary(world.oracle, world.days, world.staff.refused)))
    wrong = [*world.failed, *world.oracle.problems]
    print(
        "\n".join(f"✗ {one}" for one in wrong)
        if wrong
        else "✓ 没有漏的、早的、晚的、重的。"
    )
    return 1 if wrong else 0


async def play(
    settings: Settings,
    start: datetime,
    days: int,
    cases: int,
    seed: int,
    told: Callable[[datetime], None] = lambda at: None,
    meddle: Callable[[Program, People], None] = lambda app, people: None,
) -> World:
    """All of it, from midnight of the first day. meddle: spoils something, to see that
    it is noticed.
    """
    terms, lot, people, clock = (
        terms_of(settings),
        SeededJitter(seed),
        People(),
        Clock(start),
    )
    async with opened(settings, lambda parts: [people], clock.now, lot) as app:
        meddle(app, people)
        for unit, _ in UNITS:
            await app.register.add(unit)
        press = Press(
            app.resources.database,
            app.register.directory,
            terms.rules,
            clock.now,
            drawn=False,
        )
        post, staff = OutboxMessages(app.resources.keys.outbox), Address(CHANNEL, STAFF)
        world = World(
            Parts(
                app.resources.database,
                app.hotline,
                app.casework,
                app.sender,
                app.bell,
                people,
                terms,
            ),
            clock,
            lot,
            Oracle(terms, QUIET, settings.push_delay_minutes),
            [reporter(seed, number) for number in range(1, cases + 1)],
            Bulletins(
                app.resources.database,
                post=post,
                make=press.message,
                to=staff,
                settings=settings,
                hand=app.sender.post,
            ),
            seed,
            told,
        )
        for number, at in enumerate(calls(seed, cases, start, days), 1):
            world.plan_reporter(number, at)
        await world.run(start + timedelta(days=days))
    return world


def _bar(start: datetime, days: int) -> Callable[[datetime], None]:
    """A progress bar on stderr, where somebody watches."""
    began, last = time.monotonic(), [-1.0]

    def told(at: datetime) -> None:
        now = time.monotonic()
        if now - last[0] < 0.2:
            return
        last[0] = now
        share = (at - start) / timedelta(days=days)
        done, day = int(share * WIDTH), at.astimezone(start.tzinfo)
        drawn = f"{'█' * done}{'░' * (WIDTH - done)}"
        print(
            f"\r{drawn} {share:4.0%} {day:%m-%d} {now - began:.0f}s ",
            end="",
            file=sys.stderr,
            flush=True,
        )

    return told if sys.stderr.isatty() else lambda at: None


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
