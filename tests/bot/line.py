"""The whole program joined, a messenger that writes down what it is handed, and a clock
turned by hand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar, overload

from bot.address import Address
from bot.app import opened
from bot.channels.port import Incoming, Limits, heard
from bot.channels.render import Rendered
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings
from dialogs.words import Event, Pressed
from storage.port import Write

MORNING = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # Monday, 10:17 in Beijing


class Notebook:
    """A messenger without a network: `shown` is what every chat got, in order."""

    name = "notebook"
    limits = Limits(10_000, 99, 99)

    def __init__(self) -> None:
        self.shown: dict[str, list[Rendered]] = {}
        self.wiped: list[str] = []

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        self.shown.setdefault(to.key, []).append(message)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        self.wiped.append(to.key)
        return ()


A = TypeVar("A", bound="Line")


class Line:
    """What happens at the hotline, in one line each."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            data_dir=folder / "data", keyring=folder / "keys" / "keyring.json"
        )
        self.notebook = Notebook()
        self.at = MORNING
        self.lasting = True
        self.keys = count(1)
        self.app: Program

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def make(self, resources: Resources) -> list[Notebook]:
        return [self.notebook]

    async def says(
        self, *words: str, chat: str = "anna", key: str | None = None
    ) -> str:
        for said in words:
            await self.takes(heard(said, self.at), chat, key)
        return self.screen(chat)

    async def presses(self, choice: str, chat: str = "anna") -> str:
        mark = self.notebook.shown[chat][-1].message.mark
        await self.takes(Pressed(choice, mark, self.at), chat)
        return self.screen(chat)

    async def takes(
        self, event: Event, chat: str = "anna", key: str | None = None
    ) -> None:
        name = key or f"{next(self.keys)}"
        incoming = Incoming(
            name, Address("notebook", chat), event, lasting=self.lasting
        )
        await self.app.hotline.hear(incoming)
        await self.app.sender.idle()

    def screen(self, chat: str = "anna") -> str:
        return self.notebook.shown[chat][-1].text

    async def count(self, table: str) -> int:
        [row] = await self.app.resources.database.all(f"SELECT count(*) FROM {table}")
        return int(row[0])


@overload
def opened_line(folder: Path) -> AbstractAsyncContextManager[Line]: ...


@overload
def opened_line(folder: Path, kind: type[A]) -> AbstractAsyncContextManager[A]: ...


def opened_line(
    folder: Path, kind: type[Line] = Line
) -> AbstractAsyncContextManager[Line]:
    return _opened(kind(folder))


@asynccontextmanager
async def _opened(line: A) -> AsyncIterator[A]:
    async with opened(line.settings, line.make, lambda: line.at) as line.app:
        yield line
