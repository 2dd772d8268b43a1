"""A real `jianfu serve` in a folder of its own, which tests start, kill and start
again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.encrypted import SQLiteConnection
from tests.bot.forks import forks
from tests.looking import look_into

ROOT = Path(__file__).parents[2]
READY = b"http://"
STARTS_WITHIN = 60  # seconds, on a machine with much else to do


@dataclass
class Served:
    """One hotline: its folder, its port, and the process that serves it now."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    starts: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "jianfu.db"

    def looked_into(self) -> SQLiteConnection:
        return look_into(self.database, self.keyring)

    @property
    def keyring(self) -> Path:
        return self.folder / "keys" / "keyring.json"

    @property
    def log(self) -> Path:
        """All that any of its processes wrote to stderr."""
        return self.folder / "serve.log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "JIANFU_DATA_DIR": str(self.data),
            "JIANFU_KEYRING": str(self.keyring),
            "JIANFU_LOG_LEVEL": "DEBUG",
            "JIANFU_WEB__PORT": str(self.port),
            **self.settings,
        }

    async def spawn(self) -> None:
        """Begin to start; `ready` waits until it serves."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "serve",
                cwd=self.folder,
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1

    async def ready(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN):
            line = await self.process.stdout.readline()
        assert READY in line, (
            f"it did not start: {line!r}\n{self.log.read_text()[-2000:]}"
        )

    async def start(self) -> None:
        await self.spawn()
        await self.ready()

    async def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    def jianfu(
        self, *words: str, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Another command of the same hotline, beside what serves."""
        environment = self.environment
        code, out, err = forks("C.UTF-8").run(
            words, self.folder, environment, (stdin or "").encode()
        )
        return subprocess.CompletedProcess(words, code, out.decode(), err.decode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(
    folder: Path, settings: Sequence[tuple[str, str]] = ()
) -> AsyncIterator[Served]:
    """A hotline that serves until the test is over."""
    folder.mkdir(parents=True, exist_ok=True)
    hotline = Served(folder, free_port(), dict(settings))
    await hotline.start()
    try:
        yield hotline
    finally:
        await hotline.kill()
