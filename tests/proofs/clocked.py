"""`jianfu serve` by a clock that a test turns, with a messenger that notes what it
delivered.

`python -m tests.proofs.clocked FOLDER [--skew SECONDS] [--round]`. The clock stands
still between two turns, so that whatever rings says the same time, however often it was
killed on the way. Everything else is real.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from bot import logs
from bot.address import Address
from bot.app import opened
from bot.channels.port import Channel, Limits
from bot.channels.render import Rendered
from bot.channels.web.channel import WebChannel
from bot.cli.serve import _alone, _listen, _run
from bot.resources import Resources
from bot.settings import Settings, Web
from dialogs.case.pushes import told_by
from storage.port import Write


class Clock:
    """The time that stands in a file. Called, it says it."""

    def __init__(self, folder: Path, skew: float = 0) -> None:
        self._file, self._skew = folder / "clock", timedelta(seconds=skew)

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text()) + self._skew

    def turn(self, at: datetime) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(at.isoformat())
        os.replace(new, self._file)


class Paper:
    """A messenger without a network. A line per delivery: process, outbox key, chat,
    messages that it tells, virtual time.

    A line is in the file before `send` returns, as a message is on a platform before it
    answers.
    """

    name = "paper"
    limits = Limits(10_000, 99, 99)

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._file = os.open(
            folder / "delivered", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        line = (
            os.getpid(),
            key.hex(),
            to.key,
            ",".join(told_by(message.message)),
            self._clock().isoformat(),
        )
        os.write(self._file, ("\t".join(map(str, line)) + "\n").encode())
        await asyncio.sleep(0)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()


def settings_in(folder: Path) -> Settings:
    keyring = folder / "keys" / "keyring.json"
    return Settings(data_dir=folder / "data", keyring=keyring, web=Web(port=0))


def lot(numbers: int, report: bytes) -> int:
    """As good as chance, and the same in two tellings."""
    return int.from_bytes(sha256(report).digest()[:4]) % numbers


async def serve(folder: Path, skew: float) -> None:
    """All that `jianfu serve` does, lock and lease too."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings, clock = settings_in(folder), Clock(folder, skew)

    def make(resources: Resources) -> list[Channel]:
        return [
            WebChannel(resources.database, resources.keys, 15, resources.now),
            Paper(folder, clock),
        ]

    async with _alone(settings.data_dir, stop) as alone:
        if alone:
            async with opened(settings, make, clock, lot) as app:
                await _run(app, _listen(settings.web), stop)


async def ring(folder: Path, skew: float) -> None:
    """Rounds alone, without lock or lease, until nothing rings; the first when told to
    on stdin.
    """
    clock = Clock(folder, skew)
    async with opened(
        settings_in(folder), lambda parts: [Paper(folder, clock)], clock, lot
    ) as app:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(await app.rounds.run(clock()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skew", type=float, default=0)
    parser.add_argument("--round", action="store_true")
    args = parser.parse_args()
    logs.start("INFO")
    asyncio.run((ring if args.round else serve)(args.folder, args.skew))


if __name__ == "__main__":
    main()
