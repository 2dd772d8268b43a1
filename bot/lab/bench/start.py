"""How soon `jianfu serve` answers after it was started, on an empty folder and on one
with data.
"""

from __future__ import annotations

from bot.lab.bench.benchmark import Benchmark
from bot.lab.bench.figures import Figure, counted
from bot.lab.bench.folders import folder, run
from bot.lab.bench.server import serving
from bot.sizes import MIB


async def _started(rounds: int) -> tuple[Figure, ...]:
    first: list[float] = []
    again: list[float] = []
    memory: list[float] = []
    for _ in counted("start", rounds):
        with folder() as path:
            async with serving(path) as server:
                first.append(server.took)
                memory.append(server.memory() / MIB)
            async with serving(path) as server:
                again.append(server.took)
    return (
        Figure("first_start", "首次启动", "秒", tuple(first)),
        Figure("next_start", "再次启动", "秒", tuple(again)),
        Figure("idle_memory", "空载内存", "MiB", tuple(memory)),
    )


def measure(quick: bool) -> tuple[Figure, ...]:
    return run(_started(rounds=2 if quick else 7))


START_BENCHMARK = Benchmark(
    name="start",
    description=(
        "从启动进程到 /health 第一次答复；首次含建钥匙环和数据库；"
        "空载内存为答复之后的常驻内存"
    ),
    measure=measure,
)
