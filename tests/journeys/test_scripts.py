"""Fifteen journeys, line by line, by each of the three doors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.botapi.server import BotApi
from tests.journeys.pages import PAGE, SHOWN, section
from tests.journeys.playing import played
from tests.journeys.script import Script, all_scripts
from tests.journeys.stage import DOORS, SPEED, opened_stage


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


# What the hotline does not do yet, by script.
UNMET: dict[str, str] = {}  # what the product does not do yet, by the script's name


def _marked(script: Script) -> ParameterSet:
    reason = UNMET.get(script.name)
    marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
    return pytest.param(script, id=script.name, marks=marks)


SCRIPTS = [_marked(script) for script in all_scripts()]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", SCRIPTS)
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
