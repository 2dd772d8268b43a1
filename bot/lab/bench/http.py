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
from bot.lab.bench.benchmark import Benchmark, Unexpected
from bot.lab.bench.figures import Figure, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.server import Browser, Page, ServeProcess, connected, serving

CLIENTS = 16  # connections at once
REPORT_SIZES = (1024, 13 * 1024)  # bytes of a report's text in UTF-8
LEAST_REPORTS = 50.0  # a second, of the shorter ones
LEAST_CHECKS = 400.0
PAGE_MARK = re.compile(r'name="mark" value="([^"]+)"')
SHOWN_RECEIPT = re.compile(r'data-copy="([^"]+)"')
STATIC = re.compile(r'(?:href|src)="(/static/chat\.[^"]+)"')


async def report(browser: Browser, text: str) -> str:
    """All requests of one report, as a browser with scripts makes them. Returns: the
    receipt.
    """
    browser.become()
    page = checked(await browser.get("/"))
    for file in STATIC.findall(page.text):
        checked(await browser.get(file))
    said = checked(await browser.post("/say", text=text))
    if 'value="is:' in said.text:
        said = await _pressed(browser, said, "is:forms")
    sent = await _pressed(browser, said, "send")
    receipt = SHOWN_RECEIPT.search(sent.text)
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


async def _pressed(browser: Browser, shown: Page, choice: str) -> Page:
    """The answer to a button of the newest bubble."""
    mark = str(PAGE_MARK.findall(shown.text)[-1])
    return checked(await browser.post("/press", mark=mark, choice=choice))


def checked(page: Page) -> Page:
    if page.status != 200:
        raise Unexpected(f"status {page.status}")
    return page


async def together(
    server: ServeProcess,
    doing: Callable[[Browser, int], Awaitable[None]],
    times: int,
) -> float:
    """Do it so many times, shared by all connections. Returns: times a second."""
    numbers = count()

    async def visit(browser: Browser) -> None:
        while (number := next(numbers)) < times:
            await doing(browser, number)

    async with AsyncExitStack() as stack:
        browsers = [
            await stack.enter_async_context(connected(server.host, server.port))
            for _ in range(CLIENTS)
        ]
        begin = time.perf_counter()
        await asyncio.gather(*(visit(browser) for browser in browsers))
        return times / (time.perf_counter() - begin)


async def _round(
    server: ServeProcess, size: int, reports: int, number: int
) -> tuple[float, float]:
    """Returns: reports a second; status checks a second."""
    receipts: list[str] = []
    first = number * reports
    texts = [words.report(size, first + nth) for nth in range(reports)]

    async def file(browser: Browser, nth: int) -> None:
        receipts.append(await report(browser, texts[nth]))

    async def look(browser: Browser, nth: int) -> None:
        await check(browser, receipts[nth % len(receipts)])

    filed = await together(server, file, reports)
    looked = await together(server, look, reports * 2)
    return filed, looked


async def _requested(rounds: int, reports: int) -> tuple[Figure, ...]:
    filed: dict[int, list[float]] = {size: [] for size in REPORT_SIZES}
    looked: dict[int, list[float]] = {size: [] for size in REPORT_SIZES}
    with folder() as path:
        async with serving(path) as server:
            # whatever is read once is read
            await _round(server, REPORT_SIZES[0], CLIENTS, 0)
            for number in range(1, rounds + 1):
                for size in REPORT_SIZES:
                    progress(f"http：{size // 1024} KB，第 {number}/{rounds} 回")
                    speeds = await _round(server, size, reports, number)
                    filed[size].append(speeds[0])
                    looked[size].append(speeds[1])
    figures: list[Figure] = []
    for size in REPORT_SIZES:
        figures += _figures(size, filed[size], looked[size])
    return tuple(figures)


def _figures(size: int, filed: list[float], looked: list[float]) -> list[Figure]:
    """Only the shorter reports have goals."""
    has_goal = size == REPORT_SIZES[0]
    name = f"{size // 1024}kb"
    label = f"{size // 1024} KB"
    return [
        Figure(
            f"reports_{name}",
            f"反映 {label}",
            "份/秒",
            tuple(filed),
            floor=LEAST_REPORTS if has_goal else None,
            bar=True,
        ),
        Figure(
            f"checks_{name}",
            f"查询 {label}",
            "次/秒",
            tuple(looked),
            floor=LEAST_CHECKS if has_goal else None,
            bar=True,
        ),
    ]


def measure(quick: bool) -> tuple[Figure, ...]:
    rounds = 2 if quick else 5
    reports = 64 if quick else 320
    return run(_requested(rounds, reports))


HTTP_BENCHMARK = Benchmark(
    name="http",
    description=(
        "真的 jianfu serve，一个客户端进程、16条长连接；一份反映＝打开网页（页面、"
        "样式、脚本各一次）、说、（问类别时点一下）、送出；一次查询＝新的访客打开页面、发回执码、看到进展；"
        "文字按 UTF-8 计"
    ),
    measure=measure,
)
