"""Those who hold on to a line: others are served."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from tests.drills.frame import SAID, Cannot, Told, drill, scene

IDLE = 1300
TRICKLING = 8
HEAD = (
    b"POST /picture HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000000\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
)
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def lines(port: int, number: int) -> list[Line]:
    """Connections that say nothing. Raises: Cannot, where this process may not have so
    many.
    """
    try:
        return [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    except OSError as error:
        raise Cannot(f"{number} connections: {error.strerror}") from None


async def let_go(held: list[Line]) -> None:
    for _, writer in held:
        writer.close()
    for _, writer in held:
        with suppress(OSError):  # the hotline was faster
            await writer.wait_closed()


@drill("1300个连接挂着不说话", "1,300 connections that say nothing")
async def idle_connections(folder: Path) -> Told:
    async with scene(folder) as here:
        held = await lines(here.served.port, IDLE)
        person = await here.says(SAID)
        health = await here.health()
        await let_go(held)
        doctor = here.doctor()
        assert health == "200 ok" and "现在存不下" not in person, (health, person)
        return Told(person=person, health=health, doctor=doctor, log=here.log())


@drill("8个上传，每秒1个字节", "8 uploads of a byte a second")
async def trickling_uploads(folder: Path) -> Told:
    async with scene(folder) as here:
        held = await lines(here.served.port, TRICKLING)
        for _, writer in held:
            writer.write(HEAD)
        trickling = asyncio.create_task(trickle(held))
        await asyncio.sleep(3)
        person = await here.says(SAID)
        health = await here.health()
        trickling.cancel()
        await let_go(held)
        assert health == "200 ok" and "现在存不下" not in person, (health, person)
        return Told(person=person, health=health, log=here.log())


async def trickle(held: list[Line]) -> None:
    while True:
        for _, writer in held:
            with suppress(OSError):
                writer.write(b"x")
        await asyncio.sleep(1)
