"""`jianfu` by a clock that a journey turns.

`python -m tests.journeys.clocked TIME VERB …`. TIME is the file in which the time
stands; between two turns it stands still. What is real: everything else of the command,
its settings, files, locks and processes, and in `serve` the network, the lease and the
bell. What is not:

* the time, which is handed to the program where it asks for it (`bot.app.clock`);
* in `serve`, that nobody waits for the bell: after a turn of the clock a line on the
  input rings all that it rings (see `RUNG`), and is answered once that went out. The
  end of the input ends the process;
* in `serve`, Telegram's pace, as many times as fast as the server that it speaks to.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot import logs
from bot.__main__ import main as jianfu
from bot.app import clock
from bot.channels.messenger import Messenger, Running
from bot.channels.telegram.channel import TelegramChannel, make_bot
from bot.cli import serve
from bot.messengers import MESSENGERS
from bot.program import Program
from bot.resources import Resources
from bot.settings import Web, load

SPEED = 50.0  # of Telegram's pace
RUNG = ("rounds", "holds", "drafts", "outbox")


class TimeFile:
    """The time that stands in a file. Called, it says it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text("ascii"))

    def turn(self, at: datetime) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(at.isoformat(), "ascii")
        new.replace(self._file)


async def rings(program: Program) -> None:
    """A line in, all rung and delivered, a line out; over with the input's end."""
    while await asyncio.to_thread(sys.stdin.readline):
        for name in RUNG:
            await program.bell.ring(name)
        await program.sender.idle()
        print("rang", flush=True)


def rung_by_hand(messenger: Messenger[Any, Program]) -> Messenger[Any, Program]:
    """The same; beside it the bell is rung when we are told."""

    def start(channel: Any, program: Program) -> Running:
        running = messenger.start(channel, program)
        ringing: Callable[[], Coroutine[Any, Any, object]] = partial(rings, program)
        return replace(running, tasks=[*running.tasks, ringing])

    return replace(messenger, start=start)


def fast_telegram(resources: Resources) -> TelegramChannel:
    return TelegramChannel(
        make_bot(resources.settings.telegram),
        resources.database,
        resources.keys,
        resources.now,
        speed=SPEED,
    )


def serves() -> int:
    """What `jianfu serve --port 0` does."""
    web, telegram = MESSENGERS
    settings = load(web=Web(port=0).model_dump())
    logs.start(settings.log_level)
    messengers = (rung_by_hand(web), replace(telegram, channel=fast_telegram))
    return asyncio.run(serve._serve(settings, messengers))


def main() -> int:
    file, *words = sys.argv[1:]
    clock.source = TimeFile(Path(file))
    clock.vouched_for = True
    return serves() if words == ["serve"] else jianfu(words)


if __name__ == "__main__":
    sys.exit(main())
