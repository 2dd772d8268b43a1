"""The terminal as a messenger: the same dialog, typed. For trying things out, and where
there is only ssh.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

import wcwidth

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
    ToldOnly,
    TurnFailed,
    commanded,
    heard,
)
from bot.channels.render import Rendered, numbered, render
from dialogs.texts import phrases, text
from dialogs.words import Event, Picture, Pictured, Pressed, Unreadable
from storage.port import StorageError, Write

phrases(
    "terminal",
    hello="直接打字，回车发送；图片打：/picture 文件路径；"
    "退出按 Ctrl-D，没写完的会留着。",
    refused="现在存不下新内容，没有送出。请稍后再发一次，内容还在上面。",
    told_only="现在存不下新内容，以上只是给您看看；要回答或补充，请稍后再来。",
    failed="没有送出，请再试（编号 {incident}）。",
    no_file="打不开这个文件，请检查路径后再试：/picture 文件路径",
    same="按钮还是上面那些，打 ? 再看一遍。",
    same_main="{label}请打 {number}；别的按钮还是上面那些，打 ? 再看一遍。",
)
FEW = 5  # so many buttons are listed every time


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
        self._listed: tuple[str, ...] = ()
        self._is_shortened = False

    async def listen(self, hear: Hear) -> None:
        """Read lines until the end; each is heard before the next is read."""
        self._print(text("zh", "terminal.hello"))
        await self._hear(hear, commanded("start", self._now()))
        while (line := await asyncio.to_thread(self._lines)) is not None:
            await self._take(hear, line)

    async def _take(self, hear: Hear, line: str) -> None:
        if line.startswith("/picture"):
            await self._picture(hear, line.removeprefix("/picture").strip())
        elif self._is_shortened and line.strip() in ("?", "？"):
            self._list_again()
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
        except ToldOnly as told:
            for message in told.messages:
                self._print(numbered(render(message)))
            self._print(text("zh", "terminal.told_only"))
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
            self._print(self._with_buttons(message))
        return ()

    def _with_buttons(self, message: Rendered) -> str:
        """Its text and its numbered buttons; where the same many buttons were listed
        last, the main one alone.
        """
        labels = tuple(key.label for key in message.keys)
        is_long = len(labels) > FEW and message.kind != "notice"
        self._is_shortened = is_long and labels == self._listed
        if self._is_shortened:
            without = replace(message, keys=())
            return f"{numbered(without)}\n  {_same(message)}"
        if is_long:
            self._listed = labels
        return numbered(message)

    def _list_again(self) -> None:
        self._is_shortened = False
        if self._last is not None:
            self._print(numbered(replace(self._last, text="")).strip("\n"))

    def wipe(self, to: Address) -> Sequence[Write]:
        """What was printed cannot be unprinted."""
        return ()

    def _print(self, words: str) -> None:
        print(self._wrapped(words), end="\n\n", file=self._out, flush=True)

    def _wrapped(self, words: str) -> str:
        """Lines that are wider than the terminal are broken, no word of letters in two;
        a file or a pipe gets them as they are.
        """
        if not self._out.isatty():
            return words
        columns = shutil.get_terminal_size().columns
        lines = [_broken(line, columns) for line in words.split("\n")]
        return "\n".join(lines)


def _broken(line: str, columns: int) -> str:
    if wcwidth.width(line) <= columns:
        return line
    parts = wcwidth.wrap(line, columns, break_on_hyphens=False, propagate_sgr=False)
    return "\n".join(parts)


def _same(message: Rendered) -> str:
    """That the buttons are those that were listed before, and how to press the first
    that stands out.
    """
    lang = message.message.lang
    for number, key in enumerate(message.keys, 1):
        if key.role == "main":
            params = {"label": key.label, "number": number}
            return text(lang, "terminal.same_main", params)
    return text(lang, "terminal.same")


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge("over 20 MB")
    return path.read_bytes()
