"""A hotline on Telegram in a process of its own: folder, base_url, base_file_url, token, mode, speed.

It says "ready", runs until its input ends, and then says how many reports and cases there are.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from telegram import Bot
from telegram.request import HTTPXRequest

from bot.app import Parts
from bot.channels.telegram.channel import TelegramChannel
from tests.bot.channels.telegram.line import Line, Mode, running
from tests.botapi.server import BotApi


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """All that the hotline knows of a server: where it is."""

    base_url: str
    base_file_url: str
    token: str


class Fast(Line):
    """Rate windows `speed` times as short as in the field."""

    def __init__(self, folder: Path, server: BotApi, mode: Mode, speed: float) -> None:
        super().__init__(folder, server, mode)
        self.speed = speed

    def make(self, parts: Parts) -> Sequence[TelegramChannel]:
        choice = parts.settings.telegram
        assert choice.token is not None
        calls, polls = (
            HTTPXRequest(size, 60, 60, 60, 60, httpx_kwargs={"verify": False}) for size in (64, 2)
        )
        bot = Bot(choice.token.get_secret_value(), choice.base_url, choice.base_file_url, calls, polls)
        self.channel = TelegramChannel(bot, parts.database, parts.keys, parts.now, speed=self.speed)
        return [self.channel]


async def main(folder: str, base_url: str, base_file_url: str, token: str, mode: str, speed: str) -> None:
    server = cast(BotApi, Elsewhere(base_url, base_file_url, token))
    line = Fast(Path(folder), server, cast(Mode, mode), float(speed))
    async with running(line):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        print(await line.count("reports"), await line.count("cases"), flush=True)
    line.listening.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
