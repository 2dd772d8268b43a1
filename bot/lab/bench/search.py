"""How long staff wait for a search among many cases, and what its index takes."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from anonymizer.keyring import Keyring
from bot.app import database_file
from bot.folding import words_of
from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, progress
from bot.lab.bench.filing import file_report, filing
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import MeasuredProgram, opened, settings_in
from bot.people.member import AT_THE_MACHINE
from bot.search.keeper import index_process
from bot.search.questions import IndexQuestion, IndexStart, ask
from bot.sizes import MIB

SHORT_REPORT = 1024  # bytes of text in UTF-8
CASES_AT_ONCE = 256
SEARCH_SEED = 7
LENGTHS = {2: "两", 4: "四"}  # characters of what is searched for
LISTED = 50  # cases shown of what was found
MOST_SECONDS = 20.0
MOST_MEMORY = 400.0  # MiB
MOST_MILLISECONDS = 10.0

Search = Callable[[str], Awaitable[object]]


async def _open_case(program: MeasuredProgram, number: int) -> None:
    text = words.report(SHORT_REPORT, number)
    filed = filing(text, datetime.now(UTC), "receipt")
    await file_report(program.app, filed, None, lasting=False)


async def _open_cases(program: MeasuredProgram, cases: int) -> None:
    for first in range(0, cases, CASES_AT_ONCE):
        progress(f"search：立案 {first:,}/{cases:,}")
        numbers = range(first, min(first + CASES_AT_ONCE, cases))
        await asyncio.gather(*(_open_case(program, number) for number in numbers))


def _wanted(dice: random.Random, cases: int, length: int) -> str:
    """Characters that stand together in one of the reports, its signs left out."""
    text = words.report(SHORT_REPORT, dice.randrange(cases))
    at = dice.randrange(len(text) - length)
    cut = text[at : at + length * 3]
    return "".join(sign for sign in cut if sign.isalnum())[:length]


async def _times(search: Search, wanted: list[str], what: str) -> list[float]:
    """Milliseconds of each search."""
    took = []
    for done, searched in enumerate(wanted):
        progress(f"search：{what}，{done}/{len(wanted)}")
        begin = time.perf_counter()
        await search(searched)
        took.append((time.perf_counter() - begin) * 1000)
    return took


async def _ready(data: Path) -> float:
    """Seconds until the index stands."""
    begin = time.perf_counter()
    while True:
        answer = await ask(data, IndexQuestion(["台账"], 1, reserved=True))
        if answer is not None and answer.percent == 100:
            return time.perf_counter() - begin
        progress(f"search：准备索引 {answer.percent if answer else 0}%")
        await asyncio.sleep(0.05)


def _memory(process: int) -> float:
    """MiB that a process has taken at most."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(peak) * 1024 / MIB


async def _searched(path: Path, cases: int, searches: int) -> tuple[Figure, ...]:
    dice = random.Random(SEARCH_SEED)
    settings = settings_in(path)
    async with opened(path) as program:
        await _open_cases(program, cases)
        start = IndexStart(
            database=str(database_file(settings)),
            folder=str(settings.data_dir),
            keyring=Keyring.load(settings.keyring).text(),
        )
        async with index_process(start) as process:
            took = await _ready(settings.data_dir)
            figures = [
                Figure(
                    "search_ready", f"{cases:,} 件的索引备好", "秒", (took,),
                    ceiling=MOST_SECONDS,
                ),
                Figure(
                    "search_memory", "  它的进程最多占内存", "MiB",
                    (_memory(process.pid),), ceiling=MOST_MEMORY,
                ),
            ]  # fmt: skip
            for length, said in LENGTHS.items():
                wanted = [_wanted(dice, cases, length) for _ in range(searches)]
                figures += await _figures(program, wanted, f"查{said}个字", length)
    return tuple(figures)


async def _figures(
    program: MeasuredProgram, wanted: list[str], label: str, length: int
) -> list[Figure]:
    data = program.app.resources.settings.data_dir
    reading = program.app.casework.reading

    async def index(query: str) -> None:
        await ask(data, IndexQuestion(words_of(query), LISTED, reserved=True))

    async def screen(query: str) -> None:
        await reading.search(AT_THE_MACHINE, query, LISTED)

    asked = await _times(index, wanted, f"{label}，索引")
    shown = await _times(screen, wanted, f"{label}，列出")
    name = f"search_{length}"
    p95 = statistics.quantiles(asked, n=20)[-1]
    median = statistics.median(asked)
    return [
        _figure(f"{name}_index_median", f"{label}，索引，中位", median),
        Figure(
            f"{name}_index_p95", f"{label}，索引，p95", "毫秒", (p95,), bar=True,
            ceiling=MOST_MILLISECONDS,
        ),
        _figure(f"{name}_median", f"{label}，列出50件，中位", statistics.median(shown)),
        _figure(
            f"{name}_p95",
            f"{label}，列出50件，p95",
            statistics.quantiles(shown, n=20)[-1],
        ),
    ]  # fmt: skip


def _figure(name: str, label: str, took: float) -> Figure:
    return Figure(name, label, "毫秒", (took,), bar=True)


def measure(quick: bool) -> tuple[Figure, ...]:
    cases = 2000 if quick else 100_000
    searches = 40 if quick else 400
    with folder() as path:
        return run(_searched(path, cases, searches))


SEARCH_BENCHMARK = Benchmark(
    name="search",
    description=(
        "每件约1 KB的文字，直接立案（不走对话）；索引从起进程算到备好；"
        "查的词是随机一份反映里的两个字或四个字：先只问索引，再连同解密列出头50件；毫秒"
    ),
    measure=measure,
)
