"""Starts the process that has the index, and starts it again where it has ended."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import msgspec

from bot.search.questions import IndexStart

log = logging.getLogger(__name__)
OPENED_WITHIN = 5.0  # seconds that belong to those who are at the door already
SHORTEST_PAUSE = 1.0  # seconds before it is started again
LONGEST_PAUSE = 60.0
LASTED = 300.0  # seconds; who has run so long is started again soon
END_WITHIN = 2.0  # seconds
WORKER = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from bot.search.process import main
main()
"""


class IndexKeeper:
    """start: what the process is handed, asked for each time: keys may have changed."""

    def __init__(self, start: Callable[[], IndexStart]) -> None:
        self._start = start

    async def keep(self) -> None:
        """Never ends by itself; the process ends with it."""
        loop = asyncio.get_running_loop()
        pause = SHORTEST_PAUSE
        await asyncio.sleep(OPENED_WITHIN)
        while True:
            began = loop.time()
            code = await self._run()
            if loop.time() - began > LASTED:
                pause = SHORTEST_PAUSE
            log.error("the search index's process ended (%s): begun anew", code)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run(self) -> int | str:
        """One life of it: how it ended."""
        try:
            start = self._start()
            async with index_process(start) as process:
                return await process.wait()
        except Exception as error:  # a keyring that is being put back, no process to be
            return type(error).__name__  # had: what serves goes on, search waits


@asynccontextmanager
async def index_process(start: IndexStart) -> AsyncIterator[asyncio.subprocess.Process]:
    """Raises: OSError, if there is none to be had."""
    process = await _begun()
    assert process.stdin is not None
    try:
        with suppress(OSError):  # it has ended already
            process.stdin.write(msgspec.json.encode(start) + b"\n")
            await process.stdin.drain()
        yield process
    finally:
        process.stdin.close()
        await asyncio.shield(_ended(process))


async def _begun() -> asyncio.subprocess.Process:
    """It finds our packages where we found them; its keys come by the pipe, for
    arguments and environment may be read by others.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-B",
        "-c",
        WORKER,
        json.dumps(sys.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), END_WITHIN)
        return
    process.kill()
    await process.wait()
