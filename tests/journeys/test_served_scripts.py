"""The scripts through the real door: `jianfu serve` as a process of its own, over HTTP.
Those in which nobody behind the hotline acts, and nothing is to come by itself.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.bot.channels.web.line import Line
from tests.journeys.doors import Door, WebDoor
from tests.journeys.playing import played
from tests.journeys.script import Script, all_scripts
from tests.journeys.stage import BEIJING, Order

NEEDS_MORE = {"⚙", "⚙!", "⇄"}
WAITS = ("08_afraid", "30_traditional")  # for a day that the real clock is far from
SCRIPTS = [
    script
    for script in all_scripts()
    if not NEEDS_MORE & {line.mark for line in script.lines}
    and script.name not in WAITS
]


class ServedStage:
    """A line that is served elsewhere; its clock is the real one."""

    def __init__(self, line: Line) -> None:
        self.folder = line.folder
        self.at = datetime.now(UTC)
        self.doors: list[Door] = []
        self._line = line
        self._client = httpx.AsyncClient(
            base_url=line.url, headers={"Origin": line.url}, timeout=60
        )

    @property
    def here(self) -> datetime:
        return self.at.astimezone(BEIJING)

    async def door(self, name: str, remembered: bool) -> Door:
        door = WebDoor(self._client, remembered)
        await door.opens()
        self.doors.append(door)
        return door

    async def close(self) -> None:
        await self._client.aclose()

    async def settles(self) -> None:
        """A post is answered once its answer stands on the screen."""

    async def rings(self, step: timedelta) -> None:
        """The person waits; the real clock hardly moves."""
        self.at += step

    async def orders(self, order: Order) -> None:
        raise NotImplementedError

    async def aliases(self) -> list[str]:
        return [one["alias"] for one in self._line.staff("list")]

    async def reports(self) -> int:
        return len(await self.aliases())

    async def case(self, alias: str) -> str:
        return json.dumps(self._line.staff("show", alias), ensure_ascii=False, indent=1)

    async def case_at_unit(self, alias: str) -> str:
        raise NotImplementedError


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[ServedStage]:
    line = Line(tmp_path)
    stage = ServedStage(line)
    yield stage
    await stage.close()
    line.stop()


@pytest.mark.long
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
async def test_journey_over_http(script: Script, stage: ServedStage) -> None:
    await played(stage, script, "web")
