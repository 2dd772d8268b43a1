"""How soon `jianfu serve` answers after it was started, on an empty folder and on one
with data.
"""

from __future__ import annotations

from bot.lab.bench.figures import Figure, Result, progress
from bot.lab.bench.folders import folder, run
from bot.lab.bench.server import serving

HOW = (
    "从启动进程到 /health 第一次答复；首次含建钥匙环和数据库；"
    "空载内存为答复之后的常驻内存"
)
MIB = 1 << 20


async def _measured(rounds: int) -> Result:
    first, again, memory = [], [], []
    for number in range(rounds):
        progress(f"start：第 {number + 1}/{rounds} 回")
        with folder() as path:
            async with serving(path) as server:
                first.append(server.took)
                memory.append(server.memory() / MIB)
            async with serving(path) as server:
                again.append(server.took)
    return Result(
        "start",
        HOW,
        (
            Figure("first_start", "首次启动", "秒", tuple(first)),
            Figure("next_start", "再次启动", "秒", tuple(again)),
            Figure("idle_memory", "空载内存", "MiB", tuple(memory)),
        ),
    )


def measure(quick: bool) -> Result:
    return run(_measured(2 if quick else 7))
