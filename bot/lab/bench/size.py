"""What a report of 13 KB takes on the disk, with its index."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import database_file
from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.world import Chat, World, opened, settings_in

SIZE = 13 * 1024  # bytes of text in UTF-8
CEILING = 24.0  # KiB
KIB = 1024
HOW = (
    "每份13 KB（UTF-8）的文字走完整条路，之后收拢 WAL，数据库文件比空库大多少，"
    "按份平均；"
    "文字由程序按 Zipf 式分布造出，4400字约3300种字对"
)
PART = "SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE :name"


async def _file(world: World, number: int) -> None:
    chat = Chat(world)
    answer = await chat.says(words.report(SIZE, number), "preview", "category")
    if answer.name == "category":
        await chat.presses("is:forms", "preview")
    await chat.presses("send", "filed")


async def _measured(path: Path, reports: int) -> Result:
    async with opened(path) as world:
        await world.database.checkpoint()
        empty = database_file(settings_in(path)).stat().st_size
        for first in range(0, reports, 16):
            progress(f"size：{first}/{reports} 份")
            await asyncio.gather(
                *(_file(world, n) for n in range(first, min(first + 16, reports)))
            )
        await world.app.sender.idle()
        await world.database.checkpoint()
        full = database_file(settings_in(path)).stat().st_size
        parts = {name: await _part(world, name) for name in ("search%", "reports%")}
    figures = [
        Figure(
            "stored_13kb",
            "每份占用，含索引",
            "KiB",
            ((full - empty) / reports / KIB,),
            None,
            CEILING,
        ),
        *(
            Figure(key, label, "KiB", (bytes / reports / KIB,))
            for key, label, bytes in (
                ("stored_index", "  其中搜索索引", parts["search%"]),
                ("stored_reports", "  其中密封的正文", parts["reports%"]),
            )
            if bytes
        ),
    ]
    return Result("size", HOW, tuple(figures))


async def _part(world: World, name: str) -> int:
    row = (await world.database.all(PART, name=name))[0]
    return int(row["bytes"] or 0)


def measure(quick: bool) -> Result:
    with folder() as path:
        return run(_measured(path, 64 if quick else 512))
