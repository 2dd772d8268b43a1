"""Reports and status checks a second over loopback HTTP, from one client process on 16
connections.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count

from bot.lab.bench import words
from bot.lab.bench.figures import Figure, Result, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.server import Answer, Browser, Server, connected, serving
from bot.lab.bench.world import Unexpected

CONNECTIONS = 16
SIZES = (1024, 13 * 1024)  # bytes of a report's text in UTF-8
REPORTS = 50.0
CHECKS = 400.0
HOW = (
    "真的 jianfu serve，一个客户端进程、16条长连接；一份反映＝打开网页（页面、样式、"
    "脚本各一次）、说、"
    "（问类别时点一下）、送出；一次查询＝新的访客打开页面、发回执码、看到进展；"
    "文字按 UTF-8 计"
)
MARK = re.compile(r'name="mark" value="([^"]+)"')
RECEIPT = re.compile(r'data-copy="([^"]+)"')
STATIC = re.compile(r'(?:href|src)="(/static/chat\.[^"]+)"')


async def report(browser: Browser, text: str) -> str:
    """All requests of one report, as a browser with scripts makes them. Returns: the
    receipt.
    """
    browser.become()
    page = checked(await browser.get("/"))
    for file in STATIC.findall(page.text):
        checked(await browser.get(file))
    answer = checked(await browser.post("/say", text=text))
    if 'value="is:' in answer.text:
        answer = checked(
            await browser.post("/press", mark=mark_of(answer), choice="is:forms")
        )
    answer = checked(await browser.post("/press", mark=mark_of(answer), choice="send"))
    receipt = RECEIPT.search(answer.text)
    if receipt is None:
        raise Unexpected("no receipt came")
    return receipt[1]


async def check(browser: Browser, receipt: str) -> None:
    """A visitor who was here before, by script and style from the browser's store, asks
    by receipt.
    """
    browser.become()
    checked(await browser.get("/"))
    answer = checked(await browser.post("/say", text=receipt))
    if 'class="story"' not in answer.text:
        raise Unexpected("no story came")


def checked(answer: Answer) -> Answer:
    if answer.status != 200:
        raise Unexpected(f"status {answer.status}")
    return answer


def mark_of(answer: Answer) -> str:
    return str(MARK.findall(answer.text)[-1])


async def together(
    server: Server, doing: Callable[[Browser, int], Awaitable[None]], times: int
) -> float:
    """Do it so many times, shared by all connections. Returns: times a second."""
    numbers = count()

    async def one(browser: Browser) -> None:
        while (number := next(numbers)) < times:
            await doing(browser, number)

    async with AsyncExitStack() as stack:
        browsers = [
            await stack.enter_async_context(connected(server.host, server.port))
            for _ in range(CONNECTIONS)
        ]
        begin = time.perf_counter()
        await asyncio.gather(*(one(browser) for browser in browsers))
        return times / (time.perf_counter() - begin)


async def _round(
    server: Server, size: int, reports: int, number: int
) -> tuple[float, float]:
    receipts: list[str] = []
    texts = [words.report(size, number * reports + one) for one in range(reports)]

    async def file(browser: Browser, one: int) -> None:
        receipts.append(await report(browser, texts[one]))

    async def look(browser: Browser, one: int) -> None:
        await check(browser, receipts[one % len(receipts)])

    filed = await together(server, file, reports)
    return filed, await together(server, look, reports * 2)


async def _measured(rounds: int, reports: int) -> Result:
    filed: dict[int, list[float]] = {size: [] for size in SIZES}
    looked: dict[int, list[float]] = {size: [] for size in SIZES}
    with folder() as path:
        async with serving(path) as server:
            await _round(
                server, SIZES[0], CONNECTIONS, 0
            )  # whatever is read once is read
            for number in range(rounds):
                for size in SIZES:
                    progress(f"http：{size // 1024} KB，第 {number + 1}/{rounds} 回")
                    one, other = await _round(server, size, reports, number + 1)
                    filed[size].append(one)
                    looked[size].append(other)
    figures = []
    for size in SIZES:
        floors = (REPORTS, CHECKS) if size == SIZES[0] else (None, None)
        name, label = f"{size // 1024}kb", f"{size // 1024} KB"
        figures += [
            Figure(
                f"reports_{name}",
                f"反映 {label}",
                "份/秒",
                tuple(filed[size]),
                floors[0],
                bar=True,
            ),
            Figure(
                f"checks_{name}",
                f"查询 {label}",
                "次/秒",
                tuple(looked[size]),
                floors[1],
                bar=True,
            ),
        ]
    return Result("http", HOW, tuple(figures))


def measure(quick: bool) -> Result:
    return run(_measured(2, 64) if quick else _measured(5, 320))
