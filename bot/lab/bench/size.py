"""What a report of 13 KB takes on the disk, with its index."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import database_file
from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import (
    MeasuredProgram,
    MeasuredReporter,
    opened,
    settings_in,
)
from bot.sizes import KIB

LONG_REPORT = 13 * KIB  # bytes of text in UTF-8
MOST_STORED = 24.0  # KiB
FILED_AT_ONCE = 16
SUM_OF_PAGES = "SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE :name"


async def _file(program: MeasuredProgram, number: int) -> None:
    reporter = MeasuredReporter(program)
    text = words.report(LONG_REPORT, number)
    answer = await reporter.says(text, "preview", "category", "signpost")
    if answer.name == "signpost":
        await reporter.presses("anyway", "preview")
    elif answer.name == "category":
        await reporter.presses("is:forms", "preview")
    await reporter.presses("send", "filed")


async def _file_all(program: MeasuredProgram, reports: int) -> None:
    for first in range(0, reports, FILED_AT_ONCE):
        progress(f"size：{first}/{reports} 份")
        numbers = range(first, min(first + FILED_AT_ONCE, reports))
        await asyncio.gather(*(_file(program, number) for number in numbers))
    await program.app.sender.idle()


async def _stored(path: Path, reports: int) -> tuple[Figure, ...]:
    file = database_file(settings_in(path))
    async with opened(path) as program:
        await program.database.checkpoint()
        empty = file.stat().st_size
        await _file_all(program, reports)
        await program.database.checkpoint()
        full = file.stat().st_size
        index = await _bytes(program, "search%")
        rows = await _bytes(program, "reports%")

    def each(bytes: int) -> tuple[float]:
        return (bytes / reports / KIB,)

    whole = each(full - empty)
    parts = [
        Figure("stored_index", "  其中搜索索引", "KiB", each(index)),
        Figure("stored_reports", "  其中密封的正文", "KiB", each(rows)),
    ]
    return (
        Figure("stored_13kb", "每份占用，含索引", "KiB", whole, ceiling=MOST_STORED),
        *(part for part in parts if part.median),
    )


async def _bytes(program: MeasuredProgram, tables: str) -> int:
    """Of all tables so named; 0 where this SQLite does not count them."""
    [row] = await program.database.all(SUM_OF_PAGES, name=tables)
    return int(row["bytes"] or 0)


def measure(quick: bool) -> tuple[Figure, ...]:
    reports = 64 if quick else 512
    with folder() as path:
        return run(_stored(path, reports))


SIZE_BENCHMARK = Benchmark(
    name="size",
    description=(
        "每份13 KB（UTF-8）的文字走完整条路，之后收拢 WAL，数据库文件比空库大多少，"
        "按份平均；"
        "文字由程序按 Zipf 式分布造出，4400字约3300种字对"
    ),
    measure=measure,
)
