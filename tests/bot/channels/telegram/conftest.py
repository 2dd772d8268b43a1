"""A platform and a hotline for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bot.channels.telegram.line import SPEED, Line, Mode, opened_line
from tests.botapi.server import BotApi


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server
        assert [
            f"{one.rule}: {one.detail} in {one.call.method}"
            for one in server.violations
        ] == []


@pytest.fixture
def mode() -> Mode:
    return "polling"


@pytest.fixture
async def line(tmp_path: Path, server: BotApi, mode: Mode) -> AsyncIterator[Line]:
    async with opened_line(tmp_path, server, mode) as line:
        yield line
