"""The supervisor's days are played anew, and are what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.supervisor_week import HEAD, PAGE, played


@pytest.mark.slow
@pytest.mark.timeout(900)  # two hundred commands, each a process; a minute alone
async def test_the_page_is_what_happens(tmp_path: Path) -> None:
    with BotApi(speed=SPEED) as server:
        told = await played(tmp_path, server)
    assert PAGE.read_text("utf-8") == f"{HEAD}{told}\n```\n"
