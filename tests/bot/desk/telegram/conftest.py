"""A platform, a group and a hotline for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bot.channels.telegram.line import SPEED
from tests.bot.desk.telegram.office import Office, opened_office
from tests.botapi.persons import Group
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
def group(server: BotApi) -> Group:
    return server.group()


@pytest.fixture
async def office(tmp_path: Path, server: BotApi, group: Group) -> AsyncIterator[Office]:
    async with opened_office(tmp_path, server, group) as office:
        yield office
