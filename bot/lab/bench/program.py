"""The whole program in a folder of its own, with a messenger that takes every message
at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anonymizer.keyring import Keyring
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.app import clock, database_file, join
from bot.channels.port import Incoming, Limits, heard
from bot.channels.render import Rendered
from bot.keys import Keys, page_keys
from bot.lab.bench.benchmark import Unexpected
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings, Web
from dialogs.words import Event, Message, Pressed
from storage.port import Audit, Write
from storage.sqlite import SQLiteDatabase


class NullChannel:
    """Delivers at once to whoever waits in `mail`. Messages are rendered as for any
    other messenger.
    """

    name = "bench"
    limits = Limits(characters=100_000, buttons=99, label=200)

    def __init__(self) -> None:
        self.mail: dict[str, asyncio.Future[Message]] = {}

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        waiting = self.mail.pop(to.key, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message.message)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()


class Recorder(SQLiteDatabase):
    """A database that keeps, in order, all that it was told to write."""

    commits: list[Sequence[Write | Audit]]

    async def commit(self, writes: Sequence[Write | Audit]) -> None:
        self.commits.append(writes)
        await super().commit(writes)


def settings_in(folder: Path) -> Settings:
    """Settings of a program that lives in `folder` alone."""
    return Settings(
        data_dir=folder / "data",
        keyring=folder / "keys" / "keyring.json",
        keyring_json=None,
        web=Web(port=0),
    )


def assembled(
    database: SQLiteDatabase, folder: Path, channel: NullChannel, keyring: Keyring
) -> Program:
    """The program on this database; nothing rings, nobody listens."""
    settings = settings_in(folder)
    journal = ShredJournal(settings.keyring.with_name("keyring.shredded"), keyring)
    resources = Resources(settings, database, Keys.of(keyring), journal, clock)
    return join(resources, lambda resources: [channel])


@dataclass(frozen=True, slots=True)
class MeasuredProgram:
    """A running program and its messenger."""

    app: Program
    channel: NullChannel
    database: SQLiteDatabase


@asynccontextmanager
async def opened(
    folder: Path, kind: type[SQLiteDatabase] = SQLiteDatabase
) -> AsyncIterator[MeasuredProgram]:
    settings = settings_in(folder)
    keyring = Keyring.create(settings.keyring)
    database = await kind.open(database_file(settings), page_keys(keyring))
    if isinstance(database, Recorder):
        database.commits = []
    channel = NullChannel()
    app = assembled(database, folder, channel, keyring)
    try:
        yield MeasuredProgram(app, channel, database)
        await app.sender.idle()
    finally:
        await database.close()


class MeasuredReporter:
    """One reporter. Each event is heard and its answer read before the next."""

    def __init__(self, program: MeasuredProgram) -> None:
        self._program = program
        self._address = Address(NullChannel.name, secrets.token_hex(16))
        self._mark = ""

    async def says(self, words: str, *expected: str) -> Message:
        return await self._take(heard(words, datetime.now(UTC)), expected)

    async def presses(self, choice: str, *expected: str) -> Message:
        pressed = Pressed(choice, self._mark, datetime.now(UTC))
        return await self._take(pressed, expected)

    async def _take(self, event: Event, expected: tuple[str, ...]) -> Message:
        """Returns: the answer. Raises: Unexpected, so that nothing else is measured
        than what is said.
        """
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._program.channel.mail[self._address.key] = answer
        incoming = Incoming(secrets.token_hex(16), self._address, event)
        await self._program.app.hotline.hear(incoming)
        message = await answer
        if message.name not in expected:
            wanted = " or ".join(expected)
            raise Unexpected(f"{wanted} was expected, {message.name} came")
        self._mark = message.mark
        return message
