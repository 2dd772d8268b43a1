"""Resident memory of `jianfu serve` while many drafts are open."""

from __future__ import annotations

import secrets

from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.http import CLIENTS, checked, together
from bot.lab.bench.server import Browser, serving
from bot.sizes import MIB

DRAFT_SIZE = 1024  # bytes of text in UTF-8
PARTS = 10  # in which the drafts are opened, to show how far it is


async def _open_draft(browser: Browser, number: int) -> None:
    browser.become(secrets.token_urlsafe(32))
    text = words.report(DRAFT_SIZE, number)
    checked(await browser.post("/say", text=text))


async def _grown(drafts: int) -> tuple[Figure, ...]:
    with folder() as path:
        async with serving(path) as server:
            await together(server, _open_draft, CLIENTS)
            before = server.memory()
            for part in range(PARTS):
                progress(f"memory：{part * drafts // PARTS}/{drafts} 份草稿")
                await together(server, _open_draft, drafts // PARTS)
            after = server.memory()
    few = f"{CLIENTS} 份草稿"
    many = f"{drafts:,} 份草稿"
    each = (after - before) / drafts
    return (
        Figure("memory_before", few, "MiB", (before / MIB,), bar=True),
        Figure("memory_drafts", many, "MiB", (after / MIB,), bar=True),
        Figure("bytes_a_draft", "  每份草稿增加", "字节", (each,)),
    )


def measure(quick: bool) -> tuple[Figure, ...]:
    return run(_grown(drafts=1000 if quick else 10_000))


MEMORY_BENCHMARK = Benchmark(
    name="memory",
    description=(
        "真的 jianfu serve；每个访客说一句约1 KB的话后停在预览；"
        "内存为服务进程的常驻内存"
    ),
    measure=measure,
)
