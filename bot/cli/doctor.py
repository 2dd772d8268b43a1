"""`jianfu doctor`: everything a deployment stands on, and a remedy for each fault."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import database_file, shred_file
from bot.cli.progress import on_terminal
from bot.finding import Finding
from bot.messengers import MESSENGERS
from bot.ops.checkup import Deployment, examine
from bot.settings import PREFIX, Settings, fields, load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "体检：钥匙、文件权限、磁盘、数据库、审计链、待发消息、时钟、Telegram、设置。"
        "只试写一下，什么都不改，serve 开着也能做。封存的内容逐处打开，坏的说出是哪里。"
    )
    parser.epilog = (
        "每一项 ✓ 正常、✗ 要处理，要处理的都写明怎么办。全部正常以 0 退出，"
        "否则以 1 退出。"
    )
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 文档，供脚本用"
    )


def run(args: argparse.Namespace) -> int:
    settings = load()
    here = Deployment(
        settings,
        database_file(settings),
        shred_file(settings.keyring),
        int(time.time()),
        None if args.json else on_terminal("打开封存的内容"),
    )
    findings = list(examine(here, MESSENGERS))
    well = all(finding.ok for finding in findings)
    if args.json:
        report = {
            "ok": well,
            "findings": [asdict(one) for one in findings],
            "settings": effective(settings),
        }
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        _show(findings, settings)
    return 0 if well else 1


def _show(findings: list[Finding], settings: Settings) -> None:
    for one in findings:
        print(
            f"✓ 正常    {one.says}"
            if one.ok
            else f"✗ 要处理  {one.says}\n          → {one.remedy}"
        )
    print("\n现在的设置（含义见 docs/settings.md）：")
    for name, value in effective(settings).items():
        print(f"  {name} = {'（未设）' if value is None else value}")
    faults = sum(not one.ok for one in findings)
    print(f"\n有{faults}项要处理" if faults else "\n全部正常")


def effective(settings: Settings) -> dict[str, Any]:
    """Every setting as it holds now, by its variable; of a secret only whether it is
    set.
    """
    return {name: _value(settings, name) for name, _ in fields()}


def _value(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.removeprefix(PREFIX).lower().split("__"):
        value = getattr(value, part)
    if isinstance(value, SecretStr):
        return "（已设，不显示）"
    return str(value) if isinstance(value, Path) else value
