"""The whole program with Telegram, on a loopback server that speaks the Bot API:
polling or webhook.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from uvicorn import Config

from bot.app import opened
from bot.channels.messenger import Running
from bot.channels.telegram.channel import TelegramChannel, make_bot
from bot.channels.telegram.door import StaffDoor, StaffSide
from bot.channels.telegram.hearing import IntakeContext
from bot.channels.telegram.run import TelegramService
from bot.cli.serve import Server
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings, Telegram
from bot.site import served
from scheduler.bell import Bell
from tests.botapi.server import BotApi

MORNING = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # Monday, 10:17 in Beijing
Mode = Literal["polling", "webhook"]
SPEED = 20.0
SECRET = "the-secret_of-the-webhook"


class Line:
    """A hotline whose clock is turned by hand; times of the network are real."""

    def __init__(
        self, folder: Path, server: BotApi, mode: Mode, **telegram: object
    ) -> None:
        self.server, self.mode = server, mode
        self.at = MORNING
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        port = self.listening.getsockname()[1]
        self.settings = Settings(
            data_dir=folder / "data",
            keyring=folder / "keys" / "keyring.json",
            push_delay_minutes=0,
            telegram=Telegram(
                token=SecretStr(server.token),
                base_url=server.base_url,
                base_file_url=server.base_file_url,
                mode=mode,
                webhook_url=f"http://127.0.0.1:{port}/telegram",
                webhook_secret=SecretStr(SECRET),
                **telegram,
            ),
        )
        self.app: Program
        self.channel: TelegramChannel
        self.telegram: TelegramService

    @property
    def hook(self) -> str:
        assert self.settings.telegram.webhook_url is not None
        return self.settings.telegram.webhook_url

    def close(self) -> None:
        self.listening.close()

    def now(self) -> datetime:
        return self.at

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def make(self, resources: Resources) -> Sequence[TelegramChannel]:
        bot = make_bot(resources.settings.telegram)
        self.channel = TelegramChannel(
            bot,
            resources.database,
            resources.keys,
            resources.now,
            web="https://jianfu.example",
            speed=SPEED,
        )
        return [self.channel]

    async def count(self, table: str) -> int:
        [row] = await self.app.resources.database.all(f"SELECT count(*) FROM {table}")
        return int(row[0])

    async def aliases(self) -> list[str]:
        return [
            row[0]
            for row in await self.app.resources.database.all("SELECT alias FROM cases")
        ]


@asynccontextmanager
async def opened_line(
    folder: Path,
    server: BotApi,
    mode: Mode = "polling",
    door: StaffDoor | None = None,
    **telegram: object,
) -> AsyncIterator[Line]:
    with closing(Line(folder, server, mode, **telegram)) as line:
        async with running(line, door):
            yield line


@asynccontextmanager
async def running(line: Line, door: StaffDoor | None = None) -> AsyncIterator[Line]:
    """Once through the life of a process; may be entered again for the next one on the
    same data.
    """
    async with opened(line.settings, line.make, line.now) as line.app:
        resources = line.app.resources
        context = IntakeContext(
            hear=line.app.hotline.hear,
            database=resources.database,
            keys=resources.keys,
            settings=resources.settings,
            now=line.now,
        )
        staff = StaffSide(door=door) if door is not None else None
        line.telegram = TelegramService(line.channel, context, staff)
        async with going_on(line.app, line.telegram.running(), line.listening):
            yield line


@asynccontextmanager
async def going_on(
    program: Program, running: Running, listening: socket.socket
) -> AsyncIterator[None]:
    """What `serve` does for one messenger, without pages and without what is due."""
    bell = Bell([program.sender.looking(), *running.jobs], program.resources.now)
    config = Config(served([running]), log_config=None, lifespan="off")
    web = Server(config)
    serving = asyncio.create_task(web.serve([listening.dup()]))
    tasks = [asyncio.create_task(task()) for task in running.tasks]
    bell.start()
    try:
        yield
    finally:
        web.should_exit = True
        bell.stop()
        program.sender.close()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await serving
        await bell.stopped()
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended
