"""Cases live random lives, with several units, merged and opened again: what may be
done succeeds, a refusal names what may, ladder and figures are those of an own book.
"""

from __future__ import annotations

from collections import Counter as Tally
from pathlib import Path

import pytest

from tests.bot.cases.lives import World
from tests.bot.counter import opened

LIVES = 25  # of one hotline, which share its units and are merged with each other
STEPS = 10  # of a life, on the average
BLOCKS, HOTLINES = 40, 20  # of the full proof: 20,000 lives


async def lived(folder: Path, seed: int) -> World:
    async with opened(folder) as counter:
        world = World(counter, seed)
        await world.open()
        await world.live(LIVES, STEPS)
        return world


def check_came_to_all_that_matters(done: Tally[str]) -> None:
    for deed in ("find", "merge", "unmerge", "reopen", "Rebound", "decided"):
        assert done[deed] > 1, done
    assert done["refused: illegal_move"] > 1, done


async def test_a_few_lives(tmp_path: Path) -> None:
    done: Tally[str] = Tally()
    for seed in range(3):
        done += (await lived(tmp_path / str(seed), seed)).done
    check_came_to_all_that_matters(done)


@pytest.mark.long
@pytest.mark.parametrize("block", range(BLOCKS))
async def test_many_lives(tmp_path: Path, block: int) -> None:
    done: Tally[str] = Tally()
    for seed in range(block * HOTLINES, (block + 1) * HOTLINES):
        done += (await lived(tmp_path / str(seed), seed)).done
    check_came_to_all_that_matters(done)
