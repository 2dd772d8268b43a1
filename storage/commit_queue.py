"""Group commit: turns that wait go to the writer's thread together.

One hop to the thread and one fsync then serve many turns at once.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from storage.connection import storage_error
from storage.port import Broken, Refusing, StorageError, Writes

# turns a transaction: more gains nothing and makes everybody wait
LARGEST_BATCH = 256

# of each turn of a batch: its error, or None for one that is on the disk
TurnErrors = Sequence[StorageError | None]


class WaitingTurn(NamedTuple):
    """A turn that was handed over, and where its answer goes."""

    answer: "asyncio.Future[None]"
    writes: Writes


class CommitQueue:
    """The writer's thread, and the turns that wait for it.

    `write_all` runs on the thread and answers every turn, in order; a StorageError is
    raised to the turn's caller.
    """

    def __init__(self, write_all: Callable[[list[Writes]], TurnErrors]) -> None:
        self._write_all = write_all
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "storage")
        self._waiting: list[WaitingTurn] = []
        self._busy = False
        self.closed = False

    def put(self, writes: Writes) -> "asyncio.Future[None]":
        """Hand a turn over. The future is done once the turn is on the disk, or failed.

        Raises: Refusing, when the queue is closed.
        """
        if self.closed:
            raise Refusing("closed")
        answer: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(WaitingTurn(answer, writes))
        if not self._busy:
            self._busy = True
            # not at once: whoever is ready in this round shall come along
            self._loop.call_soon(self._send_batch)
        return answer

    async def run(self, call: Callable[[], bool]) -> bool:
        """Run something else on the writer's thread, between two batches."""
        if self.closed:
            raise Refusing("closed")
        try:
            return await self._loop.run_in_executor(self._thread, call)
        except sqlite3.Error as error:
            raise storage_error(error) from None

    async def close(self) -> None:
        """Let what waits finish, then end the thread."""
        self.closed = True
        answers = [turn.answer for turn in self._waiting]
        await asyncio.gather(*answers, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)

    def _send_batch(self) -> None:
        batch = self._waiting[:LARGEST_BATCH]
        self._waiting = self._waiting[LARGEST_BATCH:]
        self._thread.submit(self._on_thread, batch)

    def _on_thread(self, batch: list[WaitingTurn]) -> None:
        answers: TurnErrors
        try:
            answers = self._write_all([turn.writes for turn in batch])
        except BaseException as error:  # whatever it is, nobody is left waiting
            answers = [Broken(type(error).__name__) for _ in batch]
        self._loop.call_soon_threadsafe(self._answer_batch, batch, answers)

    def _answer_batch(self, batch: list[WaitingTurn], answers: TurnErrors) -> None:
        for turn, error in zip(batch, answers, strict=True):
            if turn.answer.done():  # its caller was cancelled
                continue
            if error is None:
                turn.answer.set_result(None)
            else:
                turn.answer.set_exception(error)
        if self._waiting:
            # after those just woken, who may have more to say
            self._loop.call_soon(self._send_batch)
        else:
            self._busy = False
