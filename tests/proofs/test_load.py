"""Reports filed 4, 16 and 64 at a time over HTTP: none lost, no error, each found again
by its receipt.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.figures import Note
from tests.proofs.ledger import SAID, Ledger, compare, new_number
from tests.proofs.served import Served, served
from tests.proofs.visitor import visiting

AT_ONCE = (4, 16, 64)


async def files(hotline: Served, ledger: Ledger, numbers: Iterator[str]) -> None:
    """One after the other, each in a browser session of its own. Any status but 200
    ends the test.
    """
    for number in numbers:
        async with visiting(hotline.base) as visitor:
            await visitor.says(SAID.format(number=number))
            await visitor.presses("send")
            ledger.filed[number] = receipt = visitor.receipt
            await visitor.says(receipt)
            assert "add" in visitor.screen[-1].choices, f"no story: {visitor.told}"
            assert visitor.resent == 0, "a connection was lost"


async def all_arrive(folder: Path, reports: int, at_once: int, note: Note) -> None:
    dice = random.Random()
    numbers = iter([new_number(dice) for _ in range(reports)])
    ledger = Ledger()
    async with served(folder) as hotline:
        begun = time.monotonic()
        await asyncio.gather(*(files(hotline, ledger, numbers) for _ in range(at_once)))
        took = time.monotonic() - begun
        assert await hotline.stop() == 0
        assert len(ledger.filed) == reports
        await compare(ledger, hotline.database, hotline.keyring)
        assert " ERROR " not in hotline.log.read_text("utf-8")
    note(
        reports=reports,
        at_once=at_once,
        lost=reports - len(ledger.filed),
        seconds=round(took, 1),
    )


@pytest.mark.slow
@pytest.mark.parametrize("at_once", AT_ONCE)
async def test_200_reports_at_once(at_once: int, tmp_path: Path, note: Note) -> None:
    await all_arrive(tmp_path, 200, at_once, note)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("at_once", AT_ONCE)
async def test_1000_reports_at_once(at_once: int, tmp_path: Path, note: Note) -> None:
    await all_arrive(tmp_path, 1000, at_once, note)
