"""What people write is read here: what it is about, what it means, what could name
somebody.

Short texts are read at once. A long one would hold up everybody for as long as that
takes, so it goes to a process of its own, which is started with the first of them.
Where there is none to be had, it is read here all the same: nobody's words are lost for
that.
"""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import resource
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from anonymizer.redact import find_identifying
from dialogs.meaning import Meaning, Moment, meaning
from dialogs.understand import understand
from dialogs.words import Mask, Reading

log = logging.getLogger(__name__)

# characters that are read at once: some three milliseconds, five at the worst
SHORT = 200
READ_WITHIN = 20.0  # seconds, of a busy machine, too
LENGTH = struct.Struct(">I")  # bytes of what follows
WORKER = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from bot.readings import answer_all
answer_all(sys.stdin.buffer, sys.stdout.buffer)
"""


def masks(text: str) -> tuple[Mask, ...]:
    """What could name somebody."""
    return tuple(
        Mask(span.start, span.end, span.type) for span in find_identifying(text)
    )


def reading(text: str) -> Reading:
    """What a report is about, and what could name somebody in it."""
    return Reading(understand(text), masks(text))


# what the other process is asked for, by the name that goes over the pipe
READERS: dict[str, Callable[..., Any]] = {
    "masks": masks,
    "reading": reading,
    "meaning": meaning,
}


class Readings:
    """Reads texts of any length without holding the loop up."""

    def __init__(self) -> None:
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def reading(self, text: str) -> Reading:
        answer: Reading = await self._read("reading", len(text), text)
        return answer

    async def masks(self, text: str) -> tuple[Mask, ...]:
        answer: tuple[Mask, ...] = await self._read("masks", len(text), text)
        return answer

    async def meaning(self, text: str, moment: Moment) -> Meaning:
        length = len(text) + sum(map(len, moment.said_before))
        answer: Meaning = await self._read("meaning", length, text, moment)
        return answer

    async def close(self) -> None:
        """Let the process go."""
        async with self._turn:
            await self._end()

    async def _read(self, name: str, length: int, *words: object) -> Any:
        if length <= SHORT:
            return READERS[name](*words)
        try:
            async with self._turn:
                return await asyncio.wait_for(self._ask(name, words), READ_WITHIN)
        except (OSError, EOFError, TimeoutError) as error:
            log.warning("reading: %s, so it is done here", type(error).__name__)
            return READERS[name](*words)

    async def _ask(self, name: str, words: tuple[object, ...]) -> Any:
        """One question, one answer: what is broken off leaves no process behind whose
        answer would be taken for that of the next question.

        Raises: OSError, EOFError.
        """
        if self._worker is None:
            self._worker = await self._start()
        worker = self._worker
        assert worker.stdin is not None and worker.stdout is not None
        try:
            worker.stdin.write(_framed((name, words)))
            await worker.stdin.drain()
            head = await worker.stdout.readexactly(LENGTH.size)
            body = await worker.stdout.readexactly(*LENGTH.unpack(head))
        except BaseException:
            await self._end()
            raise
        return pickle.loads(body)  # of our own program, in another process

    async def _start(self) -> asyncio.subprocess.Process:
        """It finds our packages where we found them, and knows nothing else of us."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-B",
            "-c",
            WORKER,
            json.dumps(sys.path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )

    async def _end(self) -> None:
        worker = self._worker
        self._worker = None
        if worker is None:
            return
        with suppress(ProcessLookupError):  # it may have ended by itself
            worker.kill()
        await worker.communicate()


def answer_all(questions: BinaryIO, answers: BinaryIO) -> None:
    """The other process: until nobody asks any more. A dump of it would hold texts, so
    none is made.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := questions.read(LENGTH.size):
        name, words = pickle.loads(questions.read(*LENGTH.unpack(head)))
        answers.write(_framed(READERS[name](*words)))
        answers.flush()


def _framed(value: object) -> bytes:
    """The value, its length before it."""
    packed = pickle.dumps(value)
    return LENGTH.pack(len(packed)) + packed
