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
from starlette.responses import PlainTextResponse
from uvicorn import Config

from bot.app import App, Parts, opened
from bot.channels.telegram.channel import TelegramChannel, make_bot
from bot.channels.telegram.door import StaffDoor
from bot.channels.telegram.intake import IntakeContext
from bot.channels.telegram.run import Telegram
from bot.channels.telegram.webhook import Hooks
from bot.cli.serve import Server
from bot.settings import Settings
from bot.settings import Telegram as Choice
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
            telegram=Choice(
                token=SecretStr(server.token),
                base_url=server.base_url,
                base_file_url=server.base_file_url,
                mode=mode,
                webhook_url=f"http://127.0.0.1:{port}/telegram",
                webhook_secret=SecretStr(SECRET),
                **telegram,
            ),
        )
        self.app: App
        self.channel: TelegramChannel
        self.telegram: Telegram

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

    def make(self, parts: Parts) -> Sequence[TelegramChannel]:
        bot = make_bot(parts.settings.telegram)
        self.channel = TelegramChannel(
            bot,
            parts.database,
            parts.keys,
            parts.now,
            web="https://jianfu.example",
            speed=SPEED,
        )
        return [self.channel]

    async def count(self, table: str) -> int:
        [row] = await self.app.parts.database.all(f"SELECT count(*) FROM {table}")
        return int(row[0])

    async def aliases(self) -> list[str]:
        return [
            row[0]
            for row in await self.app.parts.database.all("SELECT alias FROM cases")
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
        parts = line.app.parts
        inside = IntakeContext(
            line.app.hotline.hear, parts.database, parts.keys, parts.settings, line.now
        )
        line.telegram = Telegram(line.channel, inside, door)
        nothing = PlainTextResponse("no such page", 404)
        web = Server(
            Config(
                Hooks(nothing, line.telegram.hooks()), log_config=None, lifespan="off"
            )
        )
        outbox = Bell([line.app.sender.looking()], line.now, "UTC")
        outbox.start()
        jobs = [
            asyncio.create_task(line.telegram.run()),
            asyncio.create_task(web.serve([line.listening.dup()])),
        ]
        try:
            yield line
        finally:
            web.should_exit = True
            outbox.stop()
            line.app.sender.close()
            jobs[0].cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            ended = [job.exception() for job in jobs if not job.cancelled()]
            assert ended == [None], ended
