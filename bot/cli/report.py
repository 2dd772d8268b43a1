"""`jianfu report`: the morning's digest, a week's or a month's report, on the screen
and as files.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import date, datetime, tzinfo
from pathlib import Path

from bot.app import clock, opened, readers
from bot.cli.answers import login
from bot.cli.days import day_typed
from bot.cli.private import write_private
from bot.ops.terms import terms_of
from bot.program import Program
from bot.reports.press import Press, Printed
from bot.settings import OperatorError, load
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, ROLES, Role
from dialogs.case.typed import past_day
from scheduler.periods import NAMES, Name, Period, latest, period

READERS: tuple[Role, ...] = (*HOTLINE, "auditor")
TITLES = {"day": "今天的晨报", "week": "一周的报告", "month": "一月的报告"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "晨报是现在的情形；周报、月报只出已经过完的。数目不足5的都写作“<5”。"
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="哪一种")
    for name in NAMES:
        kind = kinds.add_parser(name, help=TITLES[name], description=TITLES[name])
        kind.add_argument(
            "--as", dest="by", metavar="姓名", help="谁在看，默认是登录名"
        )
        if name != "day":
            kind.add_argument(
                "--date",
                type=day_typed,
                metavar="日期",
                help="这一天所在的，如 2026-11-02、11月2日；默认最近过完的",
            )
            kind.add_argument(
                "--out", type=Path, metavar="目录", help="把图和表格存到这个目录"
            )


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    settings = load()
    terms = terms_of(settings)
    now = clock()
    today = now.astimezone(terms.zone).date()
    typed = getattr(args, "date", None)
    of = chosen(args.kind, past_day(typed, today) if typed else None, now, terms.zone)
    out = getattr(args, "out", None)
    async with opened(settings, lambda parts: []) as app:
        await _check_role(app, args.by or login())
        press = Press(
            app.resources.database,
            app.register.directory,
            terms.rules,
            lambda: now,
            readers(app.roster, app.conflict),
            drawn=out is not None,
            issuer=settings.issuer,
        )
        printed = await press.print(of)
    print(printed.text)
    if printed.trouble:
        print(printed.trouble, file=sys.stderr)
    if out is not None:
        save(printed, out)
    return 0


async def _check_role(app: Program, name: str) -> None:
    """Raises: OperatorError, if this person does not read the hotline's figures."""
    try:
        who = await app.roster.on_duty(name)
    except Refusal as refusal:
        raise OperatorError(f"{refusal}报告给谁看，请加 --as 姓名") from None
    if who.role not in READERS:
        readers = "、".join(ROLES[role] for role in READERS)
        raise OperatorError(f"{ROLES[who.role]}不能看报告，请找{readers}")


def chosen(name: Name, day: date | None, now: datetime, zone: tzinfo) -> Period:
    """The period of a day; without one the latest. Raises: OperatorError, if it is not
    over.
    """
    newest = latest(name, now, zone)
    of = period(name, day, zone) if day else newest
    if of.after > now.astimezone(zone).date():
        raise OperatorError(
            f"{day} 所在的这一期还没有过完：先后两份一减，就是几个人的回答。"
            "请写早些的日期"
        )
    return of


def save(printed: Printed, folder: Path) -> None:
    """Write its files, readable by this login only, and say where. Raises:
    OperatorError.
    """
    try:
        for file in printed.files:
            path = folder / file.name
            write_private(path, file.data)
            print(path)
    except OSError as error:
        raise OperatorError(
            f"写不了 {folder}：{error.strerror}，请换一个可写的目录"
        ) from None
