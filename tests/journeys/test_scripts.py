"""Fifteen journeys, line by line, by each of the three doors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.pages import PAGE, SHOWN, section
from tests.journeys.playing import played
from tests.journeys.script import Script, all_scripts
from tests.journeys.stage import DOORS, opened_stage


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", all_scripts(), ids=lambda script: script.name)
async def test_journey(
    script: Script, door: str, server: BotApi, tmp_path: Path
) -> None:
    async with opened_stage(tmp_path, server) as stage:
        player = await played(stage, script, door)
    if door == "web" and script.name in SHOWN:
        page = PAGE.read_text("utf-8")
        assert section(script, player.told) in page, (
            "python -m tests.journeys.pages writes it anew"
        )
