"""Two journeys as they were played at the web's door, for docs/journeys.md.

Write the page anew: python -m tests.journeys.pages
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.playing import Told, played
from tests.journeys.script import Script, all_scripts
from tests.journeys.stage import opened_stage
from tests.project.checkout import ROOT

PAGE = ROOT / "docs" / "journeys.md"
SHOWN = ("02_wrong_turns", "06_first_a_life")
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{16}\b")
HEAD = """# 两段对话，一行一行 · Two journeys, line by line

真人会这样打字，专线这样回；方括号里是能点的。照 `tests/journeys/scripts/` 里的脚本
在网页上走一遍写成，测试核对。全部脚本在网页、终端和 Telegram 上逐行走：`make test`
在一个进程里走，`make test-long` 走真的门（`jianfu serve`、`jianfu chat`、
`jianfu case`、单位网页），只有钟是拨的。

What people type, and what the hotline answers; brackets hold what can be pressed.
Written by playing the scripts of `tests/journeys/scripts/` at the web's door, and held
by a test: `python -m tests.journeys.pages` writes it anew. All scripts are played line
by line on web, terminal and Telegram: in one process in `make test`, and in `make
test-long` through the real doors (`jianfu serve`, `jianfu chat`, `jianfu case`, the
units' pages); only the clock is turned.
"""


def as_text(told: list[Told]) -> str:
    """What was done and what came, one below the other; a receipt is a sample."""
    lines: list[str] = []
    for turn in told:
        lines.append(f"{turn.at}  {turn.did}".rstrip())
        for came in turn.came:
            said = came.text.removeprefix("专线：").strip().splitlines()
            keys = [label for label in came.offers if "：" not in label]
            words = [line for line in said if line not in keys]
            offers = " ".join(f"[{label}]" for label in keys)
            shown = [*words, offers] if offers else words
            lines += [f"       │ {line}" for line in shown]
        lines.append("")
    return CODE.sub("7K2M9QXT4WHNP3V8", "\n".join(lines)).strip()


def section(script: Script, told: list[Told]) -> str:
    return f"\n## {script.title}\n\n```text\n{as_text(told)}\n```\n"


async def _write() -> None:
    page = HEAD
    with BotApi(speed=SPEED) as server:
        for script in all_scripts():
            if script.name not in SHOWN:
                continue
            with TemporaryDirectory() as folder:
                async with opened_stage(Path(folder), server) as stage:
                    player = await played(stage, script, "web")
            page += section(script, player.told)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
