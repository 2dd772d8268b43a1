"""A line that is open: `jianfu serve` as a process of its own on a free port, and staff
at their terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bot.app import opened
from bot.cli import case
from bot.settings import Settings
from tests.project.checkout import ROOT

STARTED: list[Line] = []
OPEN = re.compile(r"减负专线已开通：(http\S+)/ ")


class Line:
    """`url` has no slash at its end. Everything it keeps lies under `folder`.

    before: what the shell does first, such as lowering a limit.
    """

    def __init__(
        self, folder: Path, *flags: str, before: str = "", **settings: str
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.environment = {
            **os.environ,
            "JIANFU_DATA_DIR": str(self.data),
            "JIANFU_KEYRING": str(folder / "keys" / "keyring.json"),
            "JIANFU_PUSH_DELAY_MINUTES": "0",
            "JIANFU_PUSH_GATHER_MINUTES": "0",
            "JIANFU_QUIET_FROM": "0",
            "JIANFU_QUIET_UNTIL": "0",
            "JIANFU_LOG_LEVEL": "DEBUG",
            **settings,
        }
        self._flags = flags
        self._before = before
        self.log = folder / "log"
        STARTED.append(self)
        self.start()

    def start(self, port: int = 0) -> None:
        command = [
            sys.executable,
            "-m",
            "bot",
            "serve",
            "--port",
            str(port),
            *self._flags,
        ]
        if self._before:
            command = ["/bin/sh", "-c", f'{self._before}; exec "$0" "$@"', *command]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = OPEN.search(first)
        if not found:
            self.stop(signal.SIGKILL)
        assert found, f"serve said {first!r}, and to its log {self.log.read_text()!r}"
        self.url = found[1]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, wait, and return its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def end(self) -> None:
        """Whatever has become of it: no process is left behind."""
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def staff(self, *words: str) -> Any:
        """`jianfu case …` on the same files, beside the running line; its JSON. In a
        thread: Playwright's loop runs in this one.
        """
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, self._staff(words)).result()

    async def _staff(self, words: Sequence[str]) -> Any:
        parser, heard = argparse.ArgumentParser(), io.StringIO()
        case.arguments(parser)
        settings = Settings(
            data_dir=self.data,
            keyring=self.folder / "keys" / "keyring.json",
            push_delay_minutes=0,
            push_gather_minutes=0,
            quiet_from=0,
            quiet_until=0,
        )
        async with opened(settings, lambda parts: []) as app:
            with redirect_stdout(heard):
                args = parser.parse_args([*words, "--json", "--as", "值班员"])
                code = await case.work(args, app.casework, app.roster)
        assert code == 0, heard.getvalue()
        return json.loads(heard.getvalue())
