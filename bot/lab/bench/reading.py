"""How long reading 5,000 characters of anything holds up the loop, and its writer."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from bot.channels.port import heard
from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, counted
from bot.lab.bench.folders import run
from bot.lab.bench.words import report
from bot.readings import Readings
from dialogs.meaning import Moment

CHARACTERS = 5000
BYTES_A_CHARACTER = 3
MOST_ON_LOOP = 5.0  # milliseconds
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
FIRST = Moment("start")
# pieces that, repeated, make the most work of what is looked for: numbers, names,
# receipts, addresses, times, units, mail, and what disguises them
HOSTILE = (
    "1", "1234567890", "１", "三", "一二三四五六七八九十", "张", "张三", "王主任",
    "7XK2-9QWM-", "A1 ", "1-", "1\u200b", "①", "a", "a@", "a.", "abcd:", "+86", "V",
    "街道", "省委", "区", "连续", "每周", "那个", "路3号", "路", "1万", "3点",
    "1990年", "“", "写成", "改成", "我是", "唯一", "http://", "\ufdfa", "[电话]", "@张",
)  # fmt: skip


async def _read(readings: Readings, text: str) -> tuple[float, float]:
    """Milliseconds of the loop's own processor, and until all was read."""
    before = time.thread_time()
    begun = time.perf_counter()
    said = heard(text, NOON)
    await readings.meaning(said.text, FIRST)
    await readings.reading(said.text)
    on_loop = time.thread_time() - before
    return on_loop * 1000, (time.perf_counter() - begun) * 1000


async def _figures(rounds: int) -> tuple[Figure, ...]:
    usual = report(CHARACTERS * BYTES_A_CHARACTER, 1)[:CHARACTERS]
    hostile = [(unit * CHARACTERS)[:CHARACTERS] for unit in HOSTILE]
    own: list[tuple[float, float]] = []
    worst: list[tuple[float, float]] = []
    readings = Readings()
    try:
        await _read(readings, usual)  # the process is started, word lists are read
        for _ in counted("reading", rounds):
            own.append(await _read(readings, usual))
            each = [await _read(readings, text) for text in hostile]
            on_loop, waiting = zip(*each, strict=True)
            worst.append((max(on_loop), max(waiting)))
    finally:
        await readings.close()
    return (
        _figure("loop_report", "平常的5000字，占用主循环", [one for one, _ in own]),
        _figure("wait_report", "  写的人等", [one for _, one in own]),
        Figure(
            "loop_worst",
            "最刁的5000字，占用主循环",
            "毫秒",
            tuple(one for one, _ in worst),
            ceiling=MOST_ON_LOOP,
        ),
        _figure("wait_worst", "  写的人等", [one for _, one in worst]),
    )


def _figure(name: str, label: str, values: list[float]) -> Figure:
    return Figure(name, label, "毫秒", tuple(values))


def measure(quick: bool) -> tuple[Figure, ...]:
    return run(_figures(rounds=2 if quick else 7))


READING_BENCHMARK = Benchmark(
    name="reading",
    description=(
        f"读{CHARACTERS}字：找回执码、意思、要素、要遮的字；平常的一份，"
        f"和{len(HOSTILE)}种重复到底的"
    ),
    measure=measure,
)
