"""The process that has the index: it finds what is committed now, serves its owner
alone, and is gone with whoever started it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from bot.search import keeper as keeping
from bot.search.finding import CaseSearch
from bot.search.keeper import IndexKeeper
from bot.search.process import serve_index
from bot.search.questions import (
    SOCKET,
    IndexAnswer,
    IndexQuestion,
    IndexStart,
    ask,
    is_owner,
)
from dialogs.case.orders import Accept, Merge
from dialogs.case.refusals import Refusal
from dialogs.words import Forget, Supplement
from tests.bot.counter import Counter, opened

QUESTION = IndexQuestion(["台账"], 10, reserved=True)


def start_of(counter: Counter) -> IndexStart:
    keyring = Keyring.load(counter.settings.keyring)
    folder = counter.settings.data_dir
    return IndexStart(str(folder / "jianfu.db"), str(folder), keyring.text())


async def ready(folder: Path) -> None:
    """Until the index stands."""
    while True:
        answer = await ask(folder, QUESTION)
        if answer is not None and answer.percent == 100:
            return
        await asyncio.sleep(0.02)


@asynccontextmanager
async def kept(counter: Counter) -> AsyncIterator[None]:
    """As while serving: the index stands. It runs here, for a process takes a second to
    begin.
    """
    orders, end = os.pipe()
    with open(orders, "rb", buffering=0) as reading, open(end, "wb") as writing:
        serving = asyncio.create_task(serve_index(start_of(counter), reading))
        counter.casework.search.is_serving = True
        await asyncio.wait_for(ready(counter.settings.data_dir), 20)
        try:
            yield
        finally:
            writing.close()
            await asyncio.wait_for(serving, 20)


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads all reports has not asked the index."""

    def read(*_: object) -> None:
        raise AssertionError("read, not asked")

    monkeypatch.setattr(CaseSearch, "_read_all", read)


async def test_what_is_committed_is_found_at_once(
    counter: Counter, no_reading: None
) -> None:
    """Filed before and while it runs, added, merged, forgotten; traditional and
    simplified, wide and narrow.
    """
    first = await counter.files("街道要每周报臺賬")
    async with kept(counter):
        (one,) = await counter.finds("台账")
        assert await counter.finds("臺賬 每週") == await counter.finds("台帐") == [one]
        second = await counter.files("ＡＰＰ打卡积分", chat="berta")
        (other,) = await counter.finds("app打卡")
        report = await counter.report(first)
        await counter.does(Supplement(report, "还有季度报表", (), counter.at))
        assert await counter.finds("季度报表 台账") == [one]
        await counter.orders(one, Accept())
        await counter.orders(other, Accept(), Merge(one))
        assert await counter.finds("打卡积分") == [one]
        await counter.does(Forget(report, counter.at))
        assert await counter.finds("季度报表") == await counter.finds("台账") == []
        await counter.does(Forget(await counter.report(second), counter.at), "berta")
        assert await counter.finds("打卡积分") == []
        # another process of the same owner, as a terminal is
        await counter.files("不许外传的名单", chat="carl")
        terminal = counter.another()
        found = await terminal.search.find("名单", 5, reserved=True)
        assert (len(found.found), found.total) == (1, 1)


async def test_only_its_owner_may_ask(counter: Counter) -> None:
    folder = counter.settings.data_dir
    async with kept(counter):
        mode = (folder / SOCKET).stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    one, other = socket.socketpair()
    with one, other:
        assert is_owner(one, os.getuid())
        assert is_owner(one, os.getuid() + 1) is (os.getuid() == 0)


async def test_its_process_is_begun_anew_and_ends_with_whoever_began_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it stands, search says that it is too early."""
    monkeypatch.setattr(keeping, "OPENED_WITHIN", 0.0)
    monkeypatch.setattr(keeping, "SHORTEST_PAUSE", 0.05)
    started: list[asyncio.subprocess.Process] = []
    start = keeping._begun

    async def starting() -> asyncio.subprocess.Process:
        started.append(await start())
        return started[-1]

    monkeypatch.setattr(keeping, "_begun", starting)
    folder = counter.settings.data_dir
    await counter.files()
    counter.casework.search.is_serving = True
    with pytest.raises(Refusal, match="还在准备（已备好 0%）"):
        await counter.finds("台账")
    keeper = asyncio.create_task(IndexKeeper(lambda: start_of(counter)).keep())
    await asyncio.wait_for(ready(folder), 20)
    assert len(await counter.finds("台账")) == 1
    os.kill(started[0].pid, signal.SIGKILL)
    await started[0].wait()
    with pytest.raises(Refusal, match="还在准备"):
        await counter.finds("台账")
    await asyncio.wait_for(ready(folder), 20)
    assert len(await counter.finds("台账")) == 1
    keeper.cancel()
    with suppress(asyncio.CancelledError):
        await keeper
    assert [process.returncode for process in started] == [-signal.SIGKILL, 0]


async def test_where_nothing_serves_all_is_read(counter: Counter) -> None:
    """A socket that was left behind answers nobody; reading tells how far it is."""
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(counter.settings.data_dir / SOCKET))
    left.close()
    for number in range(3):
        counter.later(hours=1)
        await counter.files(f"第{number}份臺賬", chat=f"chat {number}")
    told: list[tuple[int, int]] = []
    found = await counter.casework.search.find(
        "台账", 2, reserved=True, progress=lambda done, all: told.append((done, all))
    )
    assert (len(found.found), found.total) == (2, 3)
    assert told == [(3, 3)]
    newest = [hit.group.hex() for hit in found.found]
    rows = await counter.database.all("SELECT id FROM cases ORDER BY opened_hour DESC")
    assert newest == [row["id"].hex() for row in rows[:2]]


async def test_both_roads_find_the_same(counter: Counter) -> None:
    """In the same order; with one report that does not open."""
    for number in range(30):
        await counter.files(f"每週台账{number}", chat=f"chat {number}")
    rows = await counter.database.all("SELECT id FROM reports ORDER BY id LIMIT 1")
    spoil = "UPDATE reports SET sealed = randomblob(600) WHERE id = :id RETURNING id"
    counter.database._writer.connection.execute(spoil, {"id": rows[0]["id"]})
    read = await counter.casework.search.find("每周", 20, reserved=True)
    async with kept(counter):
        asked = await counter.casework.search.find("每周", 20, reserved=True)
    assert read == asked
    assert (len(read.found), read.total) == (20, 29)


async def test_however_deep_the_folder_lies(tmp_path: Path) -> None:
    """A socket's path may have no more than 107 bytes."""
    deep = tmp_path.joinpath(*["文件夹" * 5] * 3)
    async with opened(deep) as counter:
        await counter.files()
        async with kept(counter):
            assert len(await counter.finds("台账")) == 1


async def test_a_broken_question_stops_nobody(counter: Counter) -> None:
    """Nor one that never comes, nor one for texts that there are not."""
    folder = counter.settings.data_dir
    await counter.files()
    async with kept(counter):
        path = str(folder / SOCKET)
        for words in (b"", b"\xff" * 8, b"\0\0\0\x04none", secrets.token_bytes(64)):
            stream, out = await asyncio.open_unix_connection(path)
            out.write(words)
            out.write_eof()
            assert await stream.read() == b""
            out.close()
        assert await ask(folder, IndexQuestion(["台账"], 1, True, what="lists")) is None
        assert await ask(folder, IndexQuestion([""], 1, True)) is None
        silent = await asyncio.open_unix_connection(path)
        answer = await ask(folder, QUESTION)
        assert isinstance(answer, IndexAnswer) and answer.total == 1
        silent[1].close()


@pytest.mark.parametrize("query", ["", "表", " 表 ", "!!", "，。", "\0\0"])
async def test_queries_under_two_characters_are_refused(
    counter: Counter, query: str
) -> None:
    search: CaseSearch = counter.casework.search
    with pytest.raises(Refusal, match="至少两个字"):
        await search.find(query, 10, reserved=True)
