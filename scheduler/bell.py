"""Rings jobs again and again. It decides nothing and knows none of them: whoever joins
the program hands them over.

Jobs wait by the monotonic clock: what the wall clock says, and whether it is put right
meanwhile, hastens and silences none of them.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.port import StorageError

log = logging.getLogger(__name__)
# seconds, beside twice its interval, for which a job may do without success: what has
# piled up may take it minutes
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Every:
    """Rings at once, then after each `interval`. Rings that a busy job missed are made
    up for by one.
    """

    interval: timedelta

    @property
    def seconds(self) -> float:
        return self.interval.total_seconds()


def every(**interval: float) -> Every:
    """A trigger for `every(seconds=2)`; keywords as of timedelta."""
    return Every(timedelta(**interval))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done again and again; while it is at work it does not ring again.

    name: for the log, one per job. run: is handed the program's time, UTC; a
    StorageError of it is logged and ends only this ring.
    """

    name: str
    trigger: Every
    run: Callable[[datetime], Awaitable[object]]

    @property
    def within(self) -> float:
        """Seconds within which it must have succeeded again."""
        return 2 * self.trigger.seconds + PATIENCE


@dataclass(frozen=True, slots=True)
class Beat:
    """When a job succeeded last. age: seconds since then, or since the bell was
    started; within: after so many something is wrong.
    """

    job: str
    age: float
    within: float

    @property
    def is_silent(self) -> bool:
        return self.age > self.within


class Bell:
    """Construct once, add jobs, start once."""

    def __init__(
        self,
        jobs: Sequence[Job],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: the time that jobs are handed; monotonic: seconds, by which heartbeats
        are told. Rings themselves wait by the loop's own.
        """
        self._now = now
        self._monotonic = monotonic
        self._jobs: dict[str, Job] = {}
        self._succeeded: dict[str, float] = {}
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._started = False
        for job in jobs:
            self.add(job)

    def add(self, job: Job) -> None:
        """Ring this one, too, as soon as the bell is started. A job of the same name
        is replaced.
        """
        self._jobs[job.name] = job
        if self._started:
            self._begin(job.name)

    def job(self, name: str) -> Job:
        """Raises: KeyError, if no job has this name."""
        return self._jobs[name]

    def beats(self) -> list[Beat]:
        """One for each job; none before the bell is started."""
        now = self._monotonic()
        return [
            Beat(name, now - self._succeeded[name], job.within)
            for name, job in self._jobs.items()
            if name in self._succeeded
        ]

    def silent(self) -> list[str]:
        """Names of jobs that have not succeeded for too long."""
        return [beat.job for beat in self.beats() if beat.is_silent]

    async def ring(self, name: str) -> None:
        """Ring this job now, whatever the clock says, and wait until it is done."""
        job = self._jobs[name]
        try:
            await job.run(self._now())
        except StorageError as error:
            log.warning("%s: %s", name, type(error).__name__)
        # a bug in one job silences no other; content-free by the type alone
        except Exception as error:
            incident, kind = secrets.token_hex(4), type(error).__name__
            log.error("incident %s: %s: %s", incident, name, kind)
        else:
            self._succeeded[name] = self._monotonic()

    def start(self) -> None:
        self._started = True
        for name in self._jobs:
            self._begin(name)

    def stop(self) -> None:
        """What is being done is cancelled; it rings after the next start."""
        self._started = False
        for ringing in self._ringing.values():
            ringing.cancel()

    async def stopped(self) -> None:
        """Until nothing is at work any more; what a stop cancelled may still let go of
        what it holds.
        """
        if self._ringing:
            await asyncio.wait(self._ringing.values())

    def _begin(self, name: str) -> None:
        if name not in self._ringing:
            self._succeeded[name] = self._monotonic()
            self._ringing[name] = asyncio.create_task(self._until_stopped(name))

    async def _until_stopped(self, name: str) -> None:
        """A stop in the middle is no trouble to report."""
        loop = asyncio.get_running_loop()
        with suppress(asyncio.CancelledError):
            while True:
                began = loop.time()
                await self.ring(name)
                following = began + self._jobs[name].trigger.seconds
                await asyncio.sleep(max(0, following - loop.time()))
