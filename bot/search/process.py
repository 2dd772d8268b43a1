"""The process that has the index in its memory: it reads the database, answers who
asks, and is gone with whoever started it.

It is started by `bot/search/keeper.py`. What it must know comes by standard input, the
keys among it; when that ends, so does this.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from anonymizer.keyring import Keyring
from bot.keys import Keys, page_keys
from bot.reported import ReportWords
from bot.search.questions import (
    SOCKET,
    IndexAnswer,
    IndexQuestion,
    IndexStart,
    frame,
    framed,
    is_owner,
    socket_path,
)
from bot.search.texts import CaseTexts
from storage.port import Refusing, StorageError
from storage.reader import FileReader
from storage.search_index import TextIndex

LOOK_EVERY = 1.0  # seconds between two looks for changes when nobody asks
ASK_WITHIN = 10.0  # seconds
WAITING = 64  # who asks at once
BROKEN_OFF = (OSError, EOFError, TimeoutError, ValueError)
BADNESS = "500"  # where memory runs out, this goes and not the server


class LiveIndex:
    """The index of one kind of text, kept at what is committed now."""

    def __init__(self, texts: CaseTexts) -> None:
        self._texts = texts
        self._index = TextIndex()
        self._line = 0
        self._percent = 0

    async def build(self) -> None:
        """Between two pages others have their turn. Raises: StorageError."""
        self._line = await self._texts.newest_line()
        async for page in self._texts.pages():
            self._index.put_all(page.texts)
            self._percent = min(99, 100 * page.done // page.all)
            await asyncio.sleep(0)
        self._index.settle()
        await self.refresh()
        self._percent = 100

    async def refresh(self) -> None:
        """Take in all that was committed since. Raises: StorageError."""
        while True:
            update = await self._texts.changes(self._line)
            if update.line == self._line:
                return
            for group, texts in update.groups.items():
                self._index.replace(group, texts)
            self._line = update.line

    async def answer(self, question: IndexQuestion) -> IndexAnswer:
        """As of now. Raises: StorageError."""
        if self._percent < 100:
            return IndexAnswer(percent=self._percent)
        await self.refresh()
        hits = self._index.find(
            question.words, question.most, reserved=question.reserved
        )
        return IndexAnswer([(hit.group, hit.id) for hit in hits.found], hits.total)


class IndexServer:
    """Answers at the socket, one question a connection."""

    def __init__(self, indexes: dict[str, LiveIndex]) -> None:
        self._indexes = indexes

    async def run(self, folder: Path) -> None:
        """Never ends by itself. Raises: StorageError, OSError."""
        server = await asyncio.start_unix_server(self._met, sock=_listening(folder))
        async with server:
            with _giving_way():
                for index in self._indexes.values():
                    await index.build()
            while True:
                await asyncio.sleep(LOOK_EVERY)
                with suppress(Refusing):  # who asks meanwhile looks again
                    for index in self._indexes.values():
                        await index.refresh()

    async def _met(
        self, stream: asyncio.StreamReader, out: asyncio.StreamWriter
    ) -> None:
        try:
            if is_owner(out.get_extra_info("socket"), os.getuid()):
                await asyncio.wait_for(self._answered(stream, out), ASK_WITHIN)
        except (*BROKEN_OFF, msgspec.MsgspecError, StorageError):
            pass  # whoever asked finds the line closed, and hears that it is too early
        finally:
            out.close()

    async def _answered(
        self, stream: asyncio.StreamReader, out: asyncio.StreamWriter
    ) -> None:
        question = msgspec.msgpack.decode(await frame(stream), type=IndexQuestion)
        index = self._indexes.get(question.what)
        if index is None or not all(question.words):
            return
        out.write(framed(await index.answer(question)))
        await out.drain()


@contextmanager
def _giving_way() -> Iterator[None]:
    """Whoever serves reporters goes first, where the system knows such a thing."""
    if not hasattr(os, "SCHED_BATCH"):
        yield
        return
    before = os.sched_getscheduler(0)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        yield
    finally:
        os.sched_setscheduler(0, before, os.sched_param(0))


def _listening(folder: Path) -> socket.socket:
    """A socket that nobody but its owner may write to. One that was left behind makes
    room. Raises: OSError.
    """
    (folder / SOCKET).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        with socket_path(folder) as path:
            listening.bind(path)
    finally:
        os.umask(mask)
    listening.listen(WAITING)
    return listening


async def serve_index(start: IndexStart, orders: BinaryIO) -> None:
    """Until `orders` ends. Raises: StorageError, OSError."""
    keyring = Keyring.from_json(start.keyring)
    keys = Keys.of(keyring)
    reader = FileReader(Path(start.database), page_keys(keyring))
    cases = LiveIndex(CaseTexts(reader, ReportWords(keys)))
    serving = asyncio.create_task(IndexServer({"cases": cases}).run(Path(start.folder)))
    told_to_end = asyncio.create_task(_end_of(orders))
    both = (serving, told_to_end)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        served, _ = await asyncio.gather(*both, return_exceptions=True)
        reader.close()
    if isinstance(served, Exception):
        raise served


async def _end_of(orders: BinaryIO) -> None:
    """Until whoever started this closes its end, or is gone."""
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), orders
    )
    try:
        await stream.read()
    finally:
        pipe.close()


def main() -> None:
    """No dump is made of what it holds."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as badness:
        badness.write(BADNESS)
    orders = os.fdopen(sys.stdin.fileno(), "rb", buffering=0)
    start = msgspec.json.decode(_line(orders), type=IndexStart)
    asyncio.run(serve_index(start, orders))


def _line(orders: BinaryIO) -> bytes:
    """To its end, and nothing beyond it."""
    read = bytearray()
    while (byte := orders.read(1)) not in (b"\n", b""):
        read += byte
    return bytes(read)
