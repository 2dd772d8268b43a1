"""How long staff wait for a search among many cases."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.lab.bench import words
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, progress
from bot.lab.bench.filing import file_report, filing
from bot.lab.bench.folders import folder, run
from bot.lab.bench.program import MeasuredProgram, opened
from bot.people.member import AT_THE_MACHINE

SHORT_REPORT = 1024  # bytes of text in UTF-8
CASES_AT_ONCE = 256
SEARCH_SEED = 7
LENGTHS = {2: "两", 4: "四"}  # characters of what is searched for


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


async def _search_times(
    program: MeasuredProgram, wanted: list[str], length: int
) -> list[float]:
    """Milliseconds of each search."""
    took = []
    for done, searched in enumerate(wanted):
        progress(f"search：{length} 个字，{done}/{len(wanted)}")
        begin = time.perf_counter()
        await program.app.casework.reading.search(AT_THE_MACHINE, searched)
        took.append((time.perf_counter() - begin) * 1000)
    return took


async def _searched(path: Path, cases: int, searches: int) -> tuple[Figure, ...]:
    dice = random.Random(SEARCH_SEED)
    figures: list[Figure] = []
    async with opened(path) as program:
        await _open_cases(program, cases)
        for length, said in LENGTHS.items():
            wanted = [_wanted(dice, cases, length) for _ in range(searches)]
            took = await _search_times(program, wanted, length)
            median = statistics.median(took)
            p95 = statistics.quantiles(took, n=20)[-1]
            label = f"{cases:,} 件里查{said}个字"
            figures += [
                _figure(f"search_{length}_median", f"{label}，中位", median),
                _figure(f"search_{length}_p95", f"{label}，p95", p95),
            ]
    return tuple(figures)


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
        "每件约1 KB的文字，直接立案（不走对话）；"
        "查的词是随机一份反映里的两个字或四个字，计时含解密和核对；毫秒"
    ),
    measure=measure,
)
