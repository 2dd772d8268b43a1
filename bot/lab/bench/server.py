"""A real `jianfu serve` in a process and folder of its own, and a lean client to it."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlencode, urlsplit

import bot
from bot.settings import PREFIX
from bot.sizes import KIB, MIB

STARTS_WITHIN = 30.0  # seconds until a server that does not come up is given up
MOST_READ = MIB  # bytes of an answer's head
NOTHING_SEEN = "-"


@dataclass(frozen=True, slots=True)
class ServeProcess:
    """host, port: where it listens; process: its id; took: seconds from starting it to
    its first answer.
    """

    host: str
    port: int
    process: int
    took: float

    def memory(self) -> int:
        """Resident bytes."""
        return resident(self.process)


def resident(process: int) -> int:
    """Bytes of memory that a process holds, as Linux tells."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * KIB


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ServeProcess]:
    """Serve from `folder` until left. Raises: TimeoutError, Unserved."""
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        cwd=folder,
        env=_environment(folder),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN)
        address = _address(said.decode())
        assert address.hostname and address.port
        async with connected(address.hostname, address.port) as browser:
            await browser.get("/health")
        took = time.perf_counter() - begin
        yield ServeProcess(address.hostname, address.port, process.pid, took)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


class Unserved(Exception):
    """The server said something else than where it is."""


def _address(line: str) -> SplitResult:
    """Where it serves, from the first line that it says. Raises: Unserved."""
    words = line.replace("：", " ").split()
    addresses = [word for word in words if word.startswith("http://")]
    if not addresses:
        raise Unserved(line.strip() or "it ended")
    return urlsplit(addresses[0])


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(PREFIX)
    }
    return kept | {
        "JIANFU_DATA_DIR": str(folder / "data"),
        "JIANFU_KEYRING": str(folder / "keys" / "keyring.json"),
        "JIANFU_WEB__PORT": "0",
        "PYTHONPATH": str(Path(bot.__file__).parent.parent),
    }


@dataclass(slots=True)
class Page:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(slots=True)
class Browser:
    """One keep-alive connection, used by one visitor after the other; sends what the
    page's script sends.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    seen: str = NOTHING_SEEN

    def become(self, token: str = "") -> None:
        """Somebody else from here on. token: of a session that the visitor
        has already.
        """
        self.cookies = {"s": token} if token else {}
        self.seen = NOTHING_SEEN

    async def get(self, path: str) -> Page:
        return await self._ask(f"GET {path} HTTP/1.1\r\n", b"")

    async def post(self, path: str, **form: str) -> Page:
        """With the headers that scripts add; the answer is the new bubbles."""
        body = urlencode({"key": secrets.token_urlsafe(12), **form}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nX-Seen: {self.seen}\r\nOrigin: {self.origin}\r\n"
            "Sec-Fetch-Site: same-origin\r\n"
            "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        answer = await self._ask(head, body)
        self.seen = answer.headers.get("x-seen", self.seen)
        return answer

    async def _ask(self, head: str, body: bytes) -> Page:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head += f"Host: {self.origin.removeprefix('http://')}\r\n"
        if cookies:
            head += f"Cookie: {cookies}\r\n"
        self.writer.write(f"{head}\r\n".encode() + body)
        answered = await self.reader.readuntil(b"\r\n\r\n")
        status, *lines = answered.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
            if name.lower() == "set-cookie":
                self._keep(value.strip())
        text = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Page(int(status.split()[1]), headers, text.decode())

    def _keep(self, cookie: str) -> None:
        name, _, token = cookie.partition(";")[0].partition("=")
        self.cookies[name] = token


@asynccontextmanager
async def connected(host: str, port: int) -> AsyncIterator[Browser]:
    reader, writer = await asyncio.open_connection(host, port, limit=MOST_READ)
    try:
        yield Browser(reader, writer, f"http://{host}:{port}")
    finally:
        writer.close()
