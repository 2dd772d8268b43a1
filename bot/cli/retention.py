"""`jianfu retention`: what has been kept long enough goes; with `--plan` it is only
told.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from anonymizer.keyring import KeyringError
from bot.app import opened, shred_file
from bot.cases.expired import EXPIRING, Expired, total
from bot.cli.answers import out, table
from bot.cli.backup import begins_as_backup
from bot.hours import DAY
from bot.ops.timewatch import TIME_REMEDY
from bot.ops.trouble import reason, told
from bot.program import Program
from bot.settings import OperatorError, load
from storage.port import StorageError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "按规则删去过了保存期的内容：办结、并案、不予受理的工单，图片，草稿。"
        "工单的代号、状态、时间和数字留下。"
        "serve 开着时每天自动做；没有开着也可以用这条命令做。"
    )
    parser.epilog = "各留多久写在规则的 [retention] 里，见 docs/retention.md。"
    parser.add_argument("--plan", action="store_true", help="只说会删什么，什么都不动")
    parser.add_argument(
        "--backups",
        type=Path,
        metavar="目录",
        help="也删这个目录里过了期的 jianfu 备份，最新的一份总是留下",
    )
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 文档，供脚本用"
    )


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app)


async def work(args: argparse.Namespace, app: Program) -> int:
    """Plan or do it. Returns the exit code. Raises: OperatorError."""
    keep = app.casework.terms.rules.retention["backups"]
    old = outdated(args.backups, keep) if args.backups else []
    gone = await _planned_or_done(app, plan=args.plan)
    if not args.plan:
        await app.time.rely()
    if not args.plan:
        for path in old:
            _remove(path)
    zone = app.casework.zone
    out(args, _json(gone, old, args.plan, zone), lambda: _show(gone, old, args, zone))
    return 0


async def _planned_or_done(app: Program, *, plan: bool) -> Sequence[Expired]:
    now = app.resources.now()
    retention = app.retention
    doubted = app.time.doubt(now)
    if doubted is not None and not plan:
        raise OperatorError(f"{doubted.said}，什么都没有删：{TIME_REMEDY}")
    try:
        return await (retention.plan(now) if plan else retention.run(now))
    except KeyringError as error:
        journal = shred_file(app.resources.settings.keyring)
        raise told("写不了销毁日志", journal, error) from None
    except StorageError as error:
        raise OperatorError(f"数据库写不进去：{reason(error)}") from None


def outdated(folder: Path, days: int) -> list[Path]:
    """Backups of ours older than so many days, the oldest first; never the newest one.

    Raises: OperatorError, if the folder cannot be read.
    """
    kept_from = time.time() - days * DAY
    try:
        found = [path for path in folder.iterdir() if _is_backup(path)]
        found.sort(key=lambda path: path.stat().st_mtime)
        return [path for path in found[:-1] if path.stat().st_mtime < kept_from]
    except OSError as error:
        raise told("读不了备份目录", folder, error) from None


def _is_backup(path: Path) -> bool:
    """One of ours, by how it begins."""
    return path.is_file() and not path.is_symlink() and begins_as_backup(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise told("删不了旧备份", path, error) from None


def _show(
    gone: Sequence[Expired],
    old: Sequence[Path],
    args: argparse.Namespace,
    zone: ZoneInfo,
) -> None:
    rows = [
        (EXPIRING[one.what], str(one.number), _day(one.oldest, zone)) for one in gone
    ]
    rows += [("备份", str(len(old)), "")] if args.backups else []
    table([("种类", "数量", "最早"), *rows])
    if not total(gone) and not old:
        print("没有过了保存期的内容。")
    elif args.plan:
        print("以上会删去；现在什么都没有动。要执行，去掉 --plan。")
    else:
        print("以上已删去，不能恢复。")


def _json(
    gone: Sequence[Expired], old: Sequence[Path], plan: bool, zone: ZoneInfo
) -> dict[str, Any]:
    found = {
        one.what: {"number": one.number, "oldest": _day(one.oldest, zone) or None}
        for one in gone
    }
    return {"plan": plan, "gone": found, "backups": [str(path) for path in old]}


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}" if at else ""
