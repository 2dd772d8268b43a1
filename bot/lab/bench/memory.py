"""Resident memory of `jianfu serve` while many drafts are open."""

from __future__ import annotations

import secrets

from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.http import CONNECTIONS, checked, together
from bot.lab.bench.server import Browser, serving

MIB = 1 << 20
HOW = "真的 jianfu serve；每个访客说一句约1 KB的话后停在预览；内存为服务进程的常驻内存"


async def _measured(drafts: int) -> Result:
    async def open_draft(browser: Browser, number: int) -> None:
        browser.become(secrets.token_urlsafe(32))
        checked(await browser.post("/say", text=words.report(1024, number)))

    with folder() as path:
        async with serving(path) as server:
            await together(server, open_draft, CONNECTIONS)
            before = server.memory() / MIB
            for part in range(10):
                progress(f"memory：{part * drafts // 10}/{drafts} 份草稿")
                await together(server, open_draft, drafts // 10)
            after = server.memory() / MIB
    return Result(
        "memory",
        HOW,
        (
            Figure(
                "memory_before", f"{CONNECTIONS} 份草稿", "MiB", (before,), bar=True
            ),
            Figure("memory_drafts", f"{drafts:,} 份草稿", "MiB", (after,), bar=True),
            Figure(
                "bytes_a_draft",
                "  每份草稿增加",
                "字节",
                ((after - before) * MIB / drafts,),
            ),
        ),
    )


def measure(quick: bool) -> Result:
    return run(_measured(1000 if quick else 10_000))
