"""What one connection may cost: half-open ones, endless heads and trickling posts shut
nobody out.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection, create_server, socket

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import bot.channels.web.texts  # noqa: F401 - the sentences become known
from bot import connections
from bot.channels.web import forms
from bot.channels.web.forms import NoRoom, TooSlow, UploadMemory, read_form
from bot.cli.serve import Server
from bot.connections import Connection, Connections, party_of
from tests.bot.channels.web.browser import SENTENCE, Browser
from tests.bot.channels.web.line import Line

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PATIENCE = 20.0  # seconds after which a test gives up on an answer


async def _page(request: Request) -> Response:
    return PlainTextResponse("served")


async def _form(request: Request) -> Response:
    try:
        await read_form(request)
    except TooSlow:
        return PlainTextResponse("slow", 408)
    return PlainTextResponse("read")


async def _held(request: Request) -> Response:
    await asyncio.sleep(1)
    return PlainTextResponse("held")


APP = Starlette(
    routes=[
        Route("/", _page),
        Route("/form", _form, methods=["POST"]),
        Route("/held", _held),
    ]
)


@dataclass
class Wire:
    """One connection, by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> str:
        """All that comes until it is closed."""
        try:
            said = await asyncio.wait_for(self.reader.read(), PATIENCE)
        except ConnectionError:
            return ""
        return said.decode()

    async def head(self) -> str:
        line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
        return line.decode()


@dataclass
class Door:
    port: int
    connections: Connections
    wires: list[Wire] = field(default_factory=list)

    async def wire(self) -> Wire:
        wire = Wire(*await asyncio.open_connection("127.0.0.1", self.port))
        self.wires.append(wire)
        return wire

    async def served(self) -> str:
        wire = await self.wire()
        wire.send(GET)
        return await wire.head()


@asynccontextmanager
async def door(*, most: int = 1000, each: int = 1000) -> AsyncIterator[Door]:
    listening = create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        APP, log_config=None, lifespan="off", http=Connection, ws="none"
    )
    server = Server(config)
    server._connections = Connections(most, each, behind_proxy=False)
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    opened = Door(listening.getsockname()[1], server._connections)
    try:
        yield opened
    finally:
        for wire in opened.wires:
            wire.writer.transport.abort()
        server.should_exit = True
        server.force_exit = True
        await serving


@pytest.fixture
def everybody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is counted as any other address."""
    monkeypatch.setattr(connections, "party_of", lambda peer: peer)


async def test_who_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)
    async with door() as line:
        wire = await line.wire()
        assert await wire.answer() == ""
        assert len(line.connections) == 0


async def test_who_never_ends_a_head_is_told_and_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often another byte of it comes."""
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.4)
    async with door() as line:
        wire = await line.wire()
        wire.send(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(6):
            wire.send(b"a")
            await asyncio.sleep(0.1)
        answer = await wire.answer()
        assert answer.startswith("HTTP/1.1 408 ") and "传得太慢" in answer


async def test_the_second_head_of_a_connection_has_its_time_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 1.0)
    async with door() as line:
        wire = await line.wire()
        wire.send(GET + GET + b"GET / HTTP/1.1\r\nX: ")
        answer = await wire.answer()
        assert answer.count("served") == 2
        assert "HTTP/1.1 408 " in answer


async def test_a_kept_connection_may_wait_and_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between two requests the longer time counts."""
    monkeypatch.setattr(connections, "HEAD_WITHIN", 1.0)
    async with door() as line:
        wire = await line.wire()
        wire.send(GET)
        assert "200" in await wire.head()
        await asyncio.sleep(1.5)
        wire.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (await wire.answer()).endswith("served")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000,
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 40_000,
        b"POST /form HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
        + b"a" * 200_000,
    ],
    ids=["open", "whole", "url", "many", "trailer"],
)
async def test_a_head_too_large_is_told_so(head: bytes) -> None:
    async with door() as line:
        wire = await line.wire()
        wire.send(head)
        answer = await wire.answer()
        assert "HTTP/1.1 431 " in answer and "浏览器带来的内容太多" in answer
        assert "200" in await line.served()


async def test_a_large_body_is_no_large_head() -> None:
    async with door() as line:
        wire = await line.wire()
        body = b"text=" + b"a" * 500_000
        wire.send(b"POST /form HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body))
        wire.send(body)
        assert "200" in await wire.head()


async def test_what_is_no_request_is_told_so_in_our_words() -> None:
    async with door() as line:
        wire = await line.wire()
        wire.send(b"\x16\x03\x01 nonsense\r\n\r\n")
        answer = await wire.answer()
        assert answer.startswith("HTTP/1.1 400 ") and "没有读懂这次请求" in answer


async def test_where_room_is_short_who_waited_longest_goes(
    everybody_counts: None,
) -> None:
    """Of those that ask for nothing: who is being answered stays."""
    async with door(most=6) as line:
        held = await line.wire()
        held.send(b"GET /held HTTP/1.1\r\nConnection: close\r\n\r\n")
        await asyncio.sleep(0.1)
        idle = [await line.wire() for _ in range(5)]
        await asyncio.sleep(0.1)
        assert "200" in await line.served()
        assert "503" in await idle[0].answer()
        assert len(line.connections) <= 6
        assert (await held.answer()).endswith("held")


async def test_one_address_has_no_more_than_its_share(everybody_counts: None) -> None:
    async with door(each=4) as line:
        wires = [await line.wire() for _ in range(10)]
        await asyncio.sleep(0.1)
        assert len(line.connections) == 4
        assert "现在连的人太多" in await wires[0].answer()
        assert "200" in await line.served()


async def test_a_post_that_trickles_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though it is never silent for long."""
    monkeypatch.setattr(forms, "SLOW_START", 0.5)
    async with door() as line:
        wire = await line.wire()
        wire.send(b"POST /form HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        for _ in range(8):
            wire.send(b"a")
            await asyncio.sleep(0.1)
        assert "408" in await wire.head()


async def test_the_rest_of_an_answered_post_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "REST_WITHIN", 0.3)
    monkeypatch.setattr(connections, "FAREWELL_WITHIN", 0.1)
    async with door() as line:
        wire = await line.wire()
        wire.send(b"GET / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
        assert "200" in await wire.head()
        until = asyncio.get_running_loop().time() + PATIENCE
        while len(line.connections) and asyncio.get_running_loop().time() < until:
            wire.send(b"a")
            await asyncio.sleep(0.1)
        assert len(line.connections) == 0


@pytest.mark.parametrize(
    ("peer", "party"),
    [
        (None, None),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_whom_an_address_counts_for(peer: str | None, party: str | None) -> None:
    assert party_of(peer) == party


def test_uploads_have_a_memory_that_they_give_back() -> None:
    memory = UploadMemory(most=100, most_each=60)
    with memory.share("203.0.113.1") as one, memory.share("203.0.113.2") as other:
        one.take(60)
        with pytest.raises(NoRoom):
            one.take(1)
        with memory.share("203.0.113.1") as same, pytest.raises(NoRoom):
            same.take(1)
        other.take(40)
        with memory.share(None) as third, pytest.raises(NoRoom):
            third.take(1)
    with memory.share("203.0.113.1") as again:
        again.take(60)
        again.give_back(30)
        again.take(30)


# ── through the real door ─────────────────────────────────────────────────────────────


@contextmanager
def half_open(port: int, count: int) -> Iterator[list[socket]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(create_connection(("127.0.0.1", port)))
            for _ in range(count)
        ]


def trickling(browser: Browser) -> bytes:
    """The head of an upload whose body does not come."""
    url = browser.client.base_url
    return (
        f"POST /picture HTTP/1.1\r\nHost: {url.host}:{url.port}\r\n"
        f"Origin: {str(url).rstrip('/')}\r\nCookie: s={browser.client.cookies['s']}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n"
        "Content-Length: 1000000\r\n\r\n-"
    ).encode()


def test_nobody_is_shut_out_by_a_crowd_that_says_nothing(tmp_path: Path) -> None:
    """On a machine that grants few descriptors, too."""
    line = Line(tmp_path, before="ulimit -n 300")
    with half_open(line.port, 280), Browser(line.url) as browser:
        browser.open()
        browser.say(SENTENCE)
        assert "翠苑社区" in browser.open()
        assert browser.client.get("/health").text == "ok"
    line.stop()


@pytest.mark.long
def test_1300_half_open_ones_an_endless_head_and_trickling_uploads(
    tmp_path: Path,
) -> None:
    """All at once; a report is filed meanwhile, and the head costs no second."""
    line = Line(tmp_path)
    with half_open(line.port, 1300), ExitStack() as stack:
        tricklers = [stack.enter_context(Browser(line.url)) for _ in range(8)]
        for browser in tricklers:
            browser.open()
            browser.say(SENTENCE)
            wire = stack.enter_context(create_connection(("127.0.0.1", line.port)))
            wire.sendall(trickling(browser))
        spent = cpu_seconds(line)
        endless(line.port)
        assert cpu_seconds(line) - spent < 1
        reporter = stack.enter_context(Browser(line.url))
        assert reporter.file()
        assert reporter.upload(a_picture(tmp_path)).status_code == 303
        assert "/picture/" in reporter.page
    line.stop()


def endless(port: int) -> None:
    """Up to 128 MB of one header, as far as it is taken."""
    piece = b"a" * 1_000_000
    with create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nX: ")
        try:
            for _ in range(128):
                wire.sendall(piece)
        except ConnectionError:
            return


def cpu_seconds(line: Line) -> float:
    """What the process has used so far: user and system, in ticks of a hundredth."""
    stat = Path(f"/proc/{line.process.pid}/stat").read_text()
    used = stat.rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / 100


def a_picture(folder: Path) -> Path:
    from PIL import Image

    path = folder / f"{secrets.token_hex(4)}.png"
    Image.new("RGB", (60, 40), "red").save(path)
    return path
