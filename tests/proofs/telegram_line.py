"""A hotline on Telegram in a process of its own: folder, base_url, base_file_url,
token, mode, speed.

It says "ready", runs until its input ends, and then says how many reports and cases
there are, and the most messages it wrote to the network within one of the platform's
seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.channel import TelegramChannel
from bot.resources import Resources
from tests.bot.channels.telegram.line import Line, Mode, running
from tests.botapi.server import BotApi

COUNTED = (
    "sendMessage",
    "sendPhoto",
    "editMessageText",
)  # of the calls that a report takes


def most_within(times: Sequence[float], seconds: float) -> int:
    """How many, at most, of these times (in order) lie within so many seconds."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """All that the hotline knows of a server: where it is."""

    base_url: str
    base_file_url: str
    token: str


class Written:
    """When messages were written to the network, as httpx tells."""

    def __init__(self) -> None:
        self._times: list[float] = []

    async def watch(self, request: httpx.Request) -> None:
        if request.url.path.rpartition("/")[2] in COUNTED:
            request.extensions = {**request.extensions, "trace": self._trace}

    async def _trace(self, event: str, info: Mapping[str, object]) -> None:
        if event == "http11.send_request_headers.started":
            self._times.append(time.monotonic())

    def most(self, seconds: float) -> int:
        return most_within(self._times, seconds)


class Fast(Line):
    """Rate windows `speed` times as short as in the field."""

    def __init__(self, folder: Path, server: BotApi, mode: Mode, speed: float) -> None:
        super().__init__(folder, server, mode)
        self.speed, self.written = speed, Written()

    def make(self, resources: Resources) -> Sequence[TelegramChannel]:
        choice = resources.settings.telegram
        assert choice.token is not None
        hooks = {"event_hooks": {"request": [self.written.watch]}}
        calls, polls = (
            HTTPXRequest(size, 60, 60, 60, 60, httpx_kwargs={"verify": False, **more})
            for size, more in ((64, hooks), (2, {}))
        )
        bot = Bot(
            choice.token.get_secret_value(),
            choice.base_url,
            choice.base_file_url,
            calls,
            polls,
        )
        self.channel = TelegramChannel(
            bot, resources.database, resources.keys, resources.now, speed=self.speed
        )
        return [self.channel]


async def main(
    folder: str, base_url: str, base_file_url: str, token: str, mode: str, speed: str
) -> None:
    server = cast(BotApi, Elsewhere(base_url, base_file_url, token))
    line = Fast(Path(folder), server, cast(Mode, mode), float(speed))
    async with running(line):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        most = line.written.most(1 / line.speed)
        print(await line.count("reports"), await line.count("cases"), most, flush=True)
    line.listening.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
