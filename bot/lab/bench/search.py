"""How long staff wait for a search among many cases."""

from __future__ import annotations

import asyncio
import random
import secrets
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from anonymizer import receipts
from bot.cases.reporters import Draft
from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.world import World, opened
from bot.people.member import AT_THE_MACHINE
from dialogs.words import File
from storage.port import Stale

SIZE = 1024  # bytes of text in UTF-8
TOGETHER = 256
SEED = 7
HOW = (
    "每件约1 KB的文字，直接立案（不走对话）；"
    "查的词是随机一份反映里的两个字或四个字，计时含解密和核对；毫秒"
)
FILED = File(
    receipt="",
    text="",
    category="forms",
    also=(),
    kind=None,
    unit=None,
    unit_level=None,
    place=None,
    when=None,
    counts=(),
    urgent=False,
    signpost=None,
    pictures=(),
    follow="receipt",
    lang="zh",
    at=datetime.min,
)


async def _open_case(world: World, number: int) -> None:
    filed = replace(
        FILED,
        receipt=receipts.new(),
        text=words.report(SIZE, number),
        at=datetime.now(UTC),
    )
    draft = Draft(
        secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
    )
    while True:
        try:
            await world.database.commit(
                await world.app.casework.reporters.act(
                    filed, draft, None, lasting=False
                )
            )
            return
        # an alias or a number of the index was drawn twice at once: as the hotline does
        except Stale:
            continue


async def _measured(path: Path, cases: int, searches: int) -> Result:
    dice = random.Random(SEED)
    async with opened(path) as world:
        for first in range(0, cases, TOGETHER):
            progress(f"search：立案 {first:,}/{cases:,}")
            await asyncio.gather(
                *(
                    _open_case(world, number)
                    for number in range(first, min(first + TOGETHER, cases))
                )
            )
        figures = []
        for length in (2, 4):
            took = []
            for done in range(searches):
                progress(f"search：{length} 个字，{done}/{searches}")
                text = words.report(SIZE, dice.randrange(cases))
                at = dice.randrange(len(text) - length)
                wanted = "".join(
                    sign for sign in text[at : at + length * 3] if sign.isalnum()
                )[:length]
                begin = time.perf_counter()
                await world.app.casework.reading.search(AT_THE_MACHINE, wanted)
                took.append((time.perf_counter() - begin) * 1000)
            cuts = statistics.quantiles(took, n=20)
            label = f"{cases:,} 件里查{'两' if length == 2 else '四'}个字"
            figures += [
                Figure(
                    f"search_{length}_median",
                    f"{label}，中位",
                    "毫秒",
                    (statistics.median(took),),
                    bar=True,
                ),
                Figure(
                    f"search_{length}_p95",
                    f"{label}，p95",
                    "毫秒",
                    (cuts[-1],),
                    bar=True,
                ),
            ]
    return Result("search", HOW, tuple(figures))


def measure(quick: bool) -> Result:
    with folder() as path:
        return run(_measured(path, *((2000, 40) if quick else (100_000, 400))))
