"""The terminal as a messenger: the same dialog, typed. For trying things out, and where
there is only ssh.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from anonymizer.scrub import (
    MOST_BYTES,
    NotAnImage,
    Scrubbed,
    ScrubError,
    TooLarge,
    scrub_image,
)
from bot.address import Address
from bot.channels.port import (
    Hear,
    Incoming,
    Limits,
    NotHere,
    TurnFailed,
    commanded,
    heard,
)
from bot.channels.render import Rendered, numbered
from dialogs.texts import phrases, text
from dialogs.words import Event, Picture, Pictured, Pressed, Unreadable
from storage.port import StorageError, Write

phrases(
    "terminal",
    hello="直接打字，回车发送；图片打：/picture 文件路径；"
    "退出按 Ctrl-D，没写完的会留着。",
    refused="现在存不下新内容，没有送出。请稍后再发一次，内容还在上面。",
    failed="没有送出，请再试（编号 {incident}）。",
    no_file="打不开这个文件，请检查路径后再试：/picture 文件路径",
)


class TerminalChannel:
    """One person at one terminal. `lines` hands in what is typed, None at the end;
    `out` is written to.
    """

    name = "terminal"
    limits = Limits(characters=100_000, buttons=99, label=200)

    def __init__(
        self,
        key: str,
        lines: Callable[[], str | None],
        out: TextIO,
        now: Callable[[], datetime],
    ) -> None:
        self.address = Address(self.name, key)
        self._lines, self._out, self._now = lines, out, now
        self._last: Rendered | None = None
        self._shown: set[bytes] = set()

    async def listen(self, hear: Hear) -> None:
        """Read lines until the end; each is heard before the next is read."""
        self._print(text("zh", "terminal.hello"))
        await self._hear(hear, commanded("start", self._now()))
        while (line := await asyncio.to_thread(self._lines)) is not None:
            await self._take(hear, line)

    async def _take(self, hear: Hear, line: str) -> None:
        if line.startswith("/picture"):
            await self._picture(hear, line.removeprefix("/picture").strip())
        elif choice := self._pushed(line.strip()):
            await self._hear(hear, Pressed(choice, "", self._now()))
        elif line.strip():
            await self._hear(hear, heard(line, self._now()))
        else:
            await self._hear(hear, Unreadable("empty", self._now()))

    def _pushed(self, typed: str) -> str | None:
        """Which button of a push is meant by its number or label; a prompt reads its
        own numbers.
        """
        if self._last is None or self._last.message.mark:
            return None
        keys = self._last.keys
        if typed.isdecimal() and 1 <= int(typed) <= len(keys):
            return keys[int(typed) - 1].choice
        return next((key.choice for key in keys if key.label == typed), None)

    async def _picture(self, hear: Hear, path: str) -> None:
        try:
            data = await asyncio.to_thread(_read, Path(path).expanduser())
            scrubbed = await scrub_image(data)
        except OSError:
            self._print(text("zh", "terminal.no_file"))
        except TooLarge:
            await self._hear(hear, Unreadable("too_large", self._now()))
        except NotAnImage:
            await self._hear(hear, Unreadable("file", self._now()))
        except ScrubError:
            await self._hear(hear, Unreadable("broken", self._now()))
        else:
            picture = Picture(secrets.token_hex(16), scrubbed.width, scrubbed.height)
            await self._hear(hear, Pictured(picture, self._now()), scrubbed)

    async def _hear(
        self, hear: Hear, event: Event, scrubbed: Scrubbed | None = None
    ) -> None:
        pictures = (
            {event.picture.id: scrubbed}
            if scrubbed and isinstance(event, Pictured)
            else {}
        )
        incoming = Incoming(
            secrets.token_hex(16), self.address, event, scrubbed=pictures
        )
        try:
            await hear(incoming)
        except StorageError:
            self._print(text("zh", "terminal.refused"))
        except TurnFailed as failed:
            self._print(text("zh", "terminal.failed", {"incident": failed.incident}))

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        """Print it. Raises: NotHere, for another terminal's message."""
        if to != self.address:
            raise NotHere
        if key not in self._shown:
            self._shown.add(key)
            self._last = message
            self._print(numbered(message))
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        """What was printed cannot be unprinted."""
        return ()

    def _print(self, words: str) -> None:
        print(words, end="\n\n", file=self._out, flush=True)


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge("over 20 MB")
    return path.read_bytes()


def typed() -> str | None:
    """A line from the keyboard, None at the end."""
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
