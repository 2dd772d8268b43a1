"""The sixteen journeys through the real doors of a deployment, line by line: `jianfu
serve` over HTTP, `jianfu chat` in a terminal, Telegram by polling.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.playing import played
from tests.journeys.script import Script, all_scripts
from tests.journeys.served import opened_deployment
from tests.journeys.stage import DOORS


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


@pytest.mark.long
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", all_scripts(), ids=lambda one: one.name)
async def test_journey(
    script: Script, door: str, server: BotApi, tmp_path: Path
) -> None:
    async with opened_deployment(tmp_path, server) as stage:
        await played(stage, script, door)
