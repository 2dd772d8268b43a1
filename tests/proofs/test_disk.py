"""Storage that cannot be written, under a hotline that serves: a sentence, nothing
lost, and on again.

A turn that was refused is sent again later, under the same key, as the page does: then
it must be taken.
"""

from __future__ import annotations

import asyncio
import html
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from pathlib import Path

import httpx
import pytest

import bot.channels.terminal
import bot.channels.web.texts  # noqa: F401
from dialogs.texts import text
from tests.journeys.transcript import Stage
from tests.proofs.figures import Note
from tests.proofs.ledger import SAID, Ledger, compare, new_number
from tests.proofs.served import Served, free_port, served
from tests.proofs.visitor import Refused, Visitor, visiting
from tests.storage.test_disk import mounted

SPARE = 400_000  # bytes that are left: some reports find room, others do not
PAD = "\n" + "每次都是一样的内容，" * 300  # so that a report takes room
CHATS = 24
TRIED_EVERY = 0.5  # seconds until somebody presses "send" again
OPENS_WITHIN = 120  # seconds after the trouble is over
BOX = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)
HOLDING = """
import sys
from pathlib import Path
from tests.looking import look_into
connection = look_into(Path(sys.argv[1]))
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
Trouble = Callable[[Served], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def full(hotline: Served) -> AsyncIterator[None]:
    """The file system has no room: needs root, to mount one that is small enough to
    fill.
    """
    left = os.statvfs(hotline.folder)
    ballast = hotline.folder / "ballast"
    ballast.write_bytes(bytes(left.f_bavail * left.f_frsize - SPARE))
    yield
    ballast.unlink()


@asynccontextmanager
async def limited(hotline: Served) -> AsyncIterator[None]:
    """No file of the process may grow any more: a full disk where nobody may mount."""
    assert hotline.process is not None
    pid = hotline.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in hotline.data.iterdir())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + SPARE, hard))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def locked(hotline: Served) -> AsyncIterator[None]:
    """Another process has begun to write and does not end."""
    holding = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDING, str(hotline.database),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert holding.stdout is not None and await holding.stdout.readline() == b"held\n"
    yield
    await holding.communicate(b"")


@asynccontextmanager
async def frozen(hotline: Served) -> AsyncIterator[None]:
    """The files may be read and not written, by those who have them open neither."""
    files = [
        str(path)
        for path in hotline.data.glob("jianfu.db*")
        if not path.name.endswith("-shm")
    ]
    subprocess.run(["chattr", "+i", *files], check=True)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


def may_freeze(folder: Path) -> bool:
    probe = folder / "probe"
    with probe.open("wb", buffering=0) as file:
        with suppress(FileNotFoundError):
            subprocess.run(
                ["chattr", "+i", str(probe)], capture_output=True, check=False
            )
        try:
            file.write(b"1")
        except PermissionError:
            subprocess.run(["chattr", "-i", str(probe)], check=True)
            return True
    return False


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    if not mounted(folder, "-t", "tmpfs", "-o", "size=24m", "tmpfs"):
        pytest.skip("mounting needs root; the limit on file size stands in for it")
    yield
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(
    params=[full, limited, locked, frozen], ids=lambda trouble: trouble.__name__
)
def trouble(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trouble]:
    if request.param is frozen and not may_freeze(tmp_path):
        pytest.skip(
            "nobody here can make an open file read-only: needs root and chattr"
        )
    if request.param is not full:
        yield request.param
        return
    with small_disk(tmp_path):
        yield request.param


class Crowd:
    """People who file, are refused, and press "send" again until it is taken."""

    def __init__(self, base: str) -> None:
        self.base, self.ledger = base, Ledger()
        self.refusals: list[str] = []
        self.dice = random.Random()

    async def files(self, pad: str = "") -> None:
        number = new_number(self.dice)
        async with visiting(self.base) as visitor:
            await self._patiently(
                visitor, visitor.says(SAID.format(number=number) + pad)
            )
            await self._patiently(visitor, visitor.presses("send"))
            self.ledger.filed[number] = visitor.receipt

    async def _patiently(self, visitor: Visitor, turn: Awaitable[None]) -> None:
        while True:
            try:
                return await turn
            except Refused as refused:
                self.refusals.append(str(refused))
                await asyncio.sleep(TRIED_EVERY)
                turn = visitor.again()

    async def until_refused(self) -> list[asyncio.Task[None]]:
        """File more and more until storage is at its end; those who wait for it to
        recover.
        """
        tasks: list[asyncio.Task[None]] = []
        while not self.refusals:
            tasks += [asyncio.create_task(self.files(PAD)) for _ in range(CHATS)]
            while not self.refusals and not all(task.done() for task in tasks):
                await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()
        return tasks


@pytest.mark.slow
async def test_refused_with_a_sentence_nothing_lost_and_on_again(
    trouble: Trouble, tmp_path: Path, note: Note
) -> None:
    async with served(tmp_path) as hotline, visiting(hotline.base) as reader:
        crowd = Crowd(hotline.base)
        await crowd.files()
        await reader.says("每周都要报同一份台账")
        await reader.open()
        before = reader.screen
        async with trouble(hotline):
            waiting = await crowd.until_refused()
            assert {*crowd.refusals} == {text("zh", "web.refused")}
            await plainly_refused(hotline.base, reader.token)
            await reader.open()
            assert reader.screen == before, "reading must go on"
        async with asyncio.timeout(OPENS_WITHIN):
            while await status(hotline.base, "/health") != 200:
                await asyncio.sleep(0.1)
        await asyncio.gather(*waiting)
        await crowd.files()
        assert hotline.starts == 1
        assert await hotline.stop() == 0
        assert "Traceback" not in hotline.log.read_text("utf-8")
        await compare(crowd.ledger, hotline.database, hotline.keyring)
    note(refusals=len(crowd.refusals), reports=len(crowd.ledger.filed), lost=0)


async def plainly_refused(base: str, token: str) -> None:
    """Without scripts: status 503, the page as it was, and what was typed still in the
    box.
    """
    words = "上周又<要>了一遍"
    async with httpx.AsyncClient(
        base_url=base, cookies={"s": token}, timeout=30
    ) as http:
        sent = await http.post(
            "/say", data={"key": "k" * 12, "text": words}, headers={"origin": base}
        )
    box = BOX.search(sent.text)
    assert sent.status_code == 503
    assert text("zh", "web.refused") in sent.text
    assert box and html.unescape(box[1]) == words


async def status(base: str, path: str) -> int:
    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        return (await http.get(path)).status_code


def stands_still(hotline: Served, remedy: str) -> None:
    """It does not start: one line with the remedy, exit code 2."""
    started = hotline.jianfu("serve")
    assert started.returncode == 2, started.stderr
    assert len(started.stderr.splitlines()) == 1 and remedy in started.stderr, (
        started.stderr
    )


async def test_a_read_only_disk_is_told_at_the_start(tmp_path: Path) -> None:
    """Nothing is served that could not be kept."""
    with small_disk(tmp_path):
        async with served(tmp_path) as hotline:
            await Crowd(hotline.base).files()
            await hotline.stop()
        assert mounted(tmp_path, "-o", "remount,ro")
        stands_still(Served(tmp_path, free_port()), "权限")


def test_the_terminal_says_so_too(tmp_path: Path) -> None:
    """The draft waits; once there is room again, the same word sends it."""
    stage = Stage(tmp_path)
    stage.open_chat()
    assert stage.chat is not None
    try:
        stage.type("清河街道要求我们社区同一份台账每周报五次")
        stage.expect("台账报表", stage.heard)
        soft, hard = resource.prlimit(stage.chat.pid, resource.RLIMIT_FSIZE)
        log = (tmp_path / "data" / "jianfu.db-wal").stat().st_size  # what grows
        resource.prlimit(stage.chat.pid, resource.RLIMIT_FSIZE, (log, hard))
        stage.type("送出")
        stage.expect(re.escape(text("zh", "terminal.refused")), stage.heard)
        resource.prlimit(stage.chat.pid, resource.RLIMIT_FSIZE, (soft, hard))
        time.sleep(1.5)  # it looks every second whether there is room
        stage.type("送出")
        stage.expect("回执码：[0-9A-Z-]{19}", stage.heard)
    finally:
        stage.chat.close(force=True)
